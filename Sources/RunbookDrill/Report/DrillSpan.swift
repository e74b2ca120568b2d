import RunbookEngine
import RunbookModel

/// A part of a drill's story that something took: an attempt, a wait of people, a hold.
struct DrillSpan: Sendable, Hashable {
  enum Sort: Sendable, Hashable {
    case attempt(StepID, number: Int, Outcome?)
    /// A gate was before people until they decided.
    case gate(String)
    /// The run stood still, and no gate was why.
    case hold(RunHeld)
    /// Between two steps nothing ran, and nothing else says why: people waited, or thought.
    case pause(after: StepID?, before: StepID)
  }

  let sort: Sort
  let start: StoryTime
  let end: StoryTime
  /// Of the journal: the entry that it began with.
  let sequence: Int64
  /// Whether it had not ended by the last entry.
  var isOpen = false

  var length: StoryTime { end.since(start) }
}

/// The spans of a drill, from its journal; in the order in which they ended.
struct DrillSpans {
  private(set) var all: [DrillSpan] = []
  /// The last failure of each step.
  private(set) var failures: [StepID: FailureRecord] = [:]

  private var attempts: [StepID: (number: Int, begin: Begin)] = [:]
  private var gates: [String: Begin] = [:]
  private var hold: (RunHeld, Begin)?
  /// Since when nothing runs.
  private var idle: (after: StepID?, begin: Begin)?

  private typealias Begin = (story: StoryTime, sequence: Int64)

  /// - Parameter entries: of a drill that can be replayed; what cannot ends the spans.
  init(entries: [Entry]) {
    var state = DrillState()
    for entry in entries {
      // Whoever asks has replayed the same entries, and was told what is wrong with them.
      guard (try? state.apply(entry)) != nil else { break }
      take(entry, state, (state.storyTime(at: entry.recordedAt), entry.sequence))
    }
    if let last = entries.last {
      leave(at: state.storyTime(at: last.recordedAt))
    }
  }

  private mutating func take(_ entry: Entry, _ state: DrillState, _ now: Begin) {
    switch entry.event {
    case .drill(.started), .sandboxPrepared: if attempts.isEmpty { idle = (nil, now) }
    case .attemptStarted(let started): begin(started, now)
    case .attemptFinished(let finished):
      if let failure = finished.failure { failures[finished.step] = failure }
      end(finished.step, finished.outcome, now)
    case .attemptSettled(let settled):
      end(settled.step, settled.settlement == .done ? .succeeded : .unknown, now)
    case .gateOpened(let opened): gates[opened.gate] = gates[opened.gate] ?? now
    case .gateDecided(let decided):
      let gate = state.run.gates[decided.gate]
      if gate?.isApproved == true || gate?.isRefused == true { close(decided.gate, now) }
    case .runHeld(let held): hold = hold ?? (held, now)
    case .runResumed, .runEnded: endHold(now)
    default: break
    }
  }

  private mutating func begin(_ started: AttemptStarted, _ now: Begin) {
    endHold(now)
    for gate in gates.keys.sorted() { close(gate, now) }
    if let idle, idle.begin.story < now.story {
      add(.pause(after: idle.after, before: started.step), idle.begin, now.story)
    }
    idle = nil
    attempts[started.step] = (started.attempt, now)
  }

  private mutating func end(_ step: StepID, _ outcome: Outcome, _ now: Begin) {
    guard let attempt = attempts.removeValue(forKey: step) else { return }
    add(.attempt(step, number: attempt.number, outcome), attempt.begin, now.story)
    if attempts.isEmpty { idle = (step, now) }
  }

  private mutating func close(_ gate: String, _ now: Begin) {
    guard let begin = gates.removeValue(forKey: gate) else { return }
    add(.gate(gate), begin, now.story)
    // What people needed for the gate is the gate's.
    if let idle { self.idle = (idle.after, now) }
  }

  private mutating func endHold(_ now: Begin) {
    guard let (held, begin) = hold else { return }
    hold = nil
    if held.cause != .gate { add(.hold(held), begin, now.story) }
    if let idle { self.idle = (idle.after, now) }
  }

  private mutating func add(
    _ sort: DrillSpan.Sort, _ begin: Begin, _ end: StoryTime, isOpen: Bool = false
  ) {
    all.append(
      DrillSpan(
        sort: sort, start: begin.story, end: max(begin.story, end), sequence: begin.sequence,
        isOpen: isOpen))
  }

  /// What had not ended by the last entry.
  private mutating func leave(at end: StoryTime) {
    for (step, attempt) in attempts.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
      add(.attempt(step, number: attempt.number, nil), attempt.begin, end, isOpen: true)
    }
    for (gate, begin) in gates.sorted(by: { $0.key < $1.key }) {
      add(.gate(gate), begin, end, isOpen: true)
    }
    if let (held, begin) = hold, held.cause != .gate {
      add(.hold(held), begin, end, isOpen: true)
    }
  }
}
