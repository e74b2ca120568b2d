public import RunbookModel

extension Template {
  /// What a template is made of once its values are known.
  public enum Rendered: Sendable, Hashable {
    /// As the author wrote it.
    case text(String)
    /// The text of an expression's value.
    case value(String)
    case error(EvaluationError)
  }

  /// The texts and values in order, for a reader who treats the author's words and values apart.
  public func segments(in scope: some EvaluationScope) -> [Rendered] {
    parts.map { part in
      switch part {
      case .text(let text): return .text(text)
      case .expression(let expression):
        do throws(EvaluationError) {
          return .value(try Self.text(of: try expression.evaluate(in: scope), expression))
        } catch {
          return .error(error)
        }
      }
    }
  }
}
