import RunbookEngine
public import RunbookModel

/// What happened in a drill, entry by entry, in words.
public struct DrillTimeline: Sendable {
  public struct Row: Sendable, Hashable {
    /// The story clock's time.
    public let story: String
    public let time: Timestamp
    public let what: String
    public let who: String
    public let sequence: Int64

    fileprivate func saying(_ what: String) -> Row {
      Row(story: story, time: time, what: what, who: who, sequence: sequence)
    }
  }

  public let rows: [Row]

  /// - Parameter entries: of a drill that can be replayed; what cannot ends the rows.
  public init(entries: [Entry]) {
    var state = DrillState()
    var rows: [Row] = []
    var skipped: [StepID] = []
    for entry in entries {
      // Whoever asks for the rows has replayed the same entries, and was told what is wrong with them.
      guard (try? state.apply(entry)) != nil else { break }
      guard let (what, who) = Self.words(entry, state) else { continue }
      if case .stepSkipped(let skip) = entry.event, skip.cause == .condition {
        skipped.append(skip.step)
        // What does not apply comes in dozens, and is one row.
        if skipped.count > 1, let first = rows.popLast() {
          rows.append(first.saying(Self.words(skipped)))
          continue
        }
      } else {
        skipped = []
      }
      rows.append(
        Row(
          story: state.storyTime(at: entry.recordedAt).description, time: entry.recordedAt,
          what: what, who: who ?? entry.actor.displayName, sequence: entry.sequence))
    }
    self.rows = rows
  }

  private static func words(_ skipped: [StepID]) -> String {
    "\(skipped.count) steps were skipped: \(skipped.map { "`\($0)`" }.joined(separator: ", "))"
  }

  /// What an entry says; nil for what is not part of the story.
  ///
  /// - Parameter state: with the entry taken in.
  public static func words(of entry: Entry, _ state: DrillState) -> String? {
    words(entry, state)?.0
  }

  private static func words(_ entry: Entry, _ state: DrillState) -> (String, String?)? {
    switch entry.event {
    case .drill(let event): return words(event, state)
    case .noteAdded(let note): return ("Note: \(note.text)", nil)
    case .attemptFinished(let finished):
      return ("Step `\(finished.step)` \(finished.outcome.rawValue)", nil)
    case .stepSkipped(let skipped):
      let why = skipped.cause == .decision ? reason(skipped.reason) : ""
      return ("Step `\(skipped.step)` was skipped\(why)", nil)
    case .gateDecided(let decided):
      return ("Gate `\(decided.gate)` was \(decided.decision.rawValue)", nil)
    case .runHeld(let held): return ("The run was held: \(held.message)", nil)
    case .runEnded(let ended): return ("The run ended: \(ended.reason)", nil)
    case .sandboxPrepared: return ("The database stands, and is broken", nil)
    default: return nil
    }
  }

  private static func words(_ event: DrillEvent, _ state: DrillState) -> (String, String?)? {
    switch event {
    case .started(let started): return ("The drill began (\(started.mode.rawValue))", nil)
    case .injectDelivered(let payload):
      let inject = state.drill?.inject(payload.inject)
      let again = state.allDeliveries.count { $0.fact.inject == payload.inject } > 1
      let title = inject.map { plain($0.title) } ?? payload.inject
      return ("Inject\(again ? ", again" : ""): \(title)", nil)
    case .answerGiven(let answer):
      return ("Answer to `\(answer.subject)`: \(answer.text)", answer.participant)
    case .decisionMade(let word): return ("Decision: \(word.text)", word.participant)
    case .hintGiven(let hint): return ("Hint \(hint.number) for `\(hint.inject)`", nil)
    case .paused(let word): return ("Paused\(reason(word.text))", nil)
    case .continued: return ("Went on", nil)
    case .jumped(let jump) where !state.hasBegun:
      return ("The fault was brought \(jump.to) nearer", nil)
    case .jumped(let jump): return ("The story clock was set to \(jump.to)", nil)
    case .extended(let payload):
      return ("\(payload.by) more were given\(reason(payload.reason))", nil)
    case .injectSkipped(let skipped):
      return ("`\(skipped.inject)` was skipped\(reason(skipped.reason))", nil)
    case .judged(let judged):
      let verdict = judged.isMet ? "met" : "missed"
      return ("Judged `\(judged.expectation)` \(verdict): \(judged.reason)", nil)
    case .baselineTaken(let baseline):
      return ("Before the fault: \(baseline.objects) objects, \(baseline.rows ?? 0) rows", nil)
    case .compared(let comparison): return ("Compared with before: \(comparison.words)", nil)
    case .ended(let word): return ("The drill ended\(reason(word.text))", nil)
    }
  }

  private static func reason(_ text: String) -> String { text.isEmpty ? "" : ": \(text)" }
}

extension DrillComparison {
  /// In a line.
  public var words: String {
    if let trouble { return trouble }
    var parts = [
      "\(equalObjects) of \(objects) objects as they were",
      "\(rowsBefore - rowsLost) of \(rowsBefore) rows",
    ]
    if missingCount > 0 { parts.append("\(missingCount) objects missing") }
    if changedCount > 0 { parts.append("\(changedCount) changed") }
    if movedCount > 0 { parts.append("\(movedCount) columns at another place") }
    if rowsNew > 0 { parts.append("\(rowsNew) new rows") }
    return parts.joined(separator: ", ")
  }
}
