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
