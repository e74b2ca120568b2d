import RunbookModel

/// Makes the throwaway database, fills it and breaks it, starts it again, and stops it. Whoever looks on is let in
/// between.
final class SandboxMaker {
  private let setup: RunSetup
  private let record: RunRecord
  private let connections: RunConnections
  private let steps: SandboxSteps
  private let provider: any SandboxProvider
  private let witness: (any SandboxWitness)?
  /// What runs.
  private var sandbox: (any RunningSandbox)?

  init(
    _ setup: RunSetup, _ record: RunRecord, _ connections: RunConnections, _ attempts: RunAttempts,
    _ provider: any SandboxProvider, _ witness: (any SandboxWitness)?
  ) {
    self.setup = setup
    self.record = record
    self.connections = connections
    steps = SandboxSteps(setup, attempts, hidesFault: witness != nil)
    self.provider = provider
    self.witness = witness
  }

  private var plan: Plan { setup.plan }

  /// Makes the run's sandbox.
  func make() async throws(StoreError) {
    guard let declaration = plan.runbook.sandbox else {
      return try record.queue(
        .runEnded(RunEnded(status: .failed, reason: "the runbook has no 'sandbox' section")))
    }
    do throws(StepFailure) {
      // One whose making was cut off: nothing of the run is in it yet.
      if let folder = record.state.sandboxFolder { try await provider.remove(folder: folder) }
    } catch {
      return try hold("what is left of the sandbox cannot be removed: \(error.record.message)")
    }
    let folder = provider.folder(for: setup.options.run)
    try record.queue(.sandboxCreated(SandboxCreated(folder: folder)))
    try await record.flush()
    do throws(StepFailure) {
      let prepared = try await prepared(declaration, in: folder)
      try record.queueOrFail(.sandboxPrepared(prepared))
    } catch {
      if case .interrupted = error.record.cause { return try record.holdInterrupted() }
      return try record.queue(
        .runEnded(
          RunEnded(
            status: .failed, reason: "the sandbox could not be made: \(error.record.message)")))
    }
    try await letWitnessBegin()
  }

  private func prepared(
    _ declaration: Runbook.Sandbox, in folder: String
  ) async throws(StepFailure) -> SandboxPrepared {
    setup.tell("Starting a throwaway PostgreSQL")
    let sandbox = try await provider.start(in: folder, settings: declaration.settings)
    self.sandbox = sandbox
    try await connections.lead(toSandbox: sandbox.url)
    var preparation = Preparation(scope: record.scope, sandbox: sandbox)
    try await steps.carryOut(declaration.fixture, .fixture, &preparation)
    try await start(declaration.services, in: sandbox, &preparation)
    preparation.inputs = try inputs(from: declaration, preparation)
    for event in try await witness?.standsWhole(sandbox.url) ?? [] {
      try record.queueOrFail(event)
    }
    try await steps.carryOut(declaration.fault, .fault, &preparation)
    return preparation.record(plan, sandbox)
  }

  /// Starts the server of a run that is taken up again, with the data that it had, and its services.
  func restart() async throws(StoreError) {
    guard plan.isSandbox, record.state.sandbox != nil else { return }
    try await record.flush()
    guard let folder = record.state.sandboxFolder, let prepared = record.state.sandbox,
      let declaration = plan.runbook.sandbox
    else { return }
    setup.tell("Starting the throwaway PostgreSQL again")
    do throws(StepFailure) {
      let sandbox = try await provider.restart(in: folder)
      self.sandbox = sandbox
      try await connections.lead(toSandbox: sandbox.url)
      var preparation = Preparation(scope: record.scope, sandbox: sandbox)
      preparation.take(prepared.captures?.mapValue ?? ValueMap())
      try await start(declaration.services, in: sandbox, &preparation)
      let inputs = try inputs(from: declaration, preparation)
      try record.queueOrFail(
        .sandboxRestarted(SandboxRestarted(serverVersion: sandbox.serverVersion, inputs: inputs)))
    } catch {
      if case .interrupted = error.record.cause { return try record.holdInterrupted() }
      try hold("the sandbox cannot be started again: \(error.record.message)")
    }
  }

  private func hold(_ message: String) throws(StoreError) {
    try record.queue(.runHeld(RunHeld(cause: .sandbox, subject: nil, message: message)))
  }

  private func start(
    _ services: [Runbook.Sandbox.Service], in sandbox: any RunningSandbox,
    _ preparation: inout Preparation
  ) async throws(StepFailure) {
    for service in services {
      let context = context(preparation)
      var command: [String] = []
      for word in service.command { command.append(try context.render(word)) }
      var environment: [String: String] = [:]
      for setting in service.environment {
        environment[setting.name] = try context.render(setting.value)
      }
      setup.tell(setup.redactor.redact("Starting \(service.name)"))
      preparation.services[service.name] = try await sandbox.start(
        service: service.name, command: command, environment: environment,
        workingDirectory: sandbox.folder)
    }
  }

  /// The inputs that the sandbox sets, less those that the operator gave.
  private func inputs(
    from declaration: Runbook.Sandbox, _ preparation: Preparation
  ) throws(StepFailure) -> [InputRecord] {
    let context = context(preparation)
    var records: [InputRecord] = []
    for setting in declaration.inputs {
      guard
        let input = plan.inputs.first(where: { $0.declaration.name == setting.name }),
        input.value == nil || input.origin == .fallback
      else { continue }
      records.append(
        InputRecord(
          name: setting.name, type: input.declaration.type.name,
          value: .string(try context.render(setting.value)), origin: .sandbox, isSecret: false))
    }
    return records
  }

  private func context(_ preparation: Preparation) -> BindingContext {
    BindingContext(
      scope: preparation.currentScope, values: [:], connection: nil, folder: plan.runbook.folder)
  }

  /// Lets whoever looks on begin, once what the run is about is there.
  func letWitnessBegin() async throws(StoreError) {
    guard let witness else { return }
    try await record.flush()
    if await !witness.isBroken() { try record.holdInterrupted() }
  }

  /// Lets whoever looks on compare, before the run ends.
  func letWitnessCompare() async throws(StoreError) {
    guard let witness, let sandbox else { return }
    try await record.flush()
    for event in await witness.isEnding(sandbox.url) { try record.queue(event) }
  }

  /// Stops what runs. Its data goes when its run has ended.
  func leave() async {
    guard let sandbox else { return }
    await sandbox.stop()
    guard record.hasEnded else { return }
    do throws(StepFailure) {
      try await provider.remove(folder: sandbox.folder)
    } catch {
      setup.tell(
        setup.redactor.redact("The sandbox is still there: \(error.record.message)"))
    }
  }
}
