import RunbookEngine
import RunbookLogs
import RunbookMigrations
import RunbookModel
import RunbookPostgres
import RunbookRecovery
import RunbookSandbox
import RunbookSteps

/// What the kinds look like that runbooks are written with.
enum ShippedKinds {
  static let specs: [KindSpec] = {
    let gateway = PostgresGateway(now: { .epoch })
    let kinds: [any StepKind] = [
      SQLKind(gateway: gateway),
      ShellKind(environment: [:], gateway: gateway),
      HTTPKind(now: { .epoch }), ManualKind(operator: NobodyThere()),
      LogKind(environment: [:], hiddenNames: [], gateway: gateway),
      WALKind(gateway: gateway, environment: [:]), MigrationsKind(environment: [:]),
      SnapshotKind(gateway: gateway),
      CompareKind(
        gateway: gateway, environment: [:], servers: PostgresSandbox(environment: [:])),
      WaysKind(gateway: gateway, environment: [:]),
      RestoreKind(gateway: gateway, environment: [:]), AssessKind(),
    ]
    return kinds.map(\.spec)
  }()

  private struct NobodyThere: Operator {
    func decide(on gate: GateOpened) async -> OperatorDecision { .unavailable }
    func answer(_ question: ManualQuestion) async -> String? { nil }
  }
}
