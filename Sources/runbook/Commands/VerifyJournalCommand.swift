import ArgumentParser
import RunbookEngine
import RunbookModel
import RunbookStore

struct VerifyJournalCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify-journal",
    abstract: "Check a journal's chain of hashes, and that its entries make up a run.",
    discussion: """
      The first entry that does not fit is named (exit status 74), and so is an end that the entries before \
      it do not bear out. A chain proves that nothing was changed \
      or left out in the middle; keep the last hash elsewhere, and it proves that nothing was cut off. Fields that \
      this version does not read, such as a newer one's, are named.
      """)

  @Argument(help: "The run, by its id or the start of one; the newest when it is left out.")
  var run: String?

  @Option(
    help: ArgumentHelp(
      "A journal as 'runbook journal' prints it, in place of a run.", valueName: "file"))
  var journal: String?

  @OptionGroup var state: StateOptions

  @Flag(help: "One JSON object.")
  var json = false

  func run() async throws {
    let surroundings = Surroundings.current()
    let console = Console.current(surroundings)
    do {
      let entries = try await JournalSource(
        run: run, file: journal, state: state, surroundings: surroundings
      ).entries()
      guard !entries.isEmpty else {
        throw StoreError(
          .cannotRead, subject: journal ?? run ?? "",
          "the journal is empty: there is nothing to check")
      }
      let state = try replay(entries)
      let run = state.started?.run.rawValue ?? "?"
      let hash = entries.last?.hash.hex ?? Digest.zero.hex
      let unread = fieldsNotRead(in: entries)
      if json {
        let object: Value = [
          "run": .string(run), "entries": .int(Int64(entries.count)), "hash": .string(hash),
          "unread": .list(
            unread.map { ["field": .string($0.field), "entries": .int(Int64($0.entries.count))] }),
        ]
        return console.print(json: object.json)
      }
      console.print("Run \(run): all \(entries.count) entries fit the chain.")
      console.print("Last hash \(hash)")
      for (field, entries) in unread.prefix(Self.mostNamed) {
        console.print(
          "Not read by this version, or written otherwise: \(field) (\(entries.count) entries, the first is "
            + "\(entries.first ?? 0))")
      }
      if unread.count > Self.mostNamed {
        console.print("… and \(unread.count - Self.mostNamed) more fields")
      }
    } catch let error as StoreError {
      try console.fail(error)
    }
  }

  private static let mostNamed = 20

  /// By field, the numbers of the entries.
  private func fieldsNotRead(in entries: [Entry]) -> [(field: String, entries: [Int64])] {
    var found: [String: [Int64]] = [:]
    for entry in entries {
      for field in Set(JournalText.fieldsNotRead(in: entry)) {
        found[field, default: []].append(entry.sequence)
      }
    }
    return found.sorted { $0.key.isBeforeExactly($1.key) }.map {
      (field: $0.key, entries: $0.value)
    }
  }

  /// - Throws: `damaged` with the first entry that no run can have written at its place.
  private func replay(_ entries: [Entry]) throws(StoreError) -> RunState {
    var state = RunState()
    for entry in entries {
      if case .runEnded(let end) = entry.event, let objection = state.objection(to: end) {
        throw StoreError(
          .damaged(sequence: entry.sequence), subject: state.started?.run.rawValue ?? "journal",
          "entry \(entry.sequence): \(objection)")
      }
      do throws(StoreError) {
        try state.apply(entry.event, at: entry.recordedAt, by: entry.actor)
      } catch {
        throw StoreError(
          .damaged(sequence: entry.sequence), subject: error.subject,
          "entry \(entry.sequence): \(error.message)")
      }
    }
    return state
  }
}
