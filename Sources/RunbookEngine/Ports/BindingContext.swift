public import RunbookExpression
public import RunbookModel

/// The values that a step is bound to.
public struct BindingContext: Sendable {
  public let scope: any EvaluationScope & Sendable
  /// Inputs, constants and captures by their bare names, for kinds with a syntax of their own (SQL).
  public let values: [String: Value]
  /// The step's connection, resolved: its own, else the only one of the runbook.
  public let connection: Runbook.Connection?
  /// The runbook's folder, absolute: relative paths and working directories start there.
  public let folder: String

  public init(
    scope: any EvaluationScope & Sendable, values: [String: Value],
    connection: Runbook.Connection?, folder: String
  ) {
    self.scope = scope
    self.values = values
    self.connection = connection
    self.folder = folder
  }

  /// Text with its `${{ }}` filled in.
  ///
  /// - Parameter written: how a value's text stands among what the author wrote.
  public func render(
    _ template: SourceText, written: (String) -> String = { $0 }
  ) throws(StepFailure) -> String {
    try filled(template) { template throws(EvaluationError) in
      try template.render(in: scope, written: written)
    }
  }

  /// A URL with its `${{ }}` filled in, each written for its place.
  public func renderURL(_ template: SourceText) throws(StepFailure) -> String {
    try filled(template) { template throws(EvaluationError) in try template.renderURL(in: scope) }
  }

  private func filled(
    _ source: SourceText, _ render: (Template) throws(EvaluationError) -> String
  ) throws(StepFailure) -> String {
    do {
      return try render(try Template(parsing: source))
    } catch let error as EvaluationError {
      throw StepFailure(error)
    } catch {
      throw StepFailure(.invalid, "a template is not well formed")
    }
  }
}

extension BindingContext {
  /// The value of a template that is nothing but one `${{ }}`, else its text.
  public func renderValue(_ template: SourceText) throws(StepFailure) -> Value {
    do {
      return try Template(parsing: template).renderValue(in: scope)
    } catch let error as EvaluationError {
      throw StepFailure(error)
    } catch {
      throw StepFailure(.invalid, "a template is not well formed (\(template.place))")
    }
  }

  /// The path of a file with its values, absolute.
  ///
  /// With a zero byte in it the system would take it up to there: that is another file than the one that is shown.
  package func renderPath(_ template: SourceText) throws(StepFailure) -> String {
    let path = try render(template)
    guard !path.utf8.contains(0) else {
      throw StepFailure(.invalid, "the path holds a zero byte (\(template.place))")
    }
    return path.resolved(in: folder)
  }

  /// A key's expression as a list of names; nil without the key.
  package func names(_ key: String, of step: Step) throws(StepFailure) -> [String]? {
    guard let source = step.body[key]?.text else { return nil }
    let value = try evaluate(source)
    guard let items = value.listValue, items.allSatisfy({ $0.stringValue != nil }) else {
      throw StepFailure(.invalid, "`\(key)` is not a list of names (\(source.place))")
    }
    return items.compactMap(\.stringValue)
  }

  package func evaluate(_ source: SourceText) throws(StepFailure) -> Value {
    do {
      return try Expression(parsing: source).evaluate(in: scope)
    } catch let error as EvaluationError {
      throw StepFailure(error)
    } catch {
      throw StepFailure(.invalid, "the expression is not well formed (\(source.place))")
    }
  }

  /// A key's template as a time; nil without the key, and for an empty text.
  package func time(_ key: String, of step: Step) throws(StepFailure) -> Timestamp? {
    guard let template = step.body[key]?.text else { return nil }
    let text = try render(template)
    guard !text.isEmpty else { return nil }
    guard let time = Timestamp(rfc3339: text) else {
      throw StepFailure(
        .invalid, "`\(key)` is not a time (\(template.place))",
        hint: "write it as RFC 3339 does: 2025-10-18T22:01:13Z")
    }
    return time
  }
}
