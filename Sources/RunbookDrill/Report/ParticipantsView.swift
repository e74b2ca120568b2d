public import RunbookModel

/// What participants see of a drill as it goes on: no expectation, no note, no hint before it is given.
public enum ParticipantsView {
  /// - Parameter state: with the entry taken in.
  public static func lines(of entry: Entry, _ state: DrillState) -> [String] {
    switch entry.event {
    case .drill(let event): lines(of: event, state, at: entry.recordedAt)
    case .noteAdded(let note): ["\(entry.actor.displayName) noted: \(note.text)"]
    default: []
    }
  }

  private static func lines(
    of event: DrillEvent, _ state: DrillState, at time: Timestamp
  ) -> [String] {
    switch event {
    case .started(let started):
      var lines = ["DRILL: \(started.drill.title)", "An exercise. Nothing in here is real."]
      for person in started.participants {
        lines.append("  \(person.name)\(person.role.map { ": \($0)" } ?? "")")
      }
      if let scenario = started.drill.scenario { lines += ["", scenario.trimmed] }
      return lines
    case .injectDelivered(let delivered):
      guard let inject = state.drill?.inject(delivered.inject) else { return [] }
      return ["", "── DRILL \(state.storyTime(at: time)) ── \(inject.title)"]
        + DrillBook.screenPage(inject)
    case .hintGiven(let hint):
      let hints = state.drill?.inject(hint.inject)?.hints ?? []
      guard hints.indices.contains(hint.number &- 1) else { return [] }
      return ["Hint: \(hints[hint.number - 1])"]
    case .answerGiven(let answer): return ["\(answer.participant ?? "The team"): \(answer.text)"]
    case .decisionMade(let word):
      return ["\(word.participant ?? "The team") decided: \(word.text)"]
    case .paused: return ["(paused)"]
    case .continued: return ["(going on)"]
    case .jumped where !state.hasBegun: return []
    case .jumped(let jump): return jump.inject == nil ? ["(the clock is at \(jump.to))"] : []
    case .ended:
      let questions = state.drill?.allQuestions ?? []
      let asked = questions.isEmpty ? [] : ["What is left to say, by 'answer ID: TEXT':"]
      return ["", "The DRILL is over. Thank you."] + asked
        + questions.map { "  \($0.id): \($0.text)" }
    case .extended, .injectSkipped, .judged, .baselineTaken, .compared: return []
    }
  }
}
