import RunbookModel

/// What steps before recovery were to find out and did not, as they failed: what reads it fails in turn, and says
/// nothing of why.
struct UnfoundNames {
  private let state: RunState
  private let captures: [OwnedCapture]

  init(_ plan: Plan, _ state: RunState, _ scope: RunScope) {
    self.state = state
    let early = Set(plan.runbook.steps.filter { $0.phase < .recovery }.map(\.id))
    captures = plan.captures.filter { owned in
      early.contains(owned.step) && state.step(owned.step).status == .failed
        && scope.value(of: owned.capture.name) == nil
    }
  }

  /// The capture that was read in vain; nil where the failure has another reason.
  private func capture(readIn failure: FailureRecord) -> OwnedCapture? {
    guard failure.cause == .invalid else { return nil }
    return captures.first { owned in
      let name = owned.capture.name
      return ["`\(name)` is not defined", "'\(name)' has no value", Self.start(name)].contains {
        failure.message.begins(with: $0)
      }
    }
  }

  /// The failure with the step that it comes of in the place of an undefined name; else itself.
  func explained(_ failure: FailureRecord) -> FailureRecord {
    guard let owned = capture(readIn: failure) else { return failure }
    return FailureRecord(
      cause: failure.cause,
      message: "\(Self.start(owned.capture.name)): step '\(owned.step)' \(verb(of: owned.step))")
  }

  /// Where it all began: the step that failed for a reason of its own.
  func origin(of failure: FailureRecord) -> (step: StepID, name: String, failure: FailureRecord?)? {
    guard var owned = capture(readIn: failure) else { return nil }
    let name = owned.capture.name
    var passed: Set<StepID> = []
    while let before = state.step(owned.step).failure, passed.insert(owned.step).inserted,
      let next = capture(readIn: before)
    {
      owned = next
    }
    return (owned.step, name, state.step(owned.step).failure)
  }

  private static func start(_ name: String) -> String { "`\(name)` is not known" }

  private func verb(of step: StepID) -> String {
    state.step(step).isWithoutAnswer ? "could not be carried out" : "failed"
  }
}

extension RunMachine {
  /// The hold where recovery hangs on what detection could not find out: nobody can approve what is not known, and
  /// no attempt of it can end well.
  func holdOnUnfound(_ state: RunState, _ scope: RunScope) -> RunHeld? {
    let unfound = UnfoundNames(plan, state, scope)
    for step in plan.runbook.steps(in: .recovery)
    where !state.step(step.id).status.isSettled && state.step(step.id).attempts == 0 {
      do throws(StepFailure) {
        if try binder.isWanted(step, in: scope) { _ = try binder.bind(step, in: scope) }
      } catch {
        guard let origin = unfound.origin(of: error.record) else { continue }
        let why = origin.failure.map { failure in
          [": " + failure.message, failure.detail, failure.hint].compactMap(\.self)
            .joined(separator: "\n")
        }
        return RunHeld(
          cause: .obstacle, subject: origin.step.rawValue,
          message: "recovery is not offered, as what step '\(step.id)' does hangs on "
            + "`\(origin.name)`, which is not known: step '\(origin.step)' failed" + (why ?? ""))
      }
    }
    return nil
  }

  /// Whether a step that failed before recovery is carried out again by who takes the run up: recovery waits for it.
  func looksAgain(
    _ step: Step, _ current: StepState, _ state: RunState, _ scope: RunScope
  ) -> Bool {
    guard step.phase < .recovery, current.isOfFormerProcess else { return false }
    if step.phase == .detection, state.goesOnUnconfirmed { return true }
    guard !state.findings.isEmpty, state.gates[Self.recoveryGateName] == nil, !state.hasChanged
    else { return false }
    return holdOnUnfound(state, scope) != nil
  }
}
