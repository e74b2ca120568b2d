import RunbookExpression
import RunbookModel

/// The values by which a step's `when`, `expect`, `confirms`, `capture`, `retry` and `settle` decide: they decide what
/// runs and what is taken back, and may be others than when the step was approved.
///
/// Bound are variables, inputs, and captures of steps that change nothing. What steps that change something capture is
/// part of what was approved.
struct DecidingValues {
  let step: Step
  let scope: RunScope

  init(of step: Step, in scope: RunScope) {
    self.step = step
    self.scope = scope
  }

  var all: [Surrounding] { values(of: Self.references(of: step)) }

  /// Of its `settle` alone.
  var ofProbe: [Surrounding] { values(of: Self.probeReferences(of: step)) }

  private func values(of references: [Reference]) -> [Surrounding] {
    var found: [(name: String, value: Value?)] = []
    for reference in references {
      guard let one = value(of: reference),
        !found.contains(where: { $0.name.isIdentical(to: one.name) })
      else { continue }
      found.append(one)
    }
    return found.map {
      Surrounding(name: "\($0.name), which decides over it,", content: $0.value?.json ?? "")
    }
  }

  /// What it reads but for its own body.
  static func references(of step: Step) -> [Reference] {
    let options = step.options
    let sources =
      [options.when, options.retry?.condition?.expression].compactMap(\.self) + options.expect
      + options.captures.map(\.expression) + [options.confirms].compactMap(\.self)
    // What cannot be parsed fails where it is evaluated.
    let own = sources.flatMap { (try? Expression(parsing: $0))?.references ?? [] }
    return own + probeReferences(of: step)
  }

  private static func probeReferences(of step: Step) -> [Reference] {
    (step.options.settle?.all ?? []).flatMap { references(in: $0.value) }
  }

  static func references(in value: FieldValue) -> [Reference] {
    switch value {
    case .text(let text), .file(_, let text):
      // One of them it is: the text of a condition, or a text with conditions in it.
      ((try? Expression(parsing: text))?.references ?? [])
        + ((try? Template(parsing: text))?.references ?? [])
    case .list(let items): items.flatMap(references)
    case .fields(let fields): fields.all.flatMap { references(in: $0.value) }
    case .step(let step): references(in: .fields(step.body))
    case .bool, .int, .duration, .data: []
    }
  }

  /// Nil where it is none that is bound.
  private func value(of reference: Reference) -> (name: String, value: Value?)? {
    switch reference.name {
    case "env", "inputs":
      let all = scope.value(of: reference.name)
      guard let name = reference.path.first else { return (reference.name, all) }
      return ("\(reference.name).\(name)", all?.mapValue?[name])
    default:
      let owner = scope.plan.captures.first { $0.capture.name.isIdentical(to: reference.name) }
      guard let owner, let step = scope.plan.runbook.steps.first(where: { $0.id == owner.step }),
        !step.phase.mayChange
      else { return nil }
      return (reference.name, scope.value(of: reference.name))
    }
  }
}
