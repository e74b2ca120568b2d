import ArgumentParser
import Glibc
import RunbookEngine
import RunbookLogs
import RunbookModel
import RunbookPostgres
import RunbookSandbox
import RunbookStore

struct AbandonCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "abandon",
    abstract: "End a run that is held or was cut off, for good; its sandbox goes.",
    discussion: """
      Nothing that was committed is rolled back. The reason is kept in the journal and stands in the report. \
      Without a run the one that waits is meant; where several do, or a process carries it out, it is to be named. \
      A process of this host that still carries the run out is told to stop, and killed where it does not; what it \
      left of a step is ended, and its receipt is looked for, before the end is recorded. Whether it can be looked \
      for is found out before anything is ended. What the run has left in its databases is looked at once more; \
      what is missing there, or cannot be looked at, stands in the report.
      """)

  @Argument(
    help: "The run, by its id or the start of one; the only one that waits when it is left out.")
  var run: String?

  @Option(
    help: ArgumentHelp("Why it is given up.", valueName: "text"), transform: SpokenReason.parse)
  var reason: String

  @Flag(help: "Do not ask once more.")
  var yes = false

  @Option(
    help: ArgumentHelp(
      "The folder that the report is written to; where it was written before when it is left out.",
      valueName: "folder"))
  var reports: String?

  @OptionGroup var fence: FenceOptions
  @OptionGroup var actor: ActorOptions
  @OptionGroup var state: StateOptions

  /// How long a process that is told to stop has for it.
  private static let grace = Duration.seconds(10)

  func run() async throws {
    if try await removeUnbegun() { return }
    let first = try await HeldRun.open(run, state, unnamed: .onlyWaiting)
    let isCarriedOut = try await foresee(first)
    // Whoever took it up since was not meant.
    let lease = try first.takeLease(as: actor.name, force: isCarriedOut).lease
    defer { lease.release() }
    // Until the lease was ours it may have ended: an end behind an end makes the journal unreadable.
    let held = try await first.renewed()
    for former in held.journal.formerHolders() {
      guard let ended = await stop(former, held) else { continue }
      // It has happened, whatever comes of the rest.
      try await held.add(
        .processesEnded(ProcessesEnded(step: nil, ended: [ended])), as: actor.name)
    }
    let finding = try await RunFence(
      held: held, lease: lease, name: actor.name, isUnreachable: fence.unreachable,
      terminates: true
    ).look(at: held.inFlight, held.entries, for: "run \(held.id) is not abandoned")
    let end = RunEnded(status: .abandoned, reason: finding.reason(reason))
    if !finding.settled.isEmpty {
      try await held.add(finding.settled.map(Event.attemptSettled), as: actor.name)
    }
    let found = try await RunFence(
      held: held, lease: lease, name: actor.name, isUnreachable: fence.unreachable
    ).lookBeforeAbandonment(try await held.journal.entries())
    try await held.add(found + [.runEnded(end)], as: actor.name)
    for one in finding.settled where one.settlement == .done {
      held.console.print("Step '\(one.step)' is done: \(one.detail).")
    }
    for event in found { tell(event, held) }
    held.console.print(
      "Run \(held.id) is abandoned; nothing that was committed was rolled back.")
    let known = Set(finding.settled.map(\.step))
    for step in held.inFlight where !known.contains(step) {
      held.console.print(
        held.state.step(step).needsFence
          ? "It is not known whether step '\(step)' took effect."
          : "Step '\(step)', which changes nothing, was cut off: it has shown nothing.")
    }
    try await RunFence(
      held: held, lease: lease, name: actor.name, isUnreachable: fence.unreachable
    ).markEnd(try await held.journal.entries())
    await held.writeReport(to: reports)
    guard let folder = held.state.sandboxFolder else { return }
    do throws(StepFailure) {
      try await PostgresSandbox(environment: held.surroundings.environment).remove(folder: folder)
    } catch {
      try held.refuse(
        "the sandbox cannot be removed: \(error.record.message)",
        hints: [error.record.hint].compactMap(\.self), .failed)
    }
  }

  /// Says what was found in the run's databases before its end was recorded.
  private func tell(_ event: Event, _ held: HeldRun) {
    switch event {
    case .connectionUnseen(let unseen):
      held.console.print("\("Not looked at: \(unseen.words).", .yellow)")
    case .connectionIdentified(let found):
      let former = held.state.identities[found.connection]?.identity
      let isElsewhere = former.map { !$0.isSameDatabase(as: found.identity) } ?? false
      let place = isElsewhere ? "it leads to another database than the run worked on" : nil
      let words = [place, found.lost?.sentence].compactMap(\.self)
      guard !words.isEmpty else { return }
      let text = "Connection '\(found.connection)': \(words.joined(separator: "; "))."
      held.console.print("\(text, .yellow)")
    case .attemptSettled(let settled):
      let verdict: String =
        switch settled.settlement {
        case .done: "is done"
        case .notDone: "is not done"
        case .unknown: "is unknown"
        }
      held.console.print("Step '\(settled.step)' \(verdict): \(settled.detail).")
    default: return
    }
  }

  /// Shows what there is to lose, looks for what would stand in the way, and asks: before anything is taken or ended.
  ///
  /// - Returns: whether a process carries the run out, which may be ended.
  private func foresee(_ held: HeldRun) async throws -> Bool {
    let (console, nothing) = (
      held.console, "run \(held.id) is not abandoned, and nothing was ended"
    )
    let living = try held.leaseState().living
    _ = try await RunFence(
      held: held, lease: nil, name: actor.name, isUnreachable: fence.unreachable
    ).foresee(
      held.inFlight, held.state, for: nothing,
      endsFormer: held.journal.livingHolders().contains { mayEnd($0, held) })
    let standing =
      living.map { "is carried out by \($0.description)" }
      ?? held.state.lifecycle.text(isAlive: false)
    console.print(
      "Run \(held.id) (\(held.state.started?.runbook.name ?? "?")) \(living == nil ? "is " : "")\(standing)"
    )
    if let living {
      console.print(
        living.holder?.host == held.surroundings.host
          ? "  Will be ended: process \(living.holder?.pid ?? 0), which carries it out"
          : "  Will be kept from all that it has not begun: \(living.description)")
    }
    for step in held.inFlight {
      console.print(
        "  In flight: step '\(step)', \(held.words(of: step)); what it left will be ended")
    }
    console.print(
      "  Nothing that was committed is rolled back, and nobody can go on with it afterwards.")
    try held.requireConsent(
      "abandon", to: "abandon it for good", isGiven: yes, else: nothing)
    return living != nil
  }

  /// A run that was killed before its first entry has nothing in it that could be kept.
  ///
  /// - Returns: whether it was one.
  private func removeUnbegun() async throws -> Bool {
    let surroundings = Surroundings.current()
    let console = Console.current(surroundings)
    let store = surroundings.store(state.state)
    do throws(StoreError) {
      if run == nil, try !store.waiting().isEmpty { return false }
      let id = try store.resolve(run)
      let journal = try store.open(id)
      guard !journal.isBeginning, try await journal.entries().isEmpty else { return false }
      try await store.removeUnbegun(id, holder: surroundings.leaseHolder(as: actor.name))
      console.print("Run \(id) had not begun: nothing was performed, and its folder is removed.")
      return true
    } catch {
      try console.fail(error)
    }
  }

  /// Ends a process of this host that still carries the run out: one that is told to stop ends its step
  /// properly; one that is itself stopped, or does not end in time, is killed.
  ///
  /// - Returns: what has ended by that; nil where nothing has.
  private func stop(_ former: LeaseHolder?, _ held: HeldRun) async -> EndedProcess? {
    guard let holder = former else {
      held.console.printError(
        "  a process that does not say who it is still carries it out, and was not told to stop, as its "
          + "lease's file cannot be read: it can write nothing more to the journal, and stops at its next step."
      )
      return nil
    }
    guard holder.host == held.surroundings.host else {
      held.console.printError(
        "  \(holder.description) can write nothing more to it, and stops at its next step.")
      return nil
    }
    guard let process = KnownProcess(holder.pid, startedAt: holder.processStart) else {
      held.console.printError(
        "  process \(holder.pid) was not told to stop: it is not proven to be the one that carried the "
          + "run out, which can write nothing more to it.")
      return nil
    }
    let ended = { (means: String) in
      EndedProcess(
        pid: Int64(holder.pid),
        summary: "the process that carried the run out (\(holder.description))", means: means)
    }
    let wasStopped = process.isStopped
    if !wasStopped {
      process.send(SIGTERM)
      if await hasEnded(holder, held, within: Self.grace) {
        held.console.printError(
          "  process \(holder.pid), which carried it out, was told to stop, and has ended.")
        return ended("SIGTERM")
      }
    }
    // Continued, it could still commit before it looks at anything.
    process.send(SIGKILL)
    guard await hasEnded(holder, held, within: .seconds(5)) else {
      held.console.printError("  process \(holder.pid) could not be ended.")
      return nil
    }
    held.console.printError("  process \(holder.pid), which carried it out, was killed.")
    return ended(wasStopped ? "SIGKILL, as it was stopped" : "SIGTERM and SIGKILL")
  }

  /// Whether the process that carries it out is one of this host that can be told to end.
  private func mayEnd(_ holder: LeaseHolder?, _ held: HeldRun) -> Bool {
    guard let holder, holder.host == held.surroundings.host else { return false }
    return KnownProcess(holder.pid, startedAt: holder.processStart) != nil
  }

  private func hasEnded(
    _ holder: LeaseHolder, _ held: HeldRun, within time: Duration
  ) async -> Bool {
    let deadline = ContinuousClock.now + time
    while held.journal.isLiving(generation: holder.generation) {
      guard ContinuousClock.now < deadline else { return false }
      // A cancelled pause only looks earlier.
      try? await Task.sleep(for: .milliseconds(50))
    }
    return true
  }
}
