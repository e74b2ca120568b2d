import RunbookEngine
import RunbookLogs
import RunbookMigrations
import RunbookModel
import RunbookPostgres
import RunbookRecovery
import RunbookReport
import RunbookSQLite
import RunbookSandbox
import RunbookSteps
import RunbookSystem

/// Where the rooms are put together.
enum Composition {
  /// The kinds of connections. A new kind is one line here.
  struct Connections {
    let postgres: PostgresGateway
    let kinds: [any ConnectionKind]
    let gateway: ConnectionGateways

    init(_ postgres: PostgresGateway, sqlite: SQLiteGateway) {
      self.postgres = postgres
      kinds = [PostgresConnections(postgres), SQLiteConnections(sqlite)]
      gateway = ConnectionGateways(kinds)
    }
  }

  /// The kinds of steps. A new kind is one line here.
  static func kinds(
    connections: Connections, person: any Operator, surroundings: Surroundings,
    secretVariables: Set<String>, confinement: Confinement? = nil
  ) -> [any StepKind] {
    let environment =
      confinement?.childEnvironment(surroundings.environment) ?? surroundings.environment
    let gateway = connections.postgres
    return [
      ConnectedSQL(connections.kinds, usual: SQLKind(gateway: gateway)),
      ShellKind(
        environment: environment, hiddenNames: secretVariables, gateway: connections.gateway),
      HTTPKind(now: { SystemClock().now() }, confinement: confinement),
      ManualKind(operator: person),
      LogKind(
        environment: environment, hiddenNames: secretVariables, gateway: connections.gateway),
      WALKind(gateway: gateway, environment: environment),
      MigrationsKind(environment: environment),
      SnapshotKind(gateway: gateway),
      CompareKind(
        gateway: gateway, environment: environment,
        servers: PostgresSandbox(environment: environment)),
      WaysKind(gateway: gateway, environment: environment),
      RestoreKind(gateway: gateway, environment: environment),
      AssessKind(),
    ]
  }

  /// What a run acts through in the real world, whoever looks at it.
  static func ports(
    _ plan: Plan, run: RunID, journal: any Journal, person: any Operator,
    observer: some RunObserver, surroundings: Surroundings, confinement: Confinement? = nil,
    witness: (any SandboxWitness)? = nil, neighbours: (any RunNeighbours)? = nil
  ) -> EnginePorts {
    let clock = SystemClock()
    let connections = Connections(
      PostgresGateway(
        now: { clock.now() }, confinement: confinement, redactor: Redactor(secrets: plan.secrets),
        run: run), sqlite: SQLiteGateway())
    let secretVariables = plan.inputs.filter(\.declaration.isSecret).flatMap {
      ["RUNBOOK_INPUT_\($0.declaration.name)", "RUNBOOK_INPUT_\($0.declaration.name.uppercased())"]
    }
    return EnginePorts(
      journal: journal,
      kinds: kinds(
        connections: connections, person: person, surroundings: surroundings,
        secretVariables: Set(secretVariables), confinement: confinement),
      gateway: connections.gateway,
      sandboxes: PostgresSandbox(environment: surroundings.environment),
      person: person, observer: observer, clock: clock, witness: witness, neighbours: neighbours)
  }

  /// The kinds for reading and checking: nothing is ever performed with them.
  static func checkingKinds() -> [any StepKind] {
    kinds(
      connections: checkingConnections(), person: Nobody(), surroundings: .current(),
      secretVariables: [])
  }

  /// The kinds of connections for reading and checking: none is ever opened with them.
  static func checkingConnections() -> Connections {
    let clock = SystemClock()
    return Connections(PostgresGateway(now: { clock.now() }), sqlite: SQLiteGateway())
  }

  /// What a report for others may say: by the kinds' own word, and by PostgreSQL's own scanner.
  static func publicRules() -> PublicRules {
    PublicRules(kinds: checkingKinds().map(\.spec), literals: SQLLiterals.ranges)
  }

  static func library(_ options: FinderOptions) -> Library {
    Library(options, .current(), kinds: checkingKinds())
  }
}

/// An operator who can never be asked.
struct Nobody: Operator {
  func decide(on gate: GateOpened) async -> OperatorDecision { .unavailable }
  func answer(_ question: ManualQuestion) async -> String? { nil }
}
