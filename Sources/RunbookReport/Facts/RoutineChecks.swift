import RunbookModel

/// Checks that were made again behind a safeguard that changes something, and passed: that is how every run with one
/// goes, and deviates from no runbook. A line says it of all.
struct RoutineChecks: Sendable {
  private let safeguards: Set<String>
  private let steps: [StepHistory]

  init(_ history: RunHistory) {
    safeguards = Set(history.steps(of: .safeguards).map(\.id.rawValue))
    steps = history.steps(of: .verification)
  }

  func contains(_ reopened: Stamped<StepReopened>) -> Bool {
    reopened.payload.cause == .laterChange
      && reopened.payload.subject.map(safeguards.contains) == true
  }

  /// Whether it is the attempt that such a safeguard made necessary, and passed at once.
  func contains(_ episode: Episode, of step: StepHistory) -> Bool {
    let attempt = episode.last
    guard episode.first.number == attempt.number, attempt.settlements.isEmpty,
      attempt.finished?.payload.outcome == .succeeded
    else { return false }
    let start = attempt.started.stamp.sequence
    guard let reopened = step.reopenings.last(where: { $0.stamp.sequence < start }) else {
      return false
    }
    let isFirst = !step.attempts.contains { other in
      other.started.stamp.sequence > reopened.stamp.sequence
        && other.started.stamp.sequence < start
    }
    return isFirst && contains(reopened)
  }

  var summary: [ResolutionFacts.Deviation] {
    let again = steps.compactMap { step in
      step.reopenings.last(where: contains).map { (step, $0) }
    }
    guard let last = again.map(\.1).max(by: { $0.stamp.sequence < $1.stamp.sequence }) else {
      return []
    }
    let safeguards = Set(again.map { $0.1.payload.subject ?? "" }).sorted().joined(separator: ", ")
    let names = again.map(\.0.id.rawValue).joined(separator: ", ")
    let which: Phrase =
      again.count == steps.count
      ? (again.count == 1
        ? "the verification step was" : "all \(again.count) verification steps were")
      : "these verification steps were"
    let list: Phrase = again.count == steps.count ? "" : ": \(name: names)"
    return [
      ResolutionFacts.Deviation(
        text: which + " carried out again behind \(name: safeguards), as always behind a safeguard "
          + "that changes something" + list,
        reference: Reference(last.stamp))
    ]
  }
}
