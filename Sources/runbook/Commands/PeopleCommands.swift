import ArgumentParser
import RunbookEngine
import RunbookModel
import RunbookStore

struct NoteCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "note", abstract: "Add a note to a run's journal, while it goes on or afterwards.",
    usage: "runbook note [<run>] <text> [<options>]",
    discussion: """
      The note stands in the report's timeline, with your name: when it was written, or at the time that \
      --at gives.

        runbook note 20251018-220113-abc "Support reports failing sign-ins" --at 2025-10-18T22:04:00Z
      """)

  @Argument(
    help: ArgumentHelp(
      "The run, by its id or the start of one; the only one that waits when it is left out.",
      valueName: "run"))
  var first: String

  @Argument(help: ArgumentHelp("What is to be noted.", valueName: "text"))
  var second: String?

  @Option(help: ArgumentHelp("When it happened, RFC 3339.", valueName: "time"))
  var at: String?

  @OptionGroup var actor: ActorOptions
  @OptionGroup var state: StateOptions

  func run() async throws {
    let words = try HeldRun.split((first, second), "text", state)
    let text = try SpokenReason.parse(words.other)
    let held = try await HeldRun.open(
      words.run, state, mayHaveEnded: true, unnamed: .onlyWaiting, actsForOwner: true)
    var time: Timestamp?
    if let at {
      time = Timestamp(rfc3339: at)
      guard time != nil else {
        try held.refuse("'\(at)' is no time", hints: ["give it like 2025-10-18T22:04:00Z"])
      }
    }
    try await held.add(.noteAdded(NoteAdded(text: text, at: time)), as: actor.name)
    held.console.print("Noted in run \(held.id).")
    await held.rewriteReport()
  }
}

extension HeldRun {
  /// Writes the report anew for a person's entry that no decision goes with. A process that carries the run out writes
  /// it when it holds or ends.
  func rewriteReport() async {
    guard let lease = try? leaseState(), lease.living == nil else { return }
    await writeReport()
  }

  /// Adds a person's entry, which needs no lease.
  func add(_ event: Event, as name: String?) async throws { try await add([event], as: name) }

  /// Adds entries, together or not at all.
  func add(_ events: [Event], as name: String?) async throws {
    do throws(StoreError) {
      _ = try await journal.append(
        events, by: surroundings.actor(as: name), at: SystemClock().now())
    } catch {
      try console.fail(error)
    }
  }
}
