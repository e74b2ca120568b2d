public import RunbookExpression
public import RunbookModel

/// What an expression of a run sees.
public struct RunScope: EvaluationScope, Sendable {
  let plan: Plan
  let state: RunState
  /// Captures that hold a secret, which only this process knows.
  var transientCaptures: [String: Value] = [:]
  /// Inputs that the sandbox set.
  var inputs: [String: Value]
  /// The step's own result, in `expect`, `confirms` and `capture`.
  var result: ValueMap?
  /// Captures of the sandbox's own steps, and `sandbox` in its templates.
  var extraCaptures: [String: Value] = [:]
  /// What it is not to see, as if it were undefined.
  var hidden = HiddenNames()

  init(plan: Plan, state: RunState) {
    self.plan = plan
    self.state = state
    var inputs: [String: Value] = [:]
    for input in plan.inputs { inputs[input.declaration.name] = input.value }
    for record in state.sandboxInputs { inputs[record.name] = record.value }
    self.inputs = inputs
  }

  public func value(of name: String) -> Value? {
    if let own = result?[name], !hidden.isOwnResultHidden { return own }
    switch name {
    case "inputs":
      return .map(ValueMap(inputs.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }))
    case "constants": return constants
    case "env":
      let pairs = plan.environment.sorted { $0.key < $1.key }
      return .map(ValueMap(pairs.map { ($0.key, .string($0.value)) }))
    case "findings": return findings
    case "run": return run
    case "steps": return steps
    default: return capture(name)
    }
  }

  /// Inputs, constants and captures by their bare names; an input that was not given is null.
  var bareValues: [String: Value] {
    var values: [String: Value] = [:]
    for input in plan.runbook.inputs { values[input.name] = inputs[input.name] ?? .null }
    for constant in plan.runbook.constants { values[constant.name] = constant.value }
    for owned in plan.captures { values[owned.capture.name] = value(of: owned) }
    values.merge(extraCaptures) { known, _ in known }
    return values
  }

  private var constants: Value {
    .map(ValueMap(plan.runbook.constants.map { ($0.name, $0.value) }))
  }

  private var findings: Value {
    .map(
      ValueMap(
        plan.runbook.steps.filter { $0.options.confirms != nil && !hidden.findings.contains($0.id) }
          .map { ($0.id.rawValue, .bool(state.hasConfirmed($0.id))) }))
  }

  private var run: Value {
    var map = ValueMap()
    if let started = state.started { map["id"] = .string(started.run.rawValue) }
    if let time = state.startedAt { map["started"] = .timestamp(time) }
    map["sandbox"] = .bool(plan.isSandbox)
    return .map(map)
  }

  private var steps: Value {
    .map(
      ValueMap(
        plan.runbook.steps.filter { !hidden.steps.contains($0.id) }.compactMap { step in
          state.steps[step.id].map { (step.id.rawValue, Self.summary(of: $0)) }
        }))
  }

  private static func summary(of state: StepState) -> Value {
    var map = state.loss == nil ? state.visibleResult : ValueMap()
    map["outcome"] = .string(state.status.rawValue)
    map["attempts"] = .int(Int64(state.attempts))
    if let time = state.firstStartedAt { map["started"] = .timestamp(time) }
    if let time = state.finishedAt { map["finished"] = .timestamp(time) }
    return .map(map)
  }

  private func capture(_ name: String) -> Value? {
    if let value = extraCaptures[name] { return value }
    return plan.captures.first { $0.capture.name == name }.flatMap { value(of: $0) }
  }

  private func value(of owned: OwnedCapture) -> Value? {
    guard !hidden.captures.contains(owned.capture.name) else { return nil }
    // What counts no more, or was done in another database, is used by nobody.
    let owner = state.step(owned.step)
    guard owner.reopened == nil || owner.status == .skipped, owner.loss == nil else { return nil }
    if let value = transientCaptures[owned.capture.name] ?? state.captures[owned.capture.name] {
      return value
    }
    // What a step that is done captured and nobody knows any more is not guessed: it is undefined.
    return state.step(owned.step).status == .skipped ? owned.capture.fallback : nil
  }
}
