import Foundation
import RunbookDrill
import RunbookEngine
import RunbookModel
import RunbookPostgres
import RunbookRecovery
import RunbookStore
import RunbookSystem

/// What a drill does beside the run that it is: tells injects as they come due, looks at the sandbox before
/// it breaks and at the end, and lets the team take it up when they are called.
actor DrillCompanion: SandboxWitness {
  let journal: SQLiteJournal
  let actor: Actor
  let started: DrillStarted
  /// Nil where there is no sandbox to look at.
  private let confinement: Confinement?
  /// Holds what the sandbox was before the fault.
  private let baselinePath: String
  private let console: Console
  let progress: ProgressObserver?
  let clock: any EngineClock
  private(set) var follower: JournalFollower
  /// Whether it was said how to answer at the run's own terminal.
  private var saidHow = false
  private var telling: Task<Result<Void, StoreError>, Never>?

  init(
    run: RunID, journal: SQLiteJournal, folder: String, actor: Actor, started: DrillStarted,
    confinement: Confinement?, console: Console, progress: ProgressObserver?,
    clock: any EngineClock
  ) {
    self.journal = journal
    self.actor = actor
    self.started = started
    self.confinement = confinement
    baselinePath = "\(folder)/before-fault.json"
    self.console = console
    self.progress = progress
    self.clock = clock
    follower = JournalFollower(journal)
  }

  /// Tells what is due, and shows what others wrote; one after the other, whoever asks for it.
  ///
  /// - Throws: what the journal does.
  func tell() async throws(StoreError) {
    let former = telling
    let task = Task { () -> Result<Void, StoreError> in
      _ = await former?.value
      do throws(StoreError) {
        return .success(try await self.tellWhatIsDue())
      } catch {
        return .failure(error)
      }
    }
    telling = task
    try await task.value.get()
  }

  private func tellWhatIsDue() async throws(StoreError) {
    try await showNews()
    while let event = DrillMachine.due(follower.state, at: clock.now()).first {
      // Where somebody wrote in between, it is decided anew.
      _ = try await journal.append(
        [.drill(event)], by: actor, at: clock.now(), after: follower.last)
      try await showNews()
    }
  }

  private func showNews() async throws(StoreError) {
    let (progress, mayAnswer) = (progress, console.canAsk)
    var (follower, saidHow) = (follower, saidHow)
    defer { (self.follower, self.saidHow) = (follower, saidHow) }
    try await follower.follow { entry, state in
      // Notes are shown by the run itself.
      switch entry.event {
      // The beginning was shown before there was a run.
      case .drill(.started): return
      case .drill: break
      default: return
      }
      var lines = ParticipantsView.lines(of: entry, state).map { StyledText(block: $0) }
      if mayAnswer, !saidHow,
        state.current.flatMap({ state.drill?.inject($0) })?.choices.isEmpty == false
      {
        lines.append("\(Self.howToAnswer)")
        saidHow = true
      }
      progress?.show(lines)
    }
  }

  func standsWhole(_ url: String) async throws(StepFailure) -> [Event] {
    let inspection = try await inspect(url)
    let text = inspection.text
    do throws(StoreError) {
      try OutputFile(path: baselinePath, isOfRun: true).write(text)
    } catch {
      throw StepFailure(.refused, error.message)
    }
    if started.isSurprise, let surprise = started.drill.surprise {
      progress?.pause()
      progress?.show(["  It runs, and nothing is wrong. You will be called."])
      try await wait(for: DrillMachine.surpriseDelay(surprise, seed: started.seed))
    }
    return [.drill(.baselineTaken(inspection.baseline(digest: Digest.sha256(of: text))))]
  }

  /// Until it breaks; the facilitator can bring it nearer, by setting the clock ahead.
  private func wait(for span: StoryTime) async throws(StepFailure) {
    var passed = Duration.zero
    while true {
      let all = StoryTime(passed) + follower.state.broughtForward
      guard all < span else { return }
      let left = Duration.milliseconds(span.rawValue - all.rawValue)
      let start = clock.uptime()
      do {
        try await clock.sleep(for: min(left, .milliseconds(300)))
        if follower.state.lifecycle != .paused { passed += clock.uptime() - start }
      } catch {
        throw StepFailure(.interrupted, "interrupted")
      }
    }
  }

  func isBroken() async -> Bool {
    guard console.canAsk, let progress else { return !Task.isCancelled }
    // The first injects are what the team is called by.
    do throws(StoreError) { try await tell() } catch { return false }
    progress.show(["", "Now look: the runbook's detection changes nothing."])
    while true {
      progress.ask("DRILL Press Enter to take it up: ")
      let line = await TerminalLine.next()
      progress.takeAnswer()
      guard let line else { return false }
      guard await take(line, isFree: true) else { return true }
    }
  }

  func isEnding(_ url: String) async -> [Event] {
    // What has come due by now is told, however short the run was; a journal that fails ends it anyway.
    try? await tell()
    do throws(StepFailure) {
      let before = try baseline()
      return [.drill(.compared(try await inspect(url, since: before).compared(with: before)))]
    } catch {
      return [.drill(.compared(DrillComparison(trouble: error.record.message)))]
    }
  }

  private func baseline() throws(StepFailure) -> SandboxInspection {
    guard let data = FileManager.default.contents(atPath: baselinePath) else {
      throw StepFailure(.invalid, "\(baselinePath) cannot be read")
    }
    let text = String(decoding: data, as: UTF8.self)
    if let known = follower.state.baseline?.fact.digest, known != Digest.sha256(of: text) {
      throw StepFailure(.invalid, "\(baselinePath) is not what the journal says of it")
    }
    return try SandboxInspection(stored: text)
  }

  private func inspect(
    _ url: String, since former: SandboxInspection? = nil
  ) async throws(StepFailure) -> SandboxInspection {
    guard let confinement else { throw StepFailure(.invalid, "there is no sandbox") }
    let clock = clock
    return try await SandboxInspection(of: url, since: former, confinement: confinement) {
      clock.now()
    }
  }
}

/// What the person at the run's own terminal says to the drill: lines that begin with a slash, and choices
/// where the run has no use for them.
extension DrillCompanion: TerminalAside {
  static let howToAnswer = "  (/1 answers, or its name after the slash; /help says more)"

  private static let help = """
      /ID or /NUMBER              choose, where there is a choice
      /answer [@NAME] [ID:] TEXT  answer what came last, or an inject by its id
      /decide [@NAME] TEXT        say what is decided
      /hint                       ask for the next hint; it is recorded
      /note TEXT                  write something down
    Anything without a slash is for the run.
    """

  func take(_ line: String, isFree: Bool) async -> Bool {
    guard let drill = follower.state.drill else { return false }
    guard line.begins(with: "/") else {
      guard isFree, Int(line) != nil, follower.state.offers(line) else { return false }
      await carryOut(.answer(subject: nil, participant: speaker, text: line))
      return true
    }
    let text = String(line.dropFirstScalars())
    switch TalkLine.parse(text, drill, names: started.participants.map(\.name)) {
    case .note(let text): await note(text)
    case .command(.answer(let subject, let name, let text)):
      await carryOut(.answer(subject: subject, participant: name ?? speaker, text: text))
    case .command(.decide(let name, let text)):
      await carryOut(.decide(participant: name ?? speaker, text: text))
    case .command(.hint(let inject)): await carryOut(.hint(inject))
    case .mistake where follower.state.offers(text):
      await carryOut(.answer(subject: nil, participant: speaker, text: text))
    // It may be a path that a step asks for.
    case .mistake where !isFree: return false
    default: progress?.show(["\(block: Self.help)"])
    }
    return true
  }

  /// The participant at the terminal; nil is the team.
  private var speaker: String? { started.participant(called: actor.calledName) }

  private func carryOut(_ command: DrillMachine.Command) async {
    var isWritten = false
    while !isWritten {
      let (state, last, now) = (follower.state, follower.last, clock.now())
      do {
        let events = try DrillMachine.decide(command, in: state, at: now).map(Event.drill)
        isWritten = try await journal.append(events, by: actor, at: now, after: last) != nil
        try await tell()
      } catch let refusal as DrillMachine.Refusal {
        return show(refusal.message, refusal.hint)
      } catch {
        return show((error as? StoreError)?.message ?? "\(error)", nil)
      }
    }
  }

  private func note(_ text: String) async {
    do throws(StoreError) {
      let note = NoteAdded(text: text, at: nil)
      _ = try await journal.append([.noteAdded(note)], by: actor, at: clock.now())
      // The run shows it when it goes on.
      show("Noted.", nil)
    } catch {
      show(error.message, nil)
    }
  }

  private func show(_ message: String, _ hint: String?) {
    progress?.show(["\(message)"] + [hint].compactMap(\.self).map { "  \($0)" })
  }
}
