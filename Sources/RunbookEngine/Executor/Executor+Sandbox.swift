import RunbookModel

/// Makes the throwaway database, fills it and breaks it.
extension Executor {
  mutating func prepareSandbox() async throws(StoreError) {
    guard let declaration = plan.runbook.sandbox else {
      return try queue(
        .runEnded(RunEnded(status: .failed, reason: "the runbook has no 'sandbox' section")))
    }
    let folder = ports.sandboxes.folder(for: options.run)
    try queue(.sandboxCreated(SandboxCreated(folder: folder)))
    try await flush()
    do throws(StepFailure) {
      let prepared = try await prepared(declaration, in: folder)
      try queueOrFail(.sandboxPrepared(prepared))
    } catch {
      if case .interrupted = error.record.cause { return try queue(.runHeld(interruption)) }
      try queue(
        .runEnded(
          RunEnded(
            status: .failed, reason: "the sandbox could not be made: \(error.record.message)")))
    }
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
    try await prepare(declaration.fault, .fault, &preparation)
    return preparation.record(plan, sandbox)
  }

  private func prepare(
    _ steps: [Step], _ part: PreparationRecord.Part, _ preparation: inout Preparation
  ) async throws(StepFailure) {
    for step in steps {
      ports.observer.observe(progress: step.title)
      try await prepare(step, part, &preparation)
    }
  }

  private func prepare(
    _ step: Step, _ part: PreparationRecord.Part, _ preparation: inout Preparation
  ) async throws(StepFailure) {
    let start = ports.clock.now()
    let scope = preparation.currentScope
    guard try binder.isWanted(step, in: scope) else {
      for capture in step.options.captures {
        preparation.captures[capture.name] = capture.fallback
      }
      return preparation.records.append(
        PreparationRecord(
          part: part, id: step.id, title: step.title, kind: step.kind, outcome: .skipped,
          reason: step.options.when?.text, startedAt: start, finishedAt: start, work: [],
          result: .map(ValueMap())))
    }
    let bound = try binder.bind(step, in: scope, isPreparation: true)
    let folder = "\(options.runFolder)/evidence/sandbox-\(step.id)"
    var result: StepResult
    var verdict: AttemptJudge.Verdict
    var attempt = 1
    let deadline = step.options.retry?.within.flatMap { start.adding($0) }
    repeat {
      result = try await bound.activity.perform(in: context(of: step, attempt, folder))
      verdict = AttemptJudge(binder: binder, redactor: redactor).judge(step, result, in: scope)
      guard verdict.failure != nil, let retry = step.options.retry else { break }
      attempt += 1
      do { try await ports.clock.sleep(for: retry.every) } catch {
        throw StepFailure(.interrupted, "interrupted")
      }
    } while attempt <= step.options.retry?.attempts ?? .max
      && ports.clock.now() <= deadline ?? ports.clock.now()
    if let failure = verdict.failure {
      throw StepFailure(
        failure.cause, "\(part.rawValue) step '\(step.id)': \(failure.message)",
        detail: failure.detail)
    }
    for (name, value) in verdict.captures.pairs {
      if let name = name.stringValue { preparation.captures[name] = value }
    }
    preparation.records.append(
      PreparationRecord(
        part: part, id: step.id, title: step.title, kind: step.kind, outcome: .succeeded,
        startedAt: start, finishedAt: ports.clock.now(), work: bound.activity.work,
        result: .map(result.values)))
  }

  private func startServices(
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
      ports.observer.observe(progress: "Starting \(service.name)")
      preparation.services[service.name] = try await sandbox.start(
        service: service.name, command: command, environment: environment,
        workingDirectory: sandbox.folder)
    }
  }

  /// The inputs that the sandbox sets, less those that the operator gave.
  private func inputs(
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

/// What is known while a sandbox is being made.
struct Preparation {
  private let scope: RunScope
  private let sandbox: any RunningSandbox
  var records: [PreparationRecord] = []
  var captures: [String: Value] = [:]
  var services: [String: String] = [:]
  var inputs: [InputRecord] = []

  init(scope: RunScope, sandbox: any RunningSandbox) {
    self.scope = scope
    self.sandbox = sandbox
  }

  var currentScope: RunScope {
    var scope = scope
    for record in inputs { scope.inputs[record.name] = record.value }
    scope.extraCaptures = captures
    scope.extraCaptures["sandbox"] = .map(
      ValueMap([
        ("folder", .string(sandbox.folder)), ("server_log", .string(sandbox.serverLog)),
        (
          "services",
          .map(ValueMap(services.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) }))
        ),
      ]))
    return scope
  }

  func record(_ plan: Plan, _ sandbox: any RunningSandbox) -> SandboxPrepared {
    SandboxPrepared(
      serverVersion: sandbox.serverVersion, steps: records, inputs: inputs,
      connections: plan.runbook.connections.map {
        ConnectionRecord(name: $0.name, kind: $0.kind, target: "sandbox")
      })
  }
}
