import RunbookEngine
import RunbookModel

/// The runbook's own weak lines, as a drill found them, and where its time went.
///
/// A step is weak when it failed, was tried again, was skipped by a person after a try, held the run or
/// is still unknown, and when people waited long at its gate or before it.
struct WeakLines {
  /// Something about a line of the runbook.
  struct Item: Sendable, Hashable {
    let step: StepID
    /// Such as `runbook.yaml:12`.
    let place: String
    let words: String
  }

  /// A wait or a step that took its time.
  struct Wait: Sendable, Hashable {
    let what: String
    let place: String
    let start: StoryTime
    let length: StoryTime
    /// Of the drill's whole story, in percent.
    let percent: Int
  }

  /// What people wait longer for is worth a look.
  static let long = StoryTime(rawValue: 30_000)
  private static let shownWaits = 8

  /// In the order of the runbook.
  let items: [Item]
  /// The longest first.
  let waits: [Wait]
  private let mode: DrillMode?

  init(_ state: DrillState, _ spans: DrillSpans, end: StoryTime) {
    let lines = Lines(state)
    mode = state.started?.mode
    items = lines.steps.flatMap { record in
      Self.weaknesses(of: record.id, state, spans, lines).map {
        Item(step: record.id, place: lines.place(of: record.id), words: $0)
      }
    }
    waits = spans.all.filter { $0.length.rawValue > 0 }
      .sorted { ($1.length, $0.sequence) < ($0.length, $1.sequence) }
      .prefix(Self.shownWaits).map { lines.wait($0, end) }
  }

  /// Where there is nothing to be said, why.
  var note: String? {
    guard items.isEmpty else { return nil }
    return mode == .talk
      ? "No step was carried out: a talk drill tries none."
      : "No step failed, was tried again, held the run or was skipped by a person, and nobody waited "
        + "longer than \(Self.long.words)."
  }

  private static func weaknesses(
    of step: StepID, _ state: DrillState, _ spans: DrillSpans, _ lines: Lines
  ) -> [String] {
    let own = spans.all.filter { lines.step(of: $0) == step }
    let failure = spans.failures[step].map { ": \(plain($0.message))" } ?? ""
    return [outcome(of: state.run.step(step), failure)].compactMap(\.self)
      + own.compactMap { words(of: $0) }
  }

  private static func outcome(of step: StepState, _ failure: String) -> String? {
    let tries = step.attempts > 1 ? " after \(step.attempts) attempts" : ""
    if let word = step.declaration {
      return "was declared done by \(word.actor.displayName)\(tries): \(plain(word.reason))"
    }
    return switch step.status {
    case .failed: "failed\(tries)\(failure)"
    case .unknown: "is unknown: nobody could tell whether it was done"
    case .skipped where step.skip?.cause == .decision && step.attempts == 0:
      "was skipped by \(step.skip?.word.actor.displayName ?? ""): \(plain(step.skip?.word.reason ?? ""))"
    case .skipped where step.attempts > 0:
      "was skipped after \(step.attempts == 1 ? "1 attempt" : "\(step.attempts) attempts")\(failure)"
    case .succeeded where step.attempts > 1:
      "took \(step.attempts) attempts\(failure.isEmpty ? "" : "; before the last one\(failure)")"
    default: nil
    }
  }

  private static func words(of span: DrillSpan) -> String? {
    let still = span.isOpen ? ", and does so still" : ""
    switch span.sort {
    case .hold(let held): return "held the run for \(span.length.words)\(still): \(held.message)"
    case .gate(let gate) where span.length >= long || span.isOpen:
      return "its gate `\(gate)` waited \(span.length.words) for a decision\(still)"
    case .pause(.some(let former), _) where span.length >= long:
      return "people waited \(span.length.words) before it, after `\(former)` had ended"
    case .attempt(_, let number, _) where span.length >= long:
      return "took \(span.length.words)" + (number > 1 ? " (attempt \(number))" : "")
    default: return nil
    }
  }
}

/// Where the runbook's steps stand.
private struct Lines {
  let steps: [StepRecord]
  private let file: String

  init(_ state: DrillState) {
    steps = state.run.runbook?.steps ?? []
    file = state.run.runbook?.fileName ?? "runbook.yaml"
  }

  func place(of step: StepID?) -> String {
    guard let line = steps.first(where: { $0.id == step })?.line else { return file }
    return "\(file):\(line)"
  }

  /// The step that a span belongs to; the recovery's own gate stands before the first of its steps.
  func step(of span: DrillSpan) -> StepID? {
    switch span.sort {
    case .attempt(let step, _, _): step
    case .gate(let gate): step(ofGate: gate)
    case .hold(let held): held.subject.flatMap(step(ofGate:))
    case .pause(_, let before): before
    }
  }

  private func step(ofGate gate: String) -> StepID? {
    (steps.first { $0.id.rawValue == gate } ?? steps.first { $0.phase.rawValue == gate })?.id
  }

  func wait(_ span: DrillSpan, _ end: StoryTime) -> WeakLines.Wait {
    let what =
      switch span.sort {
      case .attempt(let step, let number, _):
        "step `\(step)`" + (number > 1 ? ", attempt \(number)" : "")
      case .gate(let gate): "waiting at the gate `\(gate)`"
      case .hold(let held): "held: \(held.message)"
      case .pause(let after?, let before): "between `\(after)` and `\(before)`"
      case .pause(nil, let before): "before the first step, `\(before)`"
      }
    return WeakLines.Wait(
      what: what + (span.isOpen ? " (goes on)" : ""), place: place(of: step(of: span)),
      start: span.start, length: span.length,
      percent: end.rawValue > 0 ? Int(span.length.rawValue * 100 / end.rawValue) : 0)
  }
}
