import Foundation
import RunbookDrill
import RunbookEngine
import RunbookModel
import RunbookStore

/// A drill at the table, led by a facilitator: each line becomes entries, and nothing else is state.
struct TalkSession {
  let run: RunID
  let journal: SQLiteJournal
  let lease: Lease
  let actor: Actor
  /// The folder that the report is written to.
  let reports: String
  let console: Console
  private let clock = SystemClock()
  private let view: TalkView

  init(
    run: RunID, journal: SQLiteJournal, lease: Lease, actor: Actor, reports: String,
    console: Console
  ) {
    self.run = run
    self.journal = journal
    self.lease = lease
    self.actor = actor
    self.reports = reports
    self.console = console
    view = TalkView(console: console)
  }

  /// How the facilitator left it.
  private enum Leaving { case closed, quit, interrupted }

  /// - Returns: how the program ends.
  func begin() async throws(StoreError) -> ExitStatus {
    view.showStart(try await state(), run)
    return try await lead()
  }

  /// - Returns: how the program ends.
  func resume() async throws(StoreError) -> ExitStatus {
    let state = try await state()
    for event in DrillMachine.takeUp(state) { try await add(.drill(event)) }
    view.showTakenUp(state, run)
    return try await lead()
  }

  private func lead() async throws(StoreError) -> ExitStatus {
    let isInterrupted = RaisedFlag()
    let signals = SignalWatch { isInterrupted.raise() }
    defer {
      lease.release()
      withExtendedLifetime(signals) {}
    }
    let leaving = try await readLines(isInterrupted)
    switch leaving {
    case .closed:
      try await close()
      return .success
    case .quit, .interrupted:
      let events = try? DrillMachine.decide(
        .pause("the facilitator left"), in: try await state(), at: clock.now())
      // A drill that is paused, or over, needs no pause.
      for event in events ?? [] { try await add(.drill(event)) }
      console.print("The drill is paused. To go on: runbook drill resume \(run)")
      return leaving == .interrupted ? .interrupted : .held
    }
  }

  private func readLines(_ isInterrupted: RaisedFlag) async throws(StoreError) -> Leaving {
    let lines = InputLines()
    var needsPrompt = true
    while true {
      if isInterrupted.isRaised { return .interrupted }
      lease.beat()
      if try await tellWhatIsDue() { needsPrompt = true }
      if needsPrompt, console.canAsk { view.prompt(try await state(), at: clock.now()) }
      needsPrompt = false
      switch await lines.next(within: 300) {
      case .none: continue
      case .end: return try await state().lifecycle == .ended ? .closed : .quit
      case .line(let line):
        needsPrompt = true
        if let leaving = try await take(line) { return leaving }
      }
    }
  }

  /// - Returns: whether anything was told.
  private func tellWhatIsDue() async throws(StoreError) -> Bool {
    var hasTold = false
    while let event = DrillMachine.due(try await state(), at: clock.now()).first {
      if !hasTold, console.canAsk { console.print("") }
      hasTold = true
      try await perform([event])
    }
    return hasTold
  }

  private func take(_ line: String) async throws(StoreError) -> Leaving? {
    let state = try await state()
    guard let drill = state.drill else { return .quit }
    if !console.canAsk, !line.isEmpty { console.print("> \(Console.printable(line))") }
    switch TalkLine.parse(line, drill) {
    case .nothing: break
    case .help: console.print(TalkLine.helpText)
    case .status: view.showStatus(state, at: clock.now())
    case .score: view.show(try DrillScore(entries: try await journal.entries()))
    case .mistake(let text): console.print(console.style(text, .yellow))
    case .note(let text):
      try await add(.noteAdded(NoteAdded(text: text, at: nil)))
      console.print("Noted.")
    case .quit: return .quit
    case .close:
      if state.lifecycle == .ended { return .closed }
      console.print(console.style("the drill is not over: 'end' ends it first", .yellow))
    case .command(let command): try await carryOut(command, state)
    }
    return nil
  }

  private func carryOut(
    _ command: DrillMachine.Command, _ state: DrillState
  ) async throws(StoreError) {
    let events: [DrillEvent]
    do throws(DrillMachine.Refusal) {
      events = try DrillMachine.decide(command, in: state, at: clock.now())
    } catch {
      console.print(console.style(error.message, .yellow))
      if let hint = error.hint { console.print("  \(hint)") }
      return
    }
    try await perform(events)
  }

  /// One append: what belongs together is there together, or not at all.
  private func perform(_ events: [DrillEvent]) async throws(StoreError) {
    _ = try await journal.append(events.map(Event.drill), by: actor, at: clock.now())
    let state = try await state()
    for event in events { view.show(event, state, at: clock.now()) }
    if case .ended = events.last { view.showHotWash(try await score(), state) }
  }

  private func close() async throws(StoreError) {
    let score = try await score()
    try await add(
      .runEnded(
        RunEnded(
          status: .resolved,
          reason: "the drill was held: \(score.points) of \(score.possible) points")))
    view.show(score)
    let report = try AfterActionReport(entries: try await journal.entries())
    let path = "\(reports)/\(report.suggestedFileName)"
    let text = try report.markdown()
    do {
      try FileManager.default.createDirectory(
        atPath: reports, withIntermediateDirectories: true)
      try text.write(toFile: path, atomically: true, encoding: .utf8)
      console.print("Report \(path)")
    } catch {
      console.printError("The report was not written: \(error.localizedDescription)")
      console.printError("  'runbook drill report \(run)' writes it at any time")
    }
  }

  private func score() async throws(StoreError) -> DrillScore {
    try DrillScore(entries: try await journal.entries())
  }

  /// Read anew each time: others may have written notes.
  private func state() async throws(StoreError) -> DrillState {
    try DrillState(replaying: try await journal.entries())
  }

  private func add(_ event: Event) async throws(StoreError) {
    _ = try await journal.append([event], by: actor, at: clock.now())
  }
}
