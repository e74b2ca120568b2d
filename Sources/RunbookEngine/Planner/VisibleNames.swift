import RunbookExpression
import RunbookModel

/// The names that an expression may use at one point of a runbook.
struct VisibleNames {
  var roots: Set<String> = ["inputs", "constants", "env", "findings", "run", "steps"]
  /// A step's own results, while it is checked. Apart from the captures, which may be thousands: they are
  /// never copied.
  var own: Set<String> = []
  /// What SQL values may come from: inputs, constants, and captures of earlier steps.
  private(set) var values: Set<String>
  /// Captures of earlier steps.
  private var captures: Set<String> = []
  /// Captures that are undefined when their step is skipped.
  private var conditional: [String: StepID] = [:]
  private var steps: Set<String> = []
  let connections: Set<String>
  private let inputs: Set<String>
  private let constants: Set<String>
  private let findings: Set<String>
  let cache = ReferenceCache()

  init(runbook: Runbook) {
    inputs = Set(runbook.inputs.map(\.name))
    constants = Set(runbook.constants.map(\.name))
    connections = Set(runbook.connections.map(\.name))
    values = inputs.union(constants)
    findings = Set(
      runbook.steps.filter { $0.options.confirms != nil }.map(\.id.rawValue))
  }

  mutating func add(_ step: Step) {
    steps.insert(step.id.rawValue)
    for capture in step.options.captures {
      captures.insert(capture.name)
      values.insert(capture.name)
      if step.options.when != nil, capture.fallback == nil { conditional[capture.name] = step.id }
    }
  }

  func check(_ reference: Reference, _ found: inout Diagnostics) {
    let known: Set<String>
    let what: String
    switch reference.name {
    case "inputs": (known, what) = (inputs, "input")
    case "constants": (known, what) = (constants, "constant")
    case "findings": (known, what) = (findings, "finding")
    case "steps": (known, what) = (steps, "earlier step")
    case "run": (known, what) = (["id", "started", "sandbox"], "field of 'run'")
    case let name:
      if roots.contains(name) { return }
      return checkBare(name, reference, &found)
    }
    guard let field = reference.path.first, !known.contains(field) else { return }
    let isListed = !found.isFull(of: .error)
    found.append(
      Diagnostic(
        .error, .unknownName, "there is no \(what) '\(field)'", at: reference.place,
        hint: isListed ? hint(field, among: known, listing: known) : nil))
  }

  private func checkBare(_ name: String, _ reference: Reference, _ found: inout Diagnostics) {
    if own.contains(name) { return }
    guard captures.contains(name) else {
      let isInput = inputs.contains(name)
      let isConstant = constants.contains(name)
      let isListed = !found.isFull(of: .error)
      found.append(
        Diagnostic(
          .error, .unknownName, "nothing is called '\(name)' here", at: reference.place,
          hint: isInput
            ? "write inputs.\(name)"
            : isConstant
              ? "write constants.\(name)"
              : isListed
                ? hint(name, among: captures.union(own).union(roots), listing: captures.union(own))
                : nil))
      return
    }
    guard let step = conditional[name] else { return }
    found.append(
      Diagnostic(
        .warning, .maybeUndefined, "'\(name)' is undefined when step '\(step)' is skipped",
        at: reference.place, hint: "give the capture a default: {value: …, default: …}"))
  }

  private func hint(
    _ name: String, among candidates: Set<String>, listing known: Set<String>
  ) -> String? {
    if let near = NearestName.of(name, among: candidates) { return "did you mean '\(near)'?" }
    return known.isEmpty ? nil : "known here: \(NameList.text(of: known.sorted()))"
  }
}
