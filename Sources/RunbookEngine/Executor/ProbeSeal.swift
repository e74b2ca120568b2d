import RunbookModel

/// What the `settle:` of a step asks, and by what it decides, hashed with the run's key: an attempt is settled by the
/// probe that it was begun with.
///
/// What the probe looks at may change, and is what it is for: neither files nor variables of a script are part of it.
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
    let verdicts = ["done", "not_done"].map { name in
      Surrounding(name: "its '\(name)'", content: settle[name]?.text?.text ?? "")
    }
    let kind = Surrounding(name: "its kind", content: probe.kind)
    return StepSeal(
      bound.activity,
      beside: [kind] + verdicts + DecidingValues(of: step, in: scope).ofSettle, key, redactor
    ).parts
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
    let changes = now.changes(since: former)
    guard !changes.isEmpty else { return nil }
    return "the 'settle:' probe is not the one that attempt \(number) was begun with: "
      + changes.joined(separator: ", ")
  }
}
