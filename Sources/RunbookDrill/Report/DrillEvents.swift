import RunbookModel

/// What a drill's picture shows.
struct DrillEvents {
  struct Mark {
    enum Sign { case inject, answer, decision, hint, gate, approval, hold }
    let sign: Sign
    let at: StoryTime
    let title: String
    let sequence: Int64
  }

  let injects: [Mark]
  let words: [Mark]
  let attempts: [DrillSpan]
  let waits: [DrillSpan]
  let gates: [Mark]
  /// Detected, mitigated, recovered, where they happened.
  let keys: [(title: String, at: StoryTime)]
  let end: StoryTime

  /// - Parameter entries: of a drill that can be replayed; what cannot ends the picture.
  init(entries: [Entry]) {
    var state = DrillState()
    var marks: [Mark] = []
    var end = StoryTime.start
    for entry in entries {
      // Whoever asks has replayed the same entries, and was told what is wrong with them.
      guard (try? state.apply(entry)) != nil else { break }
      let story = state.storyTime(at: entry.recordedAt)
      end = max(end, story)
      if let (sign, title) = Self.mark(entry, state) {
        marks.append(Mark(sign: sign, at: story, title: title, sequence: entry.sequence))
      }
    }
    let spans = DrillSpans(entries: entries).all
    injects = marks.filter { $0.sign == .inject }
    words = marks.filter { [.answer, .decision, .hint].contains($0.sign) }
    gates = marks.filter { [.gate, .approval, .hold].contains($0.sign) }
    attempts = spans.filter { if case .attempt = $0.sort { true } else { false } }
    waits = spans.filter {
      switch $0.sort {
      case .gate, .hold: true
      default: false
      }
    }
    let times = DrillTimes(state)
    keys =
      state.started?.mode == .talk
      ? []
      : [("detected", times.detect), ("mitigated", times.mitigate), ("recovered", times.recover)]
        .compactMap { name, time in time.map { (name, $0) } }
    self.end = end
  }

  private static func mark(_ entry: Entry, _ state: DrillState) -> (Mark.Sign, String)? {
    switch entry.event {
    case .drill(.injectDelivered(let delivered)):
      (.inject, state.drill?.inject(delivered.inject)?.title ?? delivered.inject)
    case .drill(.answerGiven(let answer)):
      (.answer, "\(answer.participant ?? "the team") on \(answer.subject): \(answer.text)")
    case .drill(.decisionMade(let word)):
      (.decision, "\(word.participant ?? "the team") decided: \(word.text)")
    case .drill(.hintGiven(let hint)): (.hint, "hint \(hint.number) for \(hint.inject)")
    case .gateOpened(let opened): (.gate, "gate \(opened.gate) was opened")
    case .gateDecided(let decided):
      (
        .approval,
        "gate \(decided.gate) was \(decided.decision.rawValue) by \(entry.actor.displayName)"
      )
    case .runHeld(let held): (.hold, "the run was held: \(held.message)")
    default: nil
    }
  }
}
