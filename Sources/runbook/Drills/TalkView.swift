import RunbookDrill
import RunbookModel

/// What the facilitator sees of a drill.
struct TalkView {
  let console: Console

  func showStart(_ state: DrillState, _ commands: PrintedCommands) {
    guard let drill = state.drill else { return }
    console.print("\(banner) \(drill.title, .bold) (run \(commands.run))")
    console.print(
      "Participants, each in a terminal of their own: \(commands(.drillJoin, "--as NAME"))")
    console.print("What they see, for a screen: \(commands(.drillWatch))")
    console.print("'help' lists the commands. The story clock runs from now on.")
    if let scenario = drill.scenario { console.print("\n\(block: scenario)") }
  }

  func showTakenUp(_ state: DrillState, _ run: RunID) {
    console.print("\(banner) \(state.drill?.title ?? "") (run \(run)), taken up again")
    if let current = state.current { console.print("The last inject was '\(current)'.") }
  }

  /// What a facilitator sees who sits down beside a run.
  func showLead(_ state: DrillState, _ run: RunID) {
    console.print("\(banner) \(state.drill?.title ?? "") (run \(run)), led from here")
    console.print("'help' lists the commands. Steps and what they bring are told as they come.")
    guard !state.hasBegun, let started = state.started, started.isSurprise,
      let surprise = started.drill.surprise
    else { return }
    let delay = DrillMachine.surpriseDelay(surprise, seed: started.seed)
    console.print("It breaks \(delay) after it stands; 'jump +10m' breaks it sooner.")
  }

  func prompt(_ state: DrillState, _ seat: DrillSeat, at now: Timestamp) {
    var mark = state.lifecycle == .running ? "" : " \(state.lifecycle.rawValue)"
    if case .participant(let name?) = seat { mark += " \(name)" }
    console.print("DRILL \(state.storyTime(at: now))\(mark)> ", terminator: "")
  }

  /// What an entry says.
  ///
  /// - Parameter state: with the entry taken in.
  func lines(of entry: Entry, _ state: DrillState) -> [StyledText] {
    switch entry.event {
    case .drill(let event): lines(of: event, state, at: entry.recordedAt)
    case .noteAdded(let note):
      ["Note by \(entry.actor.displayName): \(block: note.text)"]
    default:
      DrillTimeline.words(of: entry, state).map {
        ["  \($0, .dim)"]
      } ?? []
    }
  }

  private func lines(
    of event: DrillEvent, _ state: DrillState, at now: Timestamp
  ) -> [StyledText] {
    switch event {
    case .injectDelivered(let delivered):
      return state.drill?.inject(delivered.inject).map { lines(of: $0, state, at: now) } ?? []
    case .answerGiven(let answer):
      let who = answer.participant ?? "the team"
      return ["Answer of \(who) to '\(answer.subject)': \(block: answer.text)"]
    case .decisionMade(let word):
      return ["Decision of \(word.participant ?? "the team"): \(block: word.text)"]
    case .hintGiven(let hint):
      let hints = state.drill?.inject(hint.inject)?.hints ?? []
      let text = hints.indices.contains(hint.number - 1) ? hints[hint.number - 1] : ""
      return ["Hint \(hint.number) of \(hints.count), for all to hear: \(block: text)"]
    case .judged(let judged):
      return ["Judged '\(judged.expectation)': \(judged.isMet ? "met" : "missed")."]
    case .paused: return ["Paused: the story clock stands. 'go' goes on."]
    case .continued: return ["The story clock runs."]
    case .jumped(let jump) where !state.hasBegun: return ["The fault is \(jump.to) nearer."]
    case .jumped(let jump): return ["The story clock is at \(jump.to)."]
    case .extended(let payload): return ["The story clock stands still for \(payload.by)."]
    case .injectSkipped(let skipped): return ["'\(skipped.inject)' will not come."]
    case .compared(let comparison): return ["Compared with before: \(comparison.words)"]
    case .started, .ended, .baselineTaken: return []
    }
  }

  private func lines(
    of inject: Inject, _ state: DrillState, at now: Timestamp
  ) -> [StyledText] {
    let number = state.deliveries.count
    let count = state.drill?.injects.count ?? 0
    let title = "\(inject.title) ('\(inject.id)', \(number) of \(count))"
    var lines: [StyledText] = [
      "", "\("── INJECT", .cyan) \(state.storyTime(at: now)) \(title, .bold)",
    ]
    lines += DrillBook.screenPage(inject).map { StyledText(block: $0) }
    lines.append("\("── for you alone", .dim)")
    if let expected = inject.expected { lines.append("Expected: \(block: expected)") }
    if !inject.hints.isEmpty { lines.append("Hints: \(inject.hints.count)") }
    if let notes = inject.notes { lines.append("Notes: \(block: notes)") }
    return lines
  }

  func showStatus(_ state: DrillState, at now: Timestamp) {
    console.print("\(state.lifecycle.rawValue), story clock at \(state.storyTime(at: now))")
    var table = Table(["INJECT", "STATE", "WHEN"])
    for inject in state.drill?.injects ?? [] {
      let standing =
        state.deliveries[inject.id] != nil
        ? (state.answer(to: inject.id) == nil ? "told" : "answered")
        : state.skipped[inject.id] != nil ? "skipped" : "to come"
      let due = DrillMachine.dueTime(of: inject, in: state).map { "\($0)" }
      table.append([inject.id, standing, due ?? DrillBook.when(inject)])
    }
    console.print(table.text)
  }

  func show(_ score: DrillScore) {
    var table = Table(["", "EXPECTATION", "POINTS", "WHY"])
    for result in score.results {
      let sign =
        switch result.verdict {
        case .met: "✔"
        case .missed: "✘"
        case .pending: "…"
        }
      table.append(
        [
          sign, result.expectation.id, "\(result.points)/\(result.expectation.points)",
          result.reason,
        ])
    }
    console.print(table.text)
    let percent = score.percent.map { " (\($0) %)" } ?? ""
    console.print("\(score.points) of \(score.possible) points\(percent)")
  }

  /// What is left to do when the drill is over.
  func showHotWash(_ score: DrillScore, _ state: DrillState) {
    console.print(
      "\nThe drill is over. Now judge, and hold the hot wash; 'close' writes the report.")
    for result in score.results where result.verdict == .pending {
      guard case .facilitator(let words) = result.expectation.judge else { continue }
      console.print("  judge \(result.expectation.id) met|missed WHY   (\(words))")
    }
    for question in state.drill?.allQuestions ?? [] where state.answer(to: question.id) == nil {
      console.print("  answer \(question.id): …   (\(question.text))")
    }
  }

  private var banner: StyledText { "\("DRILL", .yellow)" }
}
