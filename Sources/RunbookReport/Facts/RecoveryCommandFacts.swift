import RunbookModel

/// Exactly what ran in recovery, in the order of the journal.
struct RecoveryCommandFacts: Sendable {
  struct Command: Sendable {
    let step: StepRecord
    let attempt: AttemptHistory
    /// Who left the step out after it; nil where nobody did.
    let leavingOut: PersonsWord?
    /// Whether nothing can happen to it any more.
    let isOver: Bool

    /// Each item with what became of it, where it was not just sent as it is; behind them what its probe asked.
    var work: [(item: WorkItem, became: Phrase?)] {
      var all = own
      for settled in attempt.settlements.map(\.payload) {
        let answer: Phrase? = "Asked whether it had taken effect: \(quote: settled.detail)."
        all += (settled.asked ?? []).map { (item: $0, became: answer) }
      }
      return all
    }

    private var own: [(item: WorkItem, became: Phrase?)] {
      let items = attempt.started.payload.work
      guard let done = attempt.finished?.payload.workDone else {
        let isReceiptAlone = attempt.outcome == .succeeded && attempt.finished == nil
        return items.map { ($0, isReceiptAlone && $0.condition != nil ? Self.notTold : nil) }
      }
      return items.enumerated().map { index, item in
        (item, done.first { $0.item == index }.flatMap(Self.became))
      }
    }

    /// Whether nothing tells how far it came.
    var isExtentUnknown: Bool {
      let items = attempt.started.payload.work.count
      return items > 1 && attempt.outcome != .succeeded && attempt.finished?.payload.workDone == nil
    }

    private static let notTold: Phrase =
      "Whether it was left out or sent otherwise is not known: the process died before it said so."

    private static func became(_ done: WorkDone) -> Phrase? {
      let reason: Phrase = done.reason.map { ": \(quote: $0)" } ?? ""
      switch done.fate {
      case .leftOut: return "Left out\(reason)."
      case .notReached: return "Not sent."
      case .failed: return "This one failed."
      case .sent:
        guard done.times != nil || done.affected != nil || done.sent != nil else { return nil }
        let times: Phrase = done.times.map { " \($0) times" } ?? ""
        let text: Phrase = done.sent.map { " as \(name: $0)" } ?? ""
        let rows: Phrase =
          done.affected.map { ", \(words: String($0)) \(words: $0 == 1 ? "row" : "rows")" } ?? ""
        return "Sent\(times)\(text)\(rows)\(reason)."
      }
    }
  }

  let commands: [Command]
  /// What the engine was to run by itself, as an approved gate showed it.
  let preparation: [WorkItem]
  let preparationReference: Reference?

  init(_ history: RunHistory) {
    let gate = history.gates.first { gate in
      !gate.opened.payload.preparation.isEmpty
        && gate.decisions.contains { $0.payload.decision == .approved }
    }
    preparation = gate?.opened.payload.preparation ?? []
    preparationReference = gate.map { Reference($0.opened.stamp) }
    commands = history.steps(of: .recovery)
      .flatMap { step in
        step.attempts.map { attempt in
          let isLast = attempt.number == step.attempts.last?.number
          return Command(
            step: step.record, attempt: attempt,
            leavingOut: isLast && step.leavingOut != nil ? step.word : nil,
            isOver: step.status != .inFlight || !isLast)
        }
      }
      .sorted { $0.attempt.started.stamp.sequence < $1.attempt.started.stamp.sequence }
  }
}
