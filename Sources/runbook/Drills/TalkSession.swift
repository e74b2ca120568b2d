import Foundation
import RunbookDrill
import RunbookEngine
import RunbookModel
import RunbookStore

/// Somebody at a terminal in a drill: each line becomes entries, and nothing else is state.
struct TalkSession {
  let run: RunID
  let journal: SQLiteJournal
  let seat: DrillSeat
  let actor: Actor
  /// The folder that the report is written to.
  let reports: String
  let console: Console
  private let clock = SystemClock()
  private let view: TalkView
  private var follower: JournalFollower

  init(
    run: RunID, journal: SQLiteJournal, seat: DrillSeat, actor: Actor, reports: String,
    console: Console
  ) {
    self.run = run
    self.journal = journal
    self.seat = seat
    self.actor = actor
    self.reports = reports
    self.console = console
    view = TalkView(console: console)
    follower = JournalFollower(journal)
  }

  /// How the person left it.
  private enum Leaving { case closed, quit, interrupted }

  /// Begins a drill at the table.
  ///
  /// - Returns: how the program ends.
  mutating func begin() async throws(StoreError) -> ExitStatus {
    try await follower.follow()
    view.showStart(follower.state, journal.commands(for: run))
    return try await sit()
  }

  /// Goes on with a drill at the table.
  ///
  /// - Returns: how the program ends.
  mutating func resume() async throws(StoreError) -> ExitStatus {
    try await follower.follow()
    let former = follower.state
    for event in DrillMachine.takeUp(former) { try await add(.drill(event)) }
    view.showTakenUp(former, run)
    return try await sit()
  }

  /// Sits down at a drill that others hold, and is told what has come until now.
  ///
  /// - Returns: how the program ends.
  mutating func join() async throws(StoreError) -> ExitStatus {
    if !seat.isParticipant {
      try await follower.follow()
      view.showLead(follower.state, run)
      if follower.state.lifecycle == .ended { showHotWash() }
    } else {
      _ = try await showNews()
    }
    return try await sit()
  }

  /// Judges, and holds the hot wash, when the run has ended that the drill was.
  mutating func holdHotWash() async throws(StoreError) {
    try await follower.follow()
    showHotWash()
    _ = try await sit()
  }

  private mutating func sit() async throws(StoreError) -> ExitStatus {
    let isInterrupted = RaisedFlag()
    let signals = SignalWatch { isInterrupted.raise() }
    defer {
      if case .table(let lease) = seat { lease.release() }
      withExtendedLifetime(signals) {}
    }
    let leaving = try await readLines(isInterrupted)
    guard case .table = seat else {
      if leaving == .closed { try writeReport() }
      return leaving == .interrupted ? .interrupted : .success
    }
    switch leaving {
    case .closed:
      try await close()
      return .success
    case .quit, .interrupted:
      // A drill that is paused, or over, needs no pause.
      let events = try? DrillMachine.decide(
        .pause("the facilitator left"), in: follower.state, at: clock.now())
      for event in events ?? [] { try await add(.drill(event)) }
      let state = follower.state.lifecycle == .ended ? "over, and not closed" : "paused"
      console.print("The drill is \(state). To go on: \(journal.commands(for: run)(.drillResume))")
      return leaving == .interrupted ? .interrupted : .held
    }
  }

  private mutating func readLines(
    _ isInterrupted: RaisedFlag
  ) async throws(StoreError) -> Leaving {
    let lines = InputLines()
    var needsPrompt = true
    while true {
      if isInterrupted.isRaised { return .interrupted }
      if try await tellWhatIsDue(onNewLine: !needsPrompt) { needsPrompt = true }
      if needsPrompt, console.canAsk { view.prompt(follower.state, seat, at: clock.now()) }
      needsPrompt = false
      switch await lines.next(within: 300) {
      case .none: continue
      case .end:
        return follower.state.lifecycle == .ended && !seat.isParticipant ? .closed : .quit
      case .line(let line):
        needsPrompt = true
        if let leaving = try await take(line) { return leaving }
      }
    }
  }

  /// Where the run is carried out, its process tells what is due.
  ///
  /// - Parameter onNewLine: whether a prompt stands there.
  /// - Returns: whether there was anything to be shown.
  private mutating func tellWhatIsDue(onNewLine: Bool) async throws(StoreError) -> Bool {
    var isShown = try await showNews(onNewLine: onNewLine)
    switch seat {
    case .table(let lease): lease.beat()
    case .beside:
      guard try journal.leaseState().living == nil, follower.state.run.isGoingOn else {
        return isShown
      }
    case .participant: return isShown
    }
    // Where somebody wrote in between, it is decided anew.
    while let event = DrillMachine.due(follower.state, at: clock.now()).first {
      _ = try await journal.append(
        [.drill(event)], by: actor, at: clock.now(), after: follower.last)
      if try await showNews(onNewLine: onNewLine && !isShown) { isShown = true }
    }
    return isShown
  }

  /// What was written since the last time, by whomever.
  ///
  /// - Parameter onNewLine: whether a prompt stands there.
  /// - Returns: whether there was anything to be shown.
  private mutating func showNews(onNewLine: Bool = false) async throws(StoreError) -> Bool {
    let (console, lines) = (console, lines)
    var isShown = false
    try await follower.follow { entry, state in
      let new = lines(entry, state)
      if !new.isEmpty, !isShown, onNewLine, console.canAsk { console.print("") }
      for line in new { console.print(line) }
      isShown = isShown || !new.isEmpty
    }
    return isShown
  }

  /// What an entry says to whoever sits here, with the state that it led to.
  private var lines: (Entry, DrillState) -> [StyledText] {
    guard seat.isParticipant else { return view.lines }
    return { entry, state in ParticipantsView.lines(of: entry, state).map { StyledText(block: $0) }
    }
  }

  private mutating func take(_ line: String) async throws(StoreError) -> Leaving? {
    guard let drill = follower.state.drill else { return .quit }
    // As it is stored: it may be more than a terminal that is read later should have.
    if !console.canAsk, !line.isEmpty { console.print("> \(journal.redacted(line))") }
    let names = follower.state.started?.participants.map(\.name) ?? []
    switch TalkLine.parse(line, drill, names: names) {
    case .nothing: break
    case .help:
      console.print(
        "\(block: seat.isParticipant ? TalkLine.participantsHelp : TalkLine.helpText)")
    case .status where !seat.isParticipant: view.showStatus(follower.state, at: clock.now())
    case .score where !seat.isParticipant: view.show(try DrillScore(entries: follower.entries))
    case .note(let text): try await add(.noteAdded(NoteAdded(text: text, at: nil)))
    case .quit: return .quit
    case .close where !seat.isParticipant:
      if follower.state.lifecycle == .ended { return .closed }
      console.print("\("the drill is not over: 'end' ends it first", .yellow)")
    case .command(let command): try await carryOut(command)
    case .mistake where seat.isParticipant && follower.state.offers(line):
      try await carryOut(.answer(subject: nil, participant: nil, text: line))
    case .mistake(let text) where !seat.isParticipant:
      console.print("\(journal.redacted(text), .yellow)")
    case .mistake, .status, .score, .close: refuse("that is no command of yours; 'help' lists them")
    }
    return nil
  }

  private mutating func carryOut(_ command: DrillMachine.Command) async throws(StoreError) {
    guard let command = seat.allowed(command) else {
      return refuse("only the facilitator does that; 'help' lists what you can do")
    }
    if case .beside = seat, case .end = command, follower.state.run.isGoingOn {
      return refuse(
        "the run goes on: it ends the drill, or '\(journal.commands(for: run)(.abandon, "--reason TEXT"))' does"
      )
    }
    var events: [DrillEvent] = []
    var isWritten = false
    while !isWritten {
      let now = clock.now()
      do throws(DrillMachine.Refusal) {
        events = try DrillMachine.decide(command, in: follower.state, at: now)
      } catch {
        refuse(error.message)
        if let hint = error.hint { console.print("  \(hint)") }
        return
      }
      // One append: what belongs together is there together, or not at all. Where somebody wrote in
      // between, it is decided anew.
      isWritten =
        try await journal.append(
          events.map(Event.drill), by: actor, at: now, after: follower.last) != nil
      _ = try await showNews()
    }
    if case .ended = events.last { showHotWash() }
  }

  private func refuse(_ message: String) { console.print("\(message, .yellow)") }

  private func showHotWash() {
    guard let score = try? DrillScore(entries: follower.entries) else { return }
    view.showHotWash(score, follower.state)
  }

  private mutating func close() async throws(StoreError) {
    let score = try DrillScore(entries: follower.entries)
    try await add(
      .runEnded(
        RunEnded(
          status: .practised,
          reason: "the drill was held: \(score.points) of \(score.possible) points")))
    try await follower.follow()
    try writeReport()
  }

  private func writeReport() throws(StoreError) {
    view.show(try DrillScore(entries: follower.entries))
    try AfterActionFile(
      commands: journal.commands(for: run), folder: reports, runFolder: journal.runFolder,
      console: console
    )
    .write(follower.entries)
  }

  private func add(_ event: Event) async throws(StoreError) {
    _ = try await journal.append([event], by: actor, at: clock.now())
  }
}

extension RunState {
  fileprivate var isGoingOn: Bool { if case .ended = lifecycle { false } else { true } }
}
