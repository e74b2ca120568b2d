import ArgumentParser
import Foundation
import RunbookEngine
import RunbookModel
import RunbookPostgres
import RunbookRecovery

struct SnapshotCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "snapshot",
    abstract: "Write down what a database holds: its catalogue, and how many rows.",
    discussion: """
      The snapshot is JSON: tables, columns, constraints, indexes, triggers, sequences, views, functions, \
      types, policies, grants, comments and the rest, each with its definition, and a fingerprint that is \
      the same for databases whose catalogues are the same. A runbook's 'compare' step holds a database \
      against it. Nothing is written to the database.

        runbook snapshot --output before.json
        DATABASE_URL=postgresql:///shop runbook snapshot --rows estimated >shop.json
      """)

  @Option(
    help: ArgumentHelp(
      "The environment variable that holds the database's URL; passwords never stand in arguments.",
      valueName: "name"))
  var urlVariable = "DATABASE_URL"

  @Option(
    help:
      "How rows are counted: keys, contents (of rows, too), exact, estimated (by statistics) or none."
  )
  var rows: RowCounting = .exact

  @OptionGroup var output: OutputOptions

  @Option(help: ArgumentHelp("Give up after this many seconds.", valueName: "seconds"))
  var timeout: Int = 600

  enum RowCounting: String, ExpressibleByArgument, CaseIterable {
    case keys, contents, exact, estimated, none
  }

  func run() async throws {
    let surroundings = Surroundings.current()
    let console = Console.current(surroundings)
    guard let url = surroundings.value(urlVariable) else {
      console.printError("error: $\(urlVariable) is not set, which is to hold the database's URL")
      throw ExitStatus.usage.code
    }
    if let output = output.file {
      do throws(StoreError) {
        try OutputFile(path: surroundings.absolute(output)).foresee()
      } catch {
        try console.fail(error)
      }
    }
    let clock = SystemClock()
    let snapshot: Value
    do throws(StepFailure) {
      snapshot = try await LiveCatalog.snapshot(
        of: url, counting: rows.rawValue, timeout: .seconds(max(1, timeout)),
        now: { clock.now() })
    } catch {
      console.printError("error: \(error.record.message)")
      if let detail = error.record.detail { console.printError("  \(detail)") }
      throw (error.record.cause == .invalid ? ExitStatus.usage : .unreachable).code
    }
    let uncounted = rows == .none ? [] : Self.uncounted(in: snapshot)
    if !uncounted.isEmpty {
      let names = uncounted.joined(separator: ", ")
      console.printError("rows that were not counted, of which no loss will be seen: \(names)")
    }
    guard let output = output.file else { return console.print(json: snapshot.prettyJSON) }
    do throws(StoreError) {
      // Names and comments may tell of people: the file is its owner's alone.
      try OutputFile(path: surroundings.absolute(output)).write(snapshot.prettyJSON + "\n")
    } catch {
      try console.fail(error)
    }
    let map = snapshot.mapValue ?? ValueMap()
    console.print(
      "\(output): \(map["objects"]?.listValue?.count ?? 0) objects, fingerprint \(map["fingerprint"]?.stringValue?.prefixOfScalars(12) ?? "")"
    )
  }

  /// Tables whose rows could not be counted: what is lost of them later is not seen.
  private static func uncounted(in snapshot: Value) -> [String] {
    (snapshot.mapValue?["rows"]?.listValue ?? []).compactMap { row in
      guard let row = row.mapValue, row["count"] == .null else { return nil }
      return row["table"]?.stringValue
    }
  }
}
