import Foundation
import RunbookEngine
import RunbookModel
import Synchronization
import Testing

/// The world of one run that dies: its database, its server, its folder; gone with the value.
final class CrashWorld: Sendable {
  let place: CrashPlace
  private let workspace: Workspace
  private let database: Database
  private let counter: RequestCounter

  /// - Parameter url: where the program finds the database, from the folder and the database's own.
  init(url: (_ folder: String, _ direct: String) -> String = { $1 }) throws {
    workspace = try Workspace()
    database = try Database(CrashScenario.preparation)
    let direct = try #require(database.environment["DATABASE_URL"])
    place = CrashPlace(folder: workspace.folder, url: url(workspace.folder, direct))
    counter = try RequestCounter(socket: place.socket, ledger: place.ledger)
    try workspace.write(
      CrashScenario.text(ledger: place.ledger, socket: place.socket), to: "matrix.yaml")
  }

  /// How often each mutating step left its line.
  func ledger() -> [String: Int] {
    // No file yet: no line yet.
    let file = (try? String(contentsOfFile: place.ledger, encoding: .utf8)) ?? ""
    let lines = database.query("SELECT step FROM ledger") + "\n" + file
    return lines.pieces(separatedBy: "\n").reduce(into: [:]) { $0[String($1), default: 0] += 1 }
  }

  /// What is not as the journal says while the run is not done.
  func interim(_ state: RunState) -> [String] {
    let ledger = ledger()
    return (CrashScenario.tableSteps + CrashScenario.fileSteps).compactMap { id in
      let count = ledger[id, default: 0]
      let step = state.step(StepID(id))
      let isRight =
        switch step.status {
        case .pending, .skipped: count == 0
        case .succeeded: count == 1
        case .failed where step.settledBy == .receipt: count == 0
        default: count <= 1
        }
      return isRight ? nil : "\(id) is \(step.status.rawValue), and took effect \(count) times"
    }
  }

  /// Goes on with the run until it has ended: what failed is tried again, and what is unknown looked at
  /// again.
  func finish(_ state: RunState?) async throws -> RunState {
    var now: RunState
    if let state {
      now = state
    } else {
      try place.forget()
      now = try await place.begin { $0 }
    }
    for _ in 0..<5 {
      if case .ended = now.lifecycle { break }
      #expect(interim(now) == [])
      let failed = CrashScenario.allSteps.first { now.step(StepID($0)).status == .failed }
      now = try await place.goOn(
        failed.map { [.retryRequested(RetryRequested(step: StepID($0), reason: nil))] } ?? [])
    }
    return now
  }

  /// What differs from an undisturbed run, by the ledgers and the tables.
  func differences(_ state: RunState) -> [String] {
    var found: [String] = []
    guard case .ended(let end) = state.lifecycle, end.status == .resolved else {
      return ["the run is \(state.lifecycle)"]
    }
    for id in CrashScenario.allSteps where state.step(StepID(id)).status != .succeeded {
      found.append("\(id) is \(state.step(StepID(id)).status)")
    }
    let ledger = ledger()
    let wanted = CrashScenario.tableSteps + CrashScenario.fileSteps
    let expected = Dictionary(uniqueKeysWithValues: wanted.map { ($0, 1) })
    if ledger != expected { found.append("the ledger: \(ledger)") }
    let picture = database.query(CrashScenario.picture)
    let usual = """
      (1,101) (2,201) (3,602) (4,602) (5,501)
      capture change harden outside use
      true
      """
    if picture != usual { found.append("the database:\n\(picture)") }
    return found
  }

  /// How often an undisturbed run appends to its journal.
  static func appendsOfAnUndisturbedRun() async throws -> Int {
    let world = try CrashWorld()
    let journal = Mutex<FatalJournal?>(nil)
    let end = try await world.place.begin { base in
      let counting = FatalJournal(base) { _, _ in }
      journal.withLock { $0 = counting }
      return counting
    }
    try #require(world.differences(end) == [])
    let count = journal.withLock { $0?.count ?? 0 }
    try #require(count > 10)
    return count
  }
}
