public import RunbookModel

/// Why a changed runbook must not just be gone on with: it may do again what the run has done.
public struct PlanDoubt: Sendable, Hashable {
  public let step: StepID
  /// One line.
  public let why: String
  /// Whether it is let go on where a person names the step; else the runbook has to be mended.
  public let mayBeNamed: Bool
}

extension Plan {
  /// What this plan, in the place of the one that the run has, does to what is done by now.
  ///
  /// A step is known by its id alone, so that a done one that was renamed, split, or moved is a new one to
  /// the run.
  ///
  /// | a step of the plan                                                          | is       |
  /// | --------------------------------------------------------------------------- | -------- |
  /// | has an id that the run knows from another phase                              | refused  |
  /// | is of another kind than when it was tried or left out                        | refused  |
  /// | is done, cannot be carried out again, and is not as it was carried out       | refused  |
  /// | is new and may change something, while a done one is gone or does other work | to be named |
  /// | is still to be begun, and has a statement or a script that was carried out   | to be named |
  /// | is still to be begun, and stands before a step that is done                  | to be named |
  ///
  /// - Returns: in the plan's order; empty where there is nothing against it.
  public func doubts(
    about state: RunState, kinds: [any StepKind], key: RunKey? = nil
  ) -> [PlanDoubt] {
    let past = PlanPast(
      plan: self, state: state, binder: Binder(plan: self, kinds: kinds), key: key)
    return runbook.steps.compactMap { past.doubt(about: $0) }
  }

  /// Steps that have shown something, may do so again, and are not as they were then. In journals of before it was
  /// kept how they were, all are taken to be so.
  func outdated(
    in state: RunState, _ binder: Binder, _ key: RunKey?, _ kinds: [any StepKind]
  ) -> [StepID: RunState.Outdating] {
    let hasChanged = state.hasChanged
    let changed = Set(changedVariables(since: state.environment, key, kinds: kinds))
    var found: [StepID: RunState.Outdating] = [:]
    for record in state.runbook?.steps ?? []
    where state.mayLookAgain(record, hasChanged: hasChanged) {
      let one = state.step(record.id)
      guard one.status.hasOutcome else { continue }
      let step = runbook.steps.first { $0.id == record.id }
      let isSame =
        switch (one.definition, step) {
        case (_, let step?) where !changed.isDisjoint(with: variableNames(of: step, kinds)): false
        case (let known?, let step?): known == StepDefinition(of: step, binder).digest(key)
        case (nil, _?): one.status == .skipped
        // What it has not, and had confirmed the incident, is a finding of nobody any more.
        case (_, nil): !state.findings.contains(record.id)
        }
      if !isSame { found[record.id] = RunState.Outdating(cause: .changed, subject: nil) }
    }
    return found
  }
}

/// What a run has done, as a plan that it did not begin with is held against it.
private struct PlanPast {
  let plan: Plan
  let state: RunState
  let binder: Binder
  private let redactor: Redactor
  private let known: [StepRecord]
  /// Steps that changed something, or may have.
  private let done: [StepRecord]
  /// Those of them that the plan has not, or has with other work.
  private let lost: [(id: StepID, words: String)]
  private let key: RunKey?
  private let hasChanged: Bool

  init(plan: Plan, state: RunState, binder: Binder, key: RunKey?) {
    self.key = key
    hasChanged = state.hasChanged
    self.plan = plan
    self.state = state
    self.binder = binder
    let redactor = Redactor(secrets: plan.secrets)
    self.redactor = redactor
    known = (state.runbook?.steps ?? []) + state.formerSteps
    done = known.filter { $0.phase.mayChange && state.step($0.id).mayHaveChangedSomething }
    lost = done.compactMap { record in
      guard let step = plan.runbook.steps.first(where: { $0.id == record.id }) else {
        return (record.id, "is not in the runbook any more")
      }
      let work = Self.work(of: step, plan, state, binder, redactor)
      let isSame = work.map(Self.mark) == state.step(record.id).work.map(Self.mark)
      return isSame ? nil : (record.id, "does something else now")
    }
  }

  func doubt(about step: Step) -> PlanDoubt? {
    let former = known.last { $0.id == step.id }
    if let former, former.phase != step.phase {
      return refusal(
        step,
        "is in phase '\(step.phase.rawValue)' now, and the run knows it from "
          + "'\(former.phase.rawValue)': give it another id")
    }
    let one = state.step(step.id)
    if let former, former.kind != step.kind, one.attempts > 0 || one.status == .skipped {
      return refusal(
        step,
        "is of kind '\(step.kind)' now, and was carried out as '\(former.kind)': "
          + "give it another id")
    }
    if let former, let why = remaking(of: step, former, one) { return refusal(step, why) }
    guard step.phase.mayChange, one.status == .pending, one.attempts == 0, mayChange(step) else {
      return nil
    }
    if let twin = twin(of: step) {
      return doubt(step, "does what '\(twin)' has done")
    }
    if former == nil || one.isTakenOut, let gone = lost.first {
      return doubt(
        step, "is new, and '\(gone.id)', which is done, \(gone.words): it may be the same work")
    }
    if let later = doneStep(after: step) {
      return doubt(step, "stands before '\(later)', which is done: it would be performed after it")
    }
    return nil
  }

  /// Why a step that is done must stand as it was carried out; nil where it does, or may be carried out again.
  private func remaking(of step: Step, _ former: StepRecord, _ one: StepState) -> String? {
    guard one.status == .succeeded, let definition = one.definition,
      !state.mayLookAgain(former, hasChanged: hasChanged),
      definition != StepDefinition(of: step, binder).digest(key)
    else { return nil }
    return step.phase.mayChange
      ? "is done, and is not as it was carried out: put it back as it was, with the constants and files "
        + "that it names, and give what is new another id"
      : "has looked, and is not as it was then; the run has changed something since, so that it cannot "
        + "look again: put it back as it was, with the constants and files that it names"
  }

  private func refusal(_ step: Step, _ why: String) -> PlanDoubt {
    PlanDoubt(step: step.id, why: "step '\(step.id)' \(why)", mayBeNamed: false)
  }

  private func doubt(_ step: Step, _ why: String) -> PlanDoubt {
    PlanDoubt(step: step.id, why: "step '\(step.id)' \(why)", mayBeNamed: true)
  }

  private func mayChange(_ step: Step) -> Bool {
    do throws(StepFailure) {
      return try binder.bind(step, in: RunScope(plan: plan, state: state)).activity.effect
        != .readOnly
    } catch {
      // Its values are not known yet: it may be anything.
      return true
    }
  }

  private func doneStep(after step: Step) -> StepID? {
    plan.runbook.steps.drop { $0.id != step.id }.dropFirst()
      .first { later in done.contains { $0.id == later.id } }?.id
  }

  /// The done step that carried out one of the step's statements or scripts, where no gate of the run has
  /// shown the step with it.
  private func twin(of step: Step) -> StepID? {
    let shown = state.gates.values.flatMap(\.opened.steps).filter { $0.step == step.id }
      .flatMap(\.work).map(Self.mark)
    let own = Self.work(of: step, plan, state, binder, redactor)
      .filter { $0.effect != .readOnly }.map(Self.mark).filter { !shown.contains($0) }
    return done.first { record in
      state.step(record.id).work.contains { $0.effect != .readOnly && own.contains(Self.mark($0)) }
    }?.id
  }

  private static func work(
    of step: Step, _ plan: Plan, _ state: RunState, _ binder: Binder, _ redactor: Redactor
  ) -> [WorkItem] {
    let work: [WorkItem]
    do throws(StepFailure) {
      work = try binder.bind(step, in: RunScope(plan: plan, state: state)).activity.work
    } catch {
      work = binder.kinds[step.kind]?.spec.work.written(in: step) ?? []
    }
    return work.map { redactor.redact($0) }
  }

  /// A statement or a script, however it is laid out, with its values.
  private static func mark(_ item: WorkItem) -> String {
    let text = String(
      item.text.unicodeScalars.lazy.filter { !$0.isWhitespace && $0 != ";" }
        .map { Character($0) }
    ).lowercased()
    let values = item.parameters.map { "\($0.name)=\($0.value.json)" }
    return ([item.language.rawValue, text] + values).joined(separator: "\n")
  }
}

extension StepState {
  /// Whether it took effect, also where its result was refused, or was left out before anybody knew.
  fileprivate var mayHaveChangedSomething: Bool {
    let isOpen = status == .skipped && attempts > 0 && skip?.former == .unknown
    guard status == .succeeded || isEffectDone || isOpen else { return false }
    return work.isEmpty || work.contains { $0.effect != .readOnly }
  }
}
