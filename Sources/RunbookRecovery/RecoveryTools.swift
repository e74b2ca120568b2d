package import RunbookEngine
import RunbookModel
package import RunbookPostgres

/// What the kinds of recovery work with.
package struct RecoveryTools: Sendable {
  /// Where the sessions come from.
  package let gateway: PostgresGateway
  /// Its `PATH` is where PostgreSQL's programs are looked for.
  package let environment: [String: String]
}

/// A kind that works on a database with PostgreSQL's own programs.
package protocol RecoveryKind: StepKind {
  init(_ tools: RecoveryTools)
}

extension RecoveryKind {
  /// - Parameters:
  ///   - gateway: where the sessions come from.
  ///   - environment: its `PATH` is where PostgreSQL's programs are looked for.
  package init(gateway: PostgresGateway, environment: [String: String]) {
    self.init(RecoveryTools(gateway: gateway, environment: environment))
  }

  /// - Throws: `invalid` where the step has none.
  func connection(
    of step: Step, in context: BindingContext
  ) throws(StepFailure) -> Runbook.Connection {
    guard let connection = context.connection else {
      throw StepFailure(.invalid, "step '\(step.id)' has no connection")
    }
    return connection
  }
}
