import ArgumentParser
import Glibc
import RunbookEngine
import RunbookModel
import RunbookSteps
import RunbookStore

struct AbandonCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "abandon",
    abstract: "End a run that is held or was cut off, for good; its sandbox goes.",
    discussion: """
      Nothing is rolled back. The reason is kept in the journal and stands in the report. A process that \
      still carries the run out is told to stop, and can write nothing more to its journal.
      """)

  @Argument(help: "The run, by its id or the start of one; the newest when it is left out.")
  var run: String?

  @Option(help: ArgumentHelp("Why it is given up.", valueName: "text"))
  var reason: String

  @OptionGroup var actor: ActorOptions
  @OptionGroup var state: StateOptions

  /// How long a process that is told to stop has for it.
  private static let grace = Duration.seconds(10)

  func run() async throws {
    if try await removeUnbegun() { return }
    let held = try await HeldRun.open(run, state)
    let (lease, former) = try held.takeLease(as: actor.name, force: true)
    defer { lease.release() }
    // Until the lease was ours it may have ended: an end behind an end makes the journal unreadable.
    _ = try await HeldRun.open(held.id.rawValue, state)
    try await held.add(.runEnded(RunEnded(status: .abandoned, reason: reason)), as: actor.name)
    held.console.print("Run \(held.id) is abandoned; nothing was rolled back.")
    if let former { await stop(former, held) }
    guard let folder = held.state.sandboxFolder else { return }
    do throws(StepFailure) {
      try await PostgresSandbox(environment: held.surroundings.environment).remove(folder: folder)
    } catch {
      try held.refuse(
        "the sandbox cannot be removed: \(error.record.message)",
        hints: [error.record.hint].compactMap(\.self), .failed)
    }
  }

  /// A run that was killed before its first entry has nothing in it that could be kept.
  ///
  /// - Returns: whether it was one.
  private func removeUnbegun() async throws -> Bool {
    let surroundings = Surroundings.current()
    let console = Console.current(surroundings)
    let store = surroundings.store(state.state)
    do throws(StoreError) {
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

  /// Tells a process of this host that still carries the run out to stop, and waits until it has.
  private func stop(_ former: LeaseState.Living, _ held: HeldRun) async {
    guard let holder = former.holder else {
      return held.console.printError(
        "  \(former.description) still carries it out, and was not told to stop, as its lease's file cannot "
          + "be read: it can write nothing more to the journal, and stops at its next step.")
    }
    guard holder.host == held.surroundings.host else {
      return held.console.printError(
        "  \(holder.description) can write nothing more to it, and stops at its next step.")
    }
    guard let process = KnownProcess(holder.pid, startedAt: holder.processStart) else {
      return held.console.printError(
        "  process \(holder.pid) was not told to stop: it is not proven to be the one that carried the "
          + "run out, which can write nothing more to it.")
    }
    process.send(SIGTERM)
    let deadline = ContinuousClock.now + Self.grace
    while held.journal.isLiving(generation: holder.generation), ContinuousClock.now < deadline {
      // A cancelled pause only looks earlier.
      try? await Task.sleep(for: .milliseconds(50))
    }
  }
}
