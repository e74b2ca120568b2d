import RunbookExpression
import RunbookModel

struct NoScope: EvaluationScope {
  func value(of name: String) -> Value? { nil }
}
