import RunbookModel

/// What was put in place so that it does not happen again: as it ran, and as authored.
struct SafeguardFacts: Sendable {
  struct Authored: Sendable {
    let title: AuthoredText
    let text: AuthoredBlock?
  }

  let steps: [StepFacts]
  let authored: [Authored]
  /// Whether the run resolved the incident: before that, what the author wrote is a plan.
  let isResolved: Bool
  /// Whether every safeguard step that applied was carried out, on nobody's word, and at least one of them changed
  /// something: one that only reads, or is taken back, puts nothing in place.
  let areImplemented: Bool

  init(_ history: RunHistory, _ report: AuthoredReport) {
    let isTold = history.isConfirmed || history.ended == nil
    steps = isTold ? history.steps(of: .safeguards).map { Self.facts(of: $0, history) } : []
    areImplemented = Self.areImplemented(in: history)
    isResolved = history.ended?.payload.status == .resolved
    authored = report.entries("safeguards").map { entry in
      guard let map = entry.mapValue else {
        return Authored(title: AuthoredText(entry.displayText, in: report.scope), text: nil)
      }
      return Authored(
        title: AuthoredText(map.text("title") ?? "Safeguard", in: report.scope),
        text: report.block(map["text"]))
    }
  }

  static func areImplemented(in history: RunHistory) -> Bool {
    history.steps(of: .safeguards).contains(where: \.hasChanged)
      && history.hasCarriedOut([.safeguards])
  }

  private static func facts(of step: StepHistory, _ history: RunHistory) -> StepFacts {
    var facts = StepFacts(step)
    // Whoever refuses its gate declines it, unless somebody has left it out in words of their own.
    let isOwn = step.skipped?.payload.reason.begins(with: StepSkipped.refusedGate) == false
    if step.attempts.isEmpty, !step.isTakenOut, !isOwn {
      let decision = history.gates.last { $0.name == step.id.rawValue }?.decisions.last
      facts.refusal = decision?.payload.decision == .refused ? decision : nil
    }
    return facts
  }

  /// What is to be said before the author's words, which were written before the run; nil where the run
  /// bears them out.
  var reservation: String? {
    guard !authored.isEmpty else { return nil }
    if !isResolved {
      return
        "What follows is the plan of the runbook's author; this run has not resolved the incident."
    }
    if areImplemented { return nil }
    let isBegun = steps.contains { $0.status == .succeeded && $0.bearing == .changes }
    return isBegun
      ? "What follows is the plan of the runbook's author; not all of its steps were carried out in this run."
      : "What follows is the plan of the runbook's author; no step of this run is known to have carried it out."
  }
}
