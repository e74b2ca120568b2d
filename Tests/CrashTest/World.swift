import Foundation
import Glibc
import RunbookModel
import RunbookTestSupport

/// What all rounds of a mode share.
struct Place {
  let program: String
  let server: any Host
  var scenario = Scenario()
  var pooler: TestPooler?
}

/// What one round has to itself: a database, a folder, and the program run on them.
final class World {
  /// What a command of the program gave.
  struct Output {
    /// The negative number of the signal that ended it.
    let status: Int32
    let standardOutput: String
    let standardError: String
    let time: Duration

    var all: String { standardOutput + standardError }
    /// What it said at its end.
    var end: String { all.pieces(separatedBy: "\n").suffix(12).joined(separator: "\n    ") }
  }

  struct Failure: Error, CustomStringConvertible {
    let message: String
    var description: String { message }
  }

  static let template = "crash_template"
  static let patience = Duration.seconds(150)

  let program: String
  let server: any Host
  let scenario: Scenario
  /// What the program goes through to the server, if anything.
  private let pooler: TestPooler?
  let database: String
  let folder: String
  private var current: Session?
  /// Runs that were killed before their first entry: they can only be begun anew.
  private var unbegun: Set<String> = []

  /// - Parameter name: of its own, short, in lower case.
  init(_ name: String, in place: Place) throws {
    program = place.program
    server = place.server
    scenario = place.scenario
    pooler = place.pooler
    database = "crash_\(name)"
    folder = "\(place.server.workFolder)/round-\(name)"
    try FileManager.default.createDirectory(
      atPath: folder, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o755])
    try openDoor()
    try scenario.text.write(toFile: file, atomically: false, encoding: .utf8)
    try Self.onServer(server) {
      try $0.ask("CREATE DATABASE \(database) TEMPLATE \(Self.template)")
    }
  }

  /// Ends what the round had; what it leaves is removed with the server.
  func remove() throws {
    current = nil
    try FileManager.default.removeItem(atPath: folder)
    try Self.onServer(server) { try $0.ask("DROP DATABASE \(database) WITH (FORCE)") }
  }

  private var file: String { "\(folder)/crash.yaml" }
  var ledgerFile: String { "\(folder)/ledger" }
  var stateFolder: String { "\(folder)/state" }

  /// Where the program finds the server's socket.
  private var door: String { "\(folder)/door" }

  /// Lets the program reach the server.
  func openDoor() throws {
    try FileManager.default.createSymbolicLink(
      atPath: door, withDestinationPath: server.folder)
  }

  /// Keeps the program from reaching the server; connections that are there stay.
  func closeDoor() throws { try FileManager.default.removeItem(atPath: door) }

  /// Makes the database that each round begins with.
  static func prepare(_ server: any Host) throws {
    try onServer(server) { try $0.ask("CREATE DATABASE \(template)") }
    let session = try session(server, template)
    let said = try session.ask(Scenario.preparation)
    guard said.isEmpty else { throw Failure(message: said) }
  }

  private static func onServer(
    _ server: any Host, _ work: (Session) throws -> String
  ) throws {
    let said = try work(try session(server, "postgres"))
    guard said.isEmpty else { throw Failure(message: said) }
  }

  private static func session(_ server: any Host, _ database: String) throws -> Session {
    try Session(
      psql: TestServer.programs + "/psql", url: server.url(of: database),
      environment: ["PATH": "/usr/bin:/bin", "HOME": server.folder])
  }

  /// The round's own session with its database.
  func session() throws -> Session {
    if let current { return current }
    let session = try Self.session(server, database)
    current = session
    return session
  }

  func forgetSession() { current = nil }

  func ask(_ sql: String) throws -> String {
    do {
      return try session().ask(sql)
    } catch {
      current = nil
      throw error
    }
  }
}

extension World {
  /// Begins a run.
  func startRun(_ more: [String] = []) throws -> RunningCommand {
    try start(["run", file, "--set", "ledger=\(ledgerFile)"] + scenario.approvals + more)
  }

  /// Goes on with it: `resume`, `retry` or `takeover`.
  func startAgain(_ command: String, _ run: String, _ more: [String] = []) throws -> RunningCommand
  {
    try start([command, run] + scenario.approvals + more)
  }

  func start(_ arguments: [String]) throws -> RunningCommand {
    // A program that is stopped would outlive a test that is killed.
    try RunningCommand(
      ["/usr/bin/setpriv", "--pdeathsig", "KILL", program] + arguments,
      environment: [
        "PATH": TestServer.programs + ":/usr/bin:/bin", "HOME": folder, "LANG": "C.UTF-8",
        "RUNBOOK_STATE": stateFolder,
        "DATABASE_URL": pooler?.url(of: database)
          ?? server.url(of: database).replacingAll(server.folder, with: door),
      ], folder: folder)
  }

  /// How the run stands; nil where none has begun.
  func status() throws -> RunStatus? {
    guard let run = runs.first(where: { !unbegun.contains($0) }) else { return nil }
    let output = try start(["status", "--json", run]).finish(within: Self.patience)
    guard output.status == 0, let map = try Value(json: output.standardOutput).mapValue else {
      // Killed while its journal was made, or before its first entry.
      if output.all.holds("there is no run") || output.all.holds("before it had begun anything") {
        unbegun.insert(run)
        return nil
      }
      throw Failure(message: "status gave \(output.status): \(output.end)")
    }
    let status = RunStatus(map)
    guard status.state == "notStarted" else { return status }
    unbegun.insert(run)
    return nil
  }

  var runs: [String] {
    // No folder yet: no run yet.
    (try? FileManager.default.contentsOfDirectory(atPath: "\(stateFolder)/runs")) ?? []
  }

  /// How often each step left a line in its ledger.
  func ledger() throws -> [String: Int] {
    var counts: [String: Int] = [:]
    for line in try ask("SELECT step FROM ledger").pieces(separatedBy: "\n") {
      counts[String(line), default: 0] += 1
    }
    // No file yet: no line yet.
    let text = (try? String(contentsOfFile: ledgerFile, encoding: .utf8)) ?? ""
    for line in text.pieces(separatedBy: "\n") { counts[String(line), default: 0] += 1 }
    return counts
  }

  func picture() throws -> String { try ask(Scenario.picture) }
}
