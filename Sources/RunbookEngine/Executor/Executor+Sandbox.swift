import RunbookModel

/// Makes the throwaway database, fills it and breaks it.
extension Executor {
  mutating func prepareSandbox() async throws(StoreError) {
    guard let declaration = plan.runbook.sandbox else {
      return try queue(
        .runEnded(RunEnded(status: .failed, reason: "the runbook has no 'sandbox' section")))
    }
    do throws(StepFailure) {
      try await removeUnfinishedSandbox()
    } catch {
      return try queue(
        .runHeld(
          RunHeld(
            cause: .sandbox, subject: nil,
            message: "what is left of the sandbox cannot be removed: \(error.record.message)")))
    }
    let folder = ports.sandboxes.folder(for: options.run)
    try queue(.sandboxCreated(SandboxCreated(folder: folder)))
    try await flush()
    do throws(StepFailure) {
      let prepared = try await prepared(declaration, in: folder)
      try queueOrFail(.sandboxPrepared(prepared))
    } catch {
      if case .interrupted = error.record.cause { return try queue(.runHeld(interruption)) }
      return try queue(
        .runEnded(
          RunEnded(
            status: .failed, reason: "the sandbox could not be made: \(error.record.message)")))
    }
    try await letWitnessBegin()
  }

  mutating func letWitnessBegin() async throws(StoreError) {
    guard let witness = ports.witness else { return }
    try await flush()
    if await !witness.isBroken() { try queue(.runHeld(interruption)) }
  }

  private mutating func prepared(
    _ declaration: Runbook.Sandbox, in folder: String
  ) async throws(StepFailure) -> SandboxPrepared {
    ports.observer.observe(progress: "Starting a throwaway PostgreSQL")
    let sandbox = try await ports.sandboxes.start(in: folder, settings: declaration.settings)
    self.sandbox = sandbox
    for connection in plan.runbook.connections {
      try await ports.gateway.configure(connection, url: sandbox.url)
      configuredConnections.insert(connection.name)
    }
    var preparation = Preparation(scope: scope, sandbox: sandbox)
    try await prepare(declaration.fixture, .fixture, &preparation)
    try await startServices(declaration.services, sandbox, &preparation)
    preparation.inputs = try inputs(from: declaration, preparation)
    for event in try await ports.witness?.standsWhole(sandbox.url) ?? [] { try queueOrFail(event) }
    try await prepare(declaration.fault, .fault, &preparation)
    return preparation.record(plan, sandbox)
  }

  func startServices(
    _ services: [Runbook.Sandbox.Service], _ sandbox: any RunningSandbox,
    _ preparation: inout Preparation
  ) async throws(StepFailure) {
    for service in services {
      let context = BindingContext(
        scope: preparation.currentScope, values: [:], connection: nil,
        folder: plan.runbook.folder)
      var command: [String] = []
      for word in service.command { command.append(try context.render(word)) }
      var environment: [String: String] = [:]
      for setting in service.environment {
        environment[setting.name] = try context.render(setting.value)
      }
      ports.observer.observe(progress: redactor.redact("Starting \(service.name)"))
      preparation.services[service.name] = try await sandbox.start(
        service: service.name, command: command, environment: environment,
        workingDirectory: sandbox.folder)
    }
  }

  /// The inputs that the sandbox sets, less those that the operator gave.
  func inputs(
    from declaration: Runbook.Sandbox, _ preparation: Preparation
  ) throws(StepFailure) -> [InputRecord] {
    let context = BindingContext(
      scope: preparation.currentScope, values: [:], connection: nil, folder: plan.runbook.folder)
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
}
