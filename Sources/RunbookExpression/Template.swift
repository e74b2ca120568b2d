public import RunbookModel

/// A text with values in it: `${{ expression }}`. `$${{` stands for `${{` itself.
public struct Template: Sendable {
  public let source: SourceText
  let parts: [TemplateReader.Part]

  /// Reads a template.
  ///
  /// - Throws: `Diagnostics` with what is wrong in all of its expressions.
  public init(parsing source: SourceText) throws(Diagnostics) {
    self.source = source
    guard source.text.utf8.contains(UInt8(ascii: "$")) else {
      parts = source.text.isEmpty ? [] : [.text(source.text)]
      return
    }
    var reader = TemplateReader(source)
    try reader.read()
    parts = reader.parts
  }

  /// Whether there is no expression in it.
  public var isConstant: Bool { expressions.isEmpty }

  /// Its expressions, in order.
  public var expressions: [Expression] {
    parts.compactMap { if case .expression(let expression) = $0 { expression } else { nil } }
  }

  /// The free names that its expressions read, in order.
  public var references: [Reference] { expressions.flatMap(\.references) }

  /// The text with each expression replaced by its value's text: strings as they are, numbers, bools,
  /// timestamps and durations as `string()` gives them, lists and maps as JSON.
  ///
  /// - Parameter written: how a value's text stands among what the author wrote.
  /// - Throws: `EvaluationError` when an expression has no value, or its value is null.
  public func render(
    in scope: some EvaluationScope, written: (String) -> String = { $0 }
  ) throws(EvaluationError) -> String {
    var result = ""
    for part in parts {
      switch part {
      case .text(let text): result += text
      case .expression(let expression):
        result += written(try Self.text(of: try expression.evaluate(in: scope), expression))
      }
    }
    return result
  }

  /// The value of the expression when the template is nothing but one, else the rendered text.
  ///
  /// - Throws: `EvaluationError` as `render(in:)`; a sole expression's value may be null.
  public func renderValue(in scope: some EvaluationScope) throws(EvaluationError) -> Value {
    if parts.count == 1, case .expression(let expression)? = parts.first {
      return try expression.evaluate(in: scope)
    }
    return .string(try render(in: scope))
  }

  static func text(
    of value: Value, _ expression: Expression
  ) throws(EvaluationError) -> String {
    switch value {
    case .null:
      throw EvaluationError(
        .invalid, "the value is null, which has no text", at: expression.place)
    case .list, .map:
      return value.json
    default:
      do throws(Fault) {
        return try Conversion.string(value).stringValue ?? ""
      } catch {
        throw EvaluationError(error.cause, error.message, at: expression.place)
      }
    }
  }
}

extension Template {
  /// What a template is made of once its values are known.
  public enum Rendered: Sendable, Hashable {
    /// As the author wrote it.
    case text(String)
    /// An expression's value, and its text as `render(in:)` writes it.
    case value(Value, text: String)
    /// An expression whose value is null, and where it stands.
    case null(Place)
    case error(EvaluationError)
  }

  /// The texts and values in order, for a reader who treats the author's words and values apart.
  public func segments(in scope: some EvaluationScope) -> [Rendered] {
    parts.map { part in
      switch part {
      case .text(let text): .text(text)
      case .expression(let expression): Self.segment(of: expression, in: scope)
      }
    }
  }

  private static func segment(
    of expression: Expression, in scope: some EvaluationScope
  ) -> Rendered {
    do throws(EvaluationError) {
      let value = try expression.evaluate(in: scope)
      if value == .null { return .null(expression.place) }
      return .value(value, text: try text(of: value, expression))
    } catch {
      return .error(error)
    }
  }
}

extension Template {
  /// The text as a URL, or as a connection's words.
  ///
  /// What the author wrote stays as it is, and so does a value by which the text begins, such as a whole
  /// URL. Any other value stays within the part that it stands in, whatever signs it holds:
  ///
  /// | where it stands | how it is written |
  /// | --- | --- |
  /// | user, password, path, query, fragment | percent-encoded, but for letters, digits and `-._~` |
  /// | scheme, host, port | as it is, where it can be one; else it is refused |
  /// | all of host and port, nothing beside it | as it is, where it can be both or the host |
  /// | a value of `host=h password=…` | with backslashes, as libpq reads them |
  ///
  /// - Throws: as `render(in:)`, and where a value cannot stand.
  public func renderURL(in scope: some EvaluationScope) throws(EvaluationError) -> String {
    var url = ""
    for (index, part) in parts.enumerated() {
      switch part {
      case .text(let text): url += text
      case .expression(let expression):
        let value = try Self.text(of: try expression.evaluate(in: scope), expression)
        guard index > 0 else {
          url += value
          continue
        }
        let place = URLPlace(after: url, before: parts[(index + 1)...])
        guard let written = place.write(value) else {
          throw EvaluationError(.invalid, place.refusal, at: expression.place)
        }
        url += written
      }
    }
    return url
  }
}
