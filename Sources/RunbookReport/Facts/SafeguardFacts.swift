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

  init(_ history: RunHistory, _ report: AuthoredReport) {
    let isTold = history.isConfirmed || history.ended == nil
    steps = isTold ? history.steps(of: .safeguards).map { StepFacts($0) } : []
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
}
