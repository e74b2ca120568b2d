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
