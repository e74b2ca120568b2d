import RunbookModel

/// What the `settle:` of a step asks, and by what it decides, held against what was recorded of an attempt by a plan that
/// is to take the place of the run's: an attempt is settled by the probe that it was begun with.
///
/// What the probe looks at (files, variables of a script) is recorded too, and no matter of the plan: it is held against
/// the record right before it is asked (`Probes.ask`).
struct ProbeSeal {
  private let key: RunKey?
  private let redactor: Redactor

  init(_ key: RunKey?, _ redactor: Redactor) {
    self.key = key
    self.redactor = redactor
  }

  /// - Returns: nil where there is no probe, or its values are not known.
  func parts(of step: Step, _ binder: Binder, _ scope: RunScope) -> [SealedPart]? {
    guard let settle = step.options.settle, let probe = step.probe(among: Set(binder.kinds.keys))
    else { return nil }
    let bound: BoundStep
    do throws(StepFailure) { bound = try binder.bind(probe, in: scope) } catch { return nil }
    return StepSeal(
      bound.activity,
      beside: Self.own(probe, settle) + DecidingValues(of: step, in: scope).ofProbe, key, redactor
    ).parts
  }

  /// By what a probe decides, besides what it asks.
  static func own(_ probe: Step, _ settle: Fields) -> [Surrounding] {
    [Surrounding(name: "its kind", content: probe.kind)]
      + ["done", "not_done"].compactMap { key in
        settle[key]?.text.map { Surrounding(name: "its `\(key)`", content: $0.text) }
      }
  }

  /// Why the probe of a step, as it is now, says nothing of an attempt that was begun with another; nil where it does.
  func difference(
    of step: Step, from attempt: StepState, _ binder: Binder, _ scope: RunScope
  ) -> String? {
    guard let former = attempt.probe, [.running, .unknown].contains(attempt.status) else {
      return nil
    }
    let number = attempt.attempts
    guard let now = parts(of: step, binder, scope) else {
      return
        "the 'settle:' probe that attempt \(number) was begun with cannot be bound to its values now"
    }
    let names = Set(now.map { ExactText($0.name) })
    let changes = StepSeal(parts: now).changes(
      since: former.filter { names.contains(ExactText($0.name)) })
    guard !changes.isEmpty else { return nil }
    return "the 'settle:' probe is not the one that attempt \(number) was begun with: "
      + changes.joined(separator: ", ")
  }
}
