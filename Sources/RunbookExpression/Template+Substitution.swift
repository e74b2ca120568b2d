public import RunbookModel

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
