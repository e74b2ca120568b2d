import Foundation
import RunbookModel
import RunbookTestSupport
import Testing

/// Runs on a SQLite file, by the built program.
@Suite(.timeLimit(.minutes(10))) struct SQLiteRunTests {
  private static let runbook = """
    runbook: sessions-dropped
    title: The sessions of an application are gone
    connections:
      main: {kind: sqlite, url: "sqlite:///app.db"}
    detection:
      - id: missing
        sql: SELECT count(*) AS n FROM sqlite_schema WHERE name = 'session'
        confirms: rows[0].n == 0
    recovery:
      - id: recreate
        sql: |
          CREATE TABLE session (id INTEGER PRIMARY KEY, user TEXT NOT NULL);
          INSERT INTO session (user) SELECT name FROM user;
      - id: stale
        sql: DROP TABLE leftover
    verification:
      - id: there
        sql: SELECT count(*) AS n FROM session
        expect: rows[0].n == 2
    safeguards:
      - id: mark
        sql: CREATE TABLE guarded (a)
    """

  private let workspace: Workspace
  private var database: String { workspace.path("app.db") }

  init() throws {
    workspace = try Workspace()
    try workspace.write(Self.runbook, to: "sessions-dropped.yaml")
    try sqlite(
      "CREATE TABLE user (name);; INSERT INTO user VALUES ('a'), ('b');; CREATE TABLE leftover (a)")
  }

  @discardableResult
  private func sqlite(_ sql: String) throws -> String {
    let program = try #require(
      SpawnedProgram([
        "/usr/bin/env", "python3", "-c",
        """
        import sqlite3, sys
        base = sqlite3.connect(sys.argv[1], isolation_level=None)
        last = []
        for part in sys.argv[2].split(";;"): last = base.execute(part).fetchall()
        print("\\n".join("|".join(str(v) for v in row) for row in last), end="")
        """, database, sql,
      ]))
    return program.text()
  }

  @Test func aRunRecoversAndReports() async throws {
    let held = try await workspace.run(["run", "sessions-dropped.yaml", "--approve", "recovery"])
    #expect(held.status == 75, "\(held.all)")
    #expect(
      held.stdout.holds("file \(database), account \(Workspace.account), SQLite 3."), "\(held.all)")
    #expect(held.stdout.holds("CREATE TABLE runbook_receipt"))
    #expect(held.stdout.holds("destructive"))
    #expect(held.stdout.holds("--approve stale"))
    #expect(try sqlite("SELECT count(*) FROM session") == "2")
    #expect(try sqlite("SELECT count(*) FROM sqlite_schema WHERE name = 'leftover'") == "1")
    for gate in ["stale", "mark"] {
      let id = try #require(
        try await workspace.run(["runs", "--json"]).objects().first?["run"]?.stringValue)
      #expect(try await workspace.run(["approve", id, gate, "--yes"]).status == 0)
      let next = try await workspace.run(["resume", id])
      #expect(next.status == (gate == "mark" ? 0 : 75), "\(next.all)")
    }
    #expect(try sqlite("SELECT step FROM runbook_receipt ORDER BY step") == "mark\nrecreate\nstale")
    #expect(try sqlite("SELECT count(*) FROM runbook_lease WHERE run LIKE '% ended'") == "1")
    let report = try workspace.report()
    #expect(report.holds("SQLite 3."))
    #expect(!report.holds("PostgreSQL"))
  }

  /// Another process knows what a step destroys only once it has looked into the file.
  @Test func aFirstStepThatDestroysAsksInAnotherProcessToo() async throws {
    try workspace.write(
      """
      runbook: leftover
      title: A table is left over
      connections:
        main: {kind: sqlite, url: "sqlite:///app.db"}
      detection:
        - {id: there, sql: SELECT count(*) AS n FROM leftover, confirms: "rows[0].n == 0"}
      recovery:
        - {id: stale, sql: DROP TABLE leftover}
      """, to: "leftover.yaml")
    let held = try await workspace.run(["run", "leftover.yaml"])
    #expect(held.status == 75, "\(held.all)")
    let id = try #require(
      try await workspace.run(["runs", "--json"]).objects().first?["run"]?.stringValue)
    #expect(try await workspace.run(["approve", id, "recovery", "--yes"]).status == 0)
    let asked = try await workspace.run(["resume", id])
    #expect(asked.status == 75, "\(asked.all)")
    #expect(asked.stdout.holds("--approve stale"), "\(asked.all)")
    #expect(try sqlite("SELECT count(*) FROM sqlite_schema WHERE name = 'leftover'") == "1")
    let done = try await workspace.run(["resume", id, "--approve", "stale"])
    #expect(try sqlite("SELECT count(*) FROM sqlite_schema WHERE name = 'leftover'") == "0")
    #expect(done.all.holds("DROP TABLE leftover"), "\(done.all)")
  }

  @Test func aDetectionWithoutAFindingChangesNothing() async throws {
    try sqlite("CREATE TABLE session (a)")
    let before = try Data(contentsOf: URL(fileURLWithPath: database))
    let output = try await workspace.run(["run", "sessions-dropped.yaml"])
    #expect(output.status == 0, "\(output.all)")
    #expect(try Data(contentsOf: URL(fileURLWithPath: database)) == before)
  }

  @Test func aMissingFileCannotBeReached() async throws {
    try FileManager.default.removeItem(atPath: database)
    let output = try await workspace.run(["run", "sessions-dropped.yaml"])
    #expect(output.status == 69, "\(output.all)")
    #expect(output.all.holds("No such file or directory"))
    #expect(!FileManager.default.fileExists(atPath: database))
  }

  @Test func anOlderCopyOpensTheIdentityGate() async throws {
    let copy = try Data(contentsOf: URL(fileURLWithPath: database))
    let held = try await workspace.run(["run", "sessions-dropped.yaml", "--approve", "recovery"])
    #expect(held.status == 75, "\(held.all)")
    // Into the same file, as `cp` does.
    let handle = try #require(FileHandle(forWritingAtPath: database))
    try handle.truncate(atOffset: 0)
    try handle.write(contentsOf: copy)
    try handle.close()
    let id = try #require(
      try await workspace.run(["runs", "--json"]).objects().first?["run"]?.stringValue)
    let resumed = try await workspace.run(["resume", id])
    #expect(resumed.status == 75, "\(resumed.all)")
    #expect(resumed.all.holds("identity:main"), "\(resumed.all)")
    #expect(
      resumed.all.holds(
        "the receipt of step 'recreate', which the journal calls done, is not there"))
  }

  @Test func whatAConnectionCannotDoIsSaid() async throws {
    try workspace.write(
      """
      runbook: other
      title: Other
      connections:
        main: {kind: sqlite, url: "sqlite:///app.db", read_only_role: reader}
      detection:
        - {id: before, snapshot: {}}
        - {id: syntax, sql: SELEC 1}
        - {id: change, sql: PRAGMA user_version = 3, confirms: "false"}
        - {id: own, sql: {text: SELECT 1 AS n, transaction: none}}
        - {id: name, sql: "SELECT :gone AS n"}
      recovery:
        - {id: begin, sql: BEGIN}
        - {id: vacuum, sql: VACUUM}
        - {id: attach, sql: ATTACH 'x' AS y}
        - {id: fine, sql: "DELETE FROM missing WHERE a = 1"}
      sandbox:
        fixture: []
      """, to: "other.yaml")
    let output = try await workspace.run(["validate", "other.yaml", "--json"])
    let codes = try output.objects().compactMap { $0["code"]?.stringValue }
      .filter { $0 != "RB122" }
    #expect(
      Set(codes).isSuperset(of: [
        "RB307", "RB308", "RB400", "RB404", "RB410", "RB411", "RB415", "RB416", "RB424",
      ]), "\(output.all)")
  }
}
