import Foundation
import RunbookEngine
import RunbookModel
import RunbookTestSupport
import Synchronization
import Testing

/// The process dies by SIGKILL just before and just after every append of its journal, the one behind a COMMIT in the
/// SQLite file included: the receipt in the file says what had taken effect (laws L1, L6).
@Suite(.timeLimit(.minutes(15))) struct SQLiteKillTests {
  private static let runbook = """
    runbook: matrix
    title: A run on a file that dies
    connections:
      main: {kind: sqlite, url: "${{ env.DATABASE_URL }}"}
    detection:
      - id: damage
        sql: SELECT count(*) AS n FROM account
        confirms: rows[0].n == 2
    recovery:
      - id: change
        sql: |
          UPDATE account SET balance = balance + 1 WHERE id > 0;
          INSERT INTO ledger VALUES ('change');
      - id: capture
        sql: |
          INSERT INTO ledger VALUES ('capture');
          UPDATE account SET balance = balance * 2 WHERE id = 1 RETURNING balance;
        capture: {balance: "rows[0].balance"}
      - id: use
        sql: |
          UPDATE account SET balance = :balance WHERE id = 2;
          INSERT INTO ledger VALUES ('use');
    verification:
      - id: whole
        sql: SELECT count(*) AS n FROM ledger WHERE step <> 'harden'
        expect: rows[0].n == 3
    safeguards:
      - id: harden
        sql: |
          CREATE TABLE hardened AS SELECT 1 AS x;
          INSERT INTO ledger VALUES ('harden');
    """

  @Test(arguments: ["delete", "wal"], FatalJournal.Moment.allCases)
  func sigkillAtEveryAppendIsSettled(journal: String, moment: FatalJournal.Moment) async throws {
    for number in 1...(try await appendsOfAnUndisturbedRun()) {
      let world = try World(journal)
      await #expect(processExitsWith: .signal(SIGKILL)) {
        [
          place = world.place as CrashPlace, number = number as Int,
          moment = moment as FatalJournal.Moment
        ] in
        _ = try await place.begin { journal in
          FatalJournal(journal) { if $0 == number, $1 == moment { kill(getpid(), SIGKILL) } }
        }
      }
      let end = try await world.finish()
      #expect(end == World.usual, "\(journal) \(moment) append \(number)")
    }
  }

  private func appendsOfAnUndisturbedRun() async throws -> Int {
    let world = try World("delete")
    let counter = Mutex<FatalJournal?>(nil)
    _ = try await world.place.begin { base in
      let counting = FatalJournal(base) { _, _ in }
      counter.withLock { $0 = counting }
      return counting
    }
    try #require(try world.picture() == World.usual)
    let count = counter.withLock { $0?.count ?? 0 }
    try #require(count > 5)
    return count
  }

  /// The file and the folder of one run that dies; gone with the value.
  private final class World: Sendable {
    static let usual = "1|22 2|22 capture change harden use|4"
    let place: CrashPlace
    private let workspace: Workspace

    init(_ journal: String) throws {
      workspace = try Workspace()
      place = CrashPlace(
        folder: workspace.folder, url: "sqlite:///\(workspace.path("app.db"))")
      try workspace.write(SQLiteKillTests.runbook, to: "matrix.yaml")
      _ = try ask(
        """
        PRAGMA journal_mode = \(journal);; CREATE TABLE ledger (step);;
        CREATE TABLE account (id INTEGER PRIMARY KEY, balance);; INSERT INTO account VALUES (1, 10), (2, 20)
        """)
    }

    /// Goes on until the run has ended, and gives what is there then.
    func finish() async throws -> String {
      guard var now = try await place.stored() else {
        try place.forget()
        _ = try await place.begin { $0 }
        return try picture()
      }
      for _ in 0..<3 {
        if case .ended = now.lifecycle { break }
        now = try await place.goOn()
      }
      guard case .ended(let end) = now.lifecycle, end.status == .resolved else {
        return "the run is \(now.lifecycle)"
      }
      return try picture()
    }

    func picture() throws -> String {
      try ask(
        """
        SELECT (SELECT group_concat(id || '|' || balance, ' ') FROM (SELECT * FROM account ORDER BY id))
          || ' ' || (SELECT group_concat(step, ' ') FROM (SELECT step FROM ledger ORDER BY step))
          || '|' || (SELECT count(*) FROM runbook_receipt)
        """)
    }

    private func ask(_ sql: String) throws -> String {
      let script = """
        import sqlite3, sys
        base = sqlite3.connect(sys.argv[1], isolation_level=None)
        for part in sys.argv[2].split(";;"): last = base.execute(part).fetchall()
        print(last[0][0] if last else "", end="")
        """
      return try #require(
        SpawnedProgram(["/usr/bin/env", "python3", "-c", script, workspace.path("app.db"), sql])
      ).text()
    }
  }
}
