public import RunbookEngine
import RunbookExpression
public import RunbookModel

/// All that an executor needs to carry a runbook out with nothing behind it.
///
/// It is made of values alone: what the kinds look like, and what was written for each step. There is no
/// way from it to a connection, a process or a file, as this room knows none.
public struct SimulatedWorld: Sendable {
  /// Its connections lead nowhere, and no variable of the environment is in it.
  public let plan: Plan
  public let kinds: [any StepKind]
  public let gateway: any ConnectionGateway
  public let sandboxes: any SandboxProvider
  /// On which the steps' delays pass.
  public let clock: any EngineClock

  /// - Parameters:
  ///   - kinds: what the kinds look like that the runbook's steps have.
  ///   - effects: of steps that do not declare theirs, where they are known.
  ///   - clock: the real one.
  /// - Throws: all that is wrong with the simulation, a step or an input that it leaves out included.
  public init(
    of runbook: Runbook, by simulation: Simulation, kinds: [KindSpec],
    effects: [StepID: Effect] = [:], clock: any EngineClock, speedPercent: Int = 100
  ) throws(Diagnostics) {
    let found = SimulationChecker(kinds: kinds).check(simulation, of: runbook, isStarting: true)
    if found.hasErrors { throw found }
    let clock = ScaledClock(clock, speedPercent: speedPercent)
    let scripts = Dictionary(
      simulation.steps.map { ($0.step.text, $0.attempts) }, uniquingKeysWith: { first, _ in first })
    plan = Self.plan(of: runbook, simulation)
    self.kinds = kinds.map {
      CannedKind(spec: $0, scripts: scripts, effects: effects, clock: clock)
    }
    gateway = SimulatedGateway()
    sandboxes = SimulatedSandboxes()
    self.clock = clock
  }

  /// The plan of a simulated run; of it the effects of its steps can be told before there is a world.
  public static func plan(of runbook: Runbook, _ simulation: Simulation) -> Plan {
    Plan(
      runbook: runbook.withoutProofs,
      inputs: runbook.inputs.map { input($0, of: runbook, simulation) },
      targets: runbook.connections.map {
        ConnectionTarget(connection: $0, url: "simulated:", display: "simulated", secrets: [])
      },
      environment: EnvironmentNames(of: runbook).standIns, isSandbox: false)
  }

  private static func input(
    _ input: Runbook.Input, of runbook: Runbook, _ simulation: Simulation
  ) -> ResolvedInput {
    if let given = simulation.inputs.first(where: { $0.name.text == input.name }) {
      return ResolvedInput(
        declaration: input, value: input.type.value(of: given.value, relativeTo: runbook.folder),
        origin: .file)
    }
    return ResolvedInput(
      declaration: input, value: input.fallback, origin: input.fallback == nil ? .none : .fallback)
  }
}

extension Runbook {
  /// Nothing is done, so there is nothing whose effect a probe or a receipt would have to tell.
  fileprivate var withoutProofs: Runbook {
    Runbook(
      name: name, title: title, summary: summary, severity: severity, owner: owner, inputs: inputs,
      connections: connections.map(\.withoutReceipts), constants: constants,
      steps: steps.map(\.withoutProbe),
      report: report, sandbox: sandbox, drill: drill, drillSources: drillSources,
      deadline: deadline, sources: sources, folder: folder, fileName: fileName)
  }
}

extension Runbook.Connection {
  fileprivate var withoutReceipts: Runbook.Connection {
    Runbook.Connection(
      name: name, place: place, kind: kind, url: url, readOnlyRole: readOnlyRole,
      keepsReceipts: false)
  }
}

extension Step {
  fileprivate var withoutProbe: Step {
    var options = options
    options.settle = nil
    return Step(
      id: id, title: title, phase: phase, kind: kind, body: body, place: place, options: options)
  }
}
