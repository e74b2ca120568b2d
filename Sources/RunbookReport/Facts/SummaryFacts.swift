import RunbookModel

/// The executive summary, in what was found and in the author's words.
struct SummaryFacts: Sendable {
  let severity: Severity
  let status: RunStatus
  let statusReason: String?
  /// See `SafeguardFacts.areImplemented`.
  let hasSafeguards: Bool
  let summary: AuthoredBlock?
  let impact: AuthoredBlock?
  let rootCause: AuthoredBlock?
  /// Steps that are still to come; empty once the run has ended.
  let remaining: [StepRecord]
  let inFlight: [StepRecord]
  /// Steps of which nobody knows whether they took effect.
  let unknown: [StepRecord]
  /// Steps before recovery that were carried out and are declared read-only, which nothing enforces.
  let declared: [StepID]
  /// Whether a gate of recovery was opened.
  let wasRecoveryOffered: Bool
  let hold: Stamped<RunHeld>?
  /// Who gave the run up; nil where it ended by itself, or has not.
  let endedBy: Actor?
  /// Whether a finding was confirmed, or recovery began without one.
  let isConfirmed: Bool

  init(_ history: RunHistory, _ authored: AuthoredReport) {
    severity = history.runbook.severity
    status = RunStatus(history)
    statusReason = history.ended?.payload.reason
    hasSafeguards = SafeguardFacts.areImplemented(in: history)
    summary = authored.block("not_confirmed") ?? authored.block("summary")
    impact = authored.block("impact")
    rootCause = authored.block("root_cause")
    let isEnded = history.ended != nil
    remaining =
      isEnded
      ? []
      : history.steps.filter(\.isToCome).map(\.record)
    inFlight = history.steps.filter { $0.status == .inFlight }.map(\.record)
    unknown = history.steps
      .filter { $0.record.phase.mayChange && $0.status == .unknown && $0.bearing == .changes }
      .map(\.record)
    declared = history.steps.filter { step in
      step.record.phase < .recovery
        && step.attempts.contains { $0.started.payload.isEffectDeclared }
    }.map(\.id)
    wasRecoveryOffered = history.gates.contains { gate in
      gate.opened.payload.steps.contains { item in
        history.steps(of: .recovery).contains { $0.id == item.step }
      }
    }
    endedBy = history.giver
    hold = history.currentHold
    isConfirmed = history.isConfirmed
  }

  /// What stands for a fact about the incident when there is no incident to tell of.
  var reasonForNoFacts: String? {
    switch status {
    case _ where isConfirmed: nil
    case .notConfirmed: "Not applicable: no incident was confirmed"
    case .undetermined: "Not known: detection could not be carried out"
    case .held, .inProgress: "Not known yet: nothing is confirmed so far"
    case .resolved, .unverified, .failed, .abandoned, .practised: "Not known: nothing was confirmed"
    }
  }
}
