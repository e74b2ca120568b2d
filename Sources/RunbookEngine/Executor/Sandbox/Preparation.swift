import RunbookModel

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

  mutating func skip(_ step: Step, _ part: PreparationRecord.Part, at time: Timestamp) {
    for capture in step.options.captures { captures[capture.name] = capture.fallback }
    records.append(
      PreparationRecord(
        part: part, id: step.id, title: step.title, kind: step.kind, outcome: .skipped,
        reason: step.options.when?.text, startedAt: time, finishedAt: time, work: [],
        result: .map(ValueMap())))
  }

  mutating func take(_ captures: ValueMap) {
    for (name, value) in captures.pairs {
      if let name = name.stringValue { self.captures[name] = value }
    }
  }

  func record(_ plan: Plan, _ sandbox: any RunningSandbox) -> SandboxPrepared {
    SandboxPrepared(
      serverVersion: sandbox.serverVersion, steps: records, inputs: inputs,
      connections: plan.runbook.connections.map {
        ConnectionRecord(name: $0.name, kind: $0.kind, target: "sandbox")
      },
      captures: .map(ValueMap(captures.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })))
  }
}
