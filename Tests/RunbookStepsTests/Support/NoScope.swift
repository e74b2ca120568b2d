import RunbookExpression
import RunbookModel

@testable import RunbookPostgres
@testable import RunbookRecovery
@testable import RunbookSandbox

struct NoScope: EvaluationScope {
  func value(of name: String) -> Value? { nil }
}
