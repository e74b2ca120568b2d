import RunbookEngine
public import RunbookModel

/// Checks what the reader cannot of a drill's `simulate`: that its steps and inputs are the runbook's,
/// and that what is written for them is what their kinds bring back.
public struct SimulationChecker: Sendable {
  private let kinds: [String: KindSpec]

  public init(kinds: [KindSpec]) {
    self.kinds = Dictionary(kinds.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// - Parameter isStarting: whether a drill is to start, which what is missing is an error for.
  public func check(
    _ simulation: Simulation, of runbook: Runbook, isStarting: Bool = false
  ) -> Diagnostics {
    var found: [Diagnostic] = []
    for given in simulation.inputs { check(given, among: runbook.inputs, &found) }
    for script in simulation.steps { check(script, of: runbook, &found) }
    checkMissing(simulation, runbook, isStarting ? .error : .warning, &found)
    return Diagnostics(found).sorted()
  }

  private func check(
    _ given: Simulation.Given, among inputs: [Runbook.Input], _ found: inout [Diagnostic]
  ) {
    guard let input = inputs.first(where: { $0.name == given.name.text }) else {
      found.append(.unknown("input", given.name, among: inputs.map(\.name)))
      return
    }
    guard input.type.value(of: given.value, relativeTo: "") == nil else { return }
    found.append(
      Diagnostic(
        .error, .wrongSimulatedValue,
        "the input '\(input.name)' must be \(input.type.expectation), "
          + "found \(given.value.typeName)", at: given.name.place))
  }

  private func check(
    _ script: Simulation.Script, of runbook: Runbook, _ found: inout [Diagnostic]
  ) {
    guard let step = runbook.steps.first(where: { $0.id.rawValue == script.step.text }) else {
      found.append(.unknown("step", script.step, among: runbook.steps.map(\.id.rawValue)))
      return
    }
    guard let spec = kinds[step.kind] else { return }
    for attempt in script.attempts {
      for result in attempt.results { check(result, of: spec, &found) }
    }
  }

  private func check(
    _ given: Simulation.Given, of spec: KindSpec, _ found: inout [Diagnostic]
  ) {
    guard let result = spec.results.first(where: { $0.name == given.name.text }) else {
      let known = spec.results.map(\.name)
      found.append(
        Diagnostic(
          .error, .unknownResult, "a '\(spec.name)' step gives no '\(given.name.text)'",
          at: given.name.place, hint: Diagnostic.hint(given.name.text, known)))
      return
    }
    guard result.value(canned: given.value) == nil else { return }
    found.append(
      Diagnostic(
        .error, .wrongSimulatedValue,
        "'\(result.name)' of a '\(spec.name)' step is \(result.form), "
          + "found \(given.value.typeName)", at: given.name.place))
  }

  private func checkMissing(
    _ simulation: Simulation, _ runbook: Runbook, _ severity: Diagnostic.Severity,
    _ found: inout [Diagnostic]
  ) {
    let scripted = Set(simulation.steps.map(\.step.text))
    for step in runbook.steps where !scripted.contains(step.id.rawValue) {
      found.append(
        Diagnostic(
          severity, .notSimulated, "nothing is simulated for the step '\(step.id)'",
          at: simulation.place, hint: "give it an outcome under `steps`; the least one is {}"))
    }
    let given = Set(simulation.inputs.map(\.name.text))
    for input in runbook.inputs
    where !input.isOptional && input.fallback == nil && !given.contains(input.name) {
      found.append(
        Diagnostic(
          severity, .notSimulated, "the simulation has no value for the input '\(input.name)'",
          at: simulation.place, hint: "give it one under `inputs`"))
    }
  }
}

extension Diagnostic {
  fileprivate static func unknown(
    _ sort: String, _ name: Drill.Name, among known: [String]
  ) -> Diagnostic {
    Diagnostic(
      .error, .unknownDrillName, "there is no \(sort) '\(name.text)'", at: name.place,
      hint: hint(name.text, known))
  }

  fileprivate static func hint(_ name: String, _ known: [String]) -> String? {
    if let near = NearestName.of(name, among: known) { return "did you mean '\(near)'?" }
    return known.isEmpty ? nil : "there is \(known.prefix(12).joined(separator: ", "))"
  }
}

extension ResultSpec {
  /// What it looks like in the drill's file.
  fileprivate var form: String {
    switch type {
    case "int": "a whole number"
    case "string": "text"
    case "bool": "true or false"
    case "timestamp": "a time such as 2025-10-18T22:01:13Z"
    case "duration": "a duration such as 1.5s"
    case let type: "a \(type)"
    }
  }
}
