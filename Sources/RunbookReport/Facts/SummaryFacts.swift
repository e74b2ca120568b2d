import RunbookModel

/// The executive summary, in what was found and in the author's words.
struct SummaryFacts: Sendable {
  let severity: Severity
  let status: RunStatus
  let statusReason: String?
  /// Whether every safeguard of the runbook that applied was carried out, and at least one did.
  let hasSafeguards: Bool
  let summary: AuthoredBlock?
  let impact: AuthoredBlock?
  let rootCause: AuthoredBlock?
  /// Steps that are still to come; empty once the run has ended.
  let remaining: [StepRecord]
  let inFlight: [StepRecord]
  /// Steps of which nobody knows whether they took effect.
  let unknown: [StepRecord]
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
    unknown = history.steps.filter { $0.record.phase.mayChange && $0.status == .unknown }
      .map(\.record)
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
