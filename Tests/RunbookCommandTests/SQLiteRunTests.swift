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

  private static let update = """
    runbook: update
    title: Update
    connections:
      main: {kind: sqlite, url: "sqlite:///app.db"}
    detection:
      - {id: there, sql: SELECT count(*) AS n FROM user, confirms: "rows[0].n > 0"}
    recovery:
      - {id: fix, sql: UPDATE user SET name = 'c' WHERE name = 'a'}
    """

  /// Held at its gate, approved there, and resumed once something was done to the file.
  private func resumed(after change: () throws -> Void) async throws -> Workspace.Output {
    try workspace.write(Self.update, to: "update.yaml")
    let held = try await workspace.run(["run", "update.yaml"])
    #expect(held.status == 75, "\(held.all)")
    // The only run that waits.
    let approved = try await workspace.run(["approve", "recovery", "--yes"])
    #expect(approved.status == 0, "\(approved.all)")
    #expect(approved.stderr.holds("is the one that waits"), "\(approved.all)")
    try change()
    return try await workspace.run(["resume"])
  }

  @Test func aTriggerThatIsAddedAfterTheApprovalAsks() async throws {
    let output = try await resumed {
      try sqlite("CREATE TRIGGER t AFTER UPDATE ON user BEGIN DELETE FROM leftover; END")
    }
    #expect(output.status == 75, "\(output.all)")
    #expect(output.stdout.holds("trigger t on user"), "\(output.all)")
    #expect(output.stdout.holds("destructive"), "\(output.all)")
    #expect(try sqlite("SELECT count(*) FROM user WHERE name = 'a'") == "1")
  }

  @Test func anOlderCopyBeforeTheFirstReceiptAsks() async throws {
    let copy = try Data(contentsOf: URL(fileURLWithPath: database))
    try sqlite("INSERT INTO leftover VALUES (1)")
    let output = try await resumed {
      let handle = try #require(FileHandle(forWritingAtPath: database))
      try handle.truncate(atOffset: 0)
      try handle.write(contentsOf: copy)
      try handle.close()
    }
    #expect(output.status == 75, "\(output.all)")
    #expect(output.stdout.holds("its content may be of another database"), "\(output.all)")
    #expect(try sqlite("SELECT count(*) FROM user WHERE name = 'a'") == "1")
  }

  @Test func whatTheApplicationWritesAsksNobody() async throws {
    let output = try await resumed { try sqlite("INSERT INTO leftover VALUES (1)") }
    #expect(try sqlite("SELECT count(*) FROM user WHERE name = 'c'") == "1", "\(output.all)")
  }

  /// It holds the whole file, and is ended: it locks nothing then.
  @Test func aStoppedProcessThatHoldsTheFileIsAbandoned() async throws {
    try workspace.write(
      Self.update.replacingAll(
        "UPDATE user SET name = 'c' WHERE name = 'a'",
        with: """
          "WITH RECURSIVE c (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE \
          x < 100000000000) INSERT INTO leftover SELECT hex(randomblob(2000)) FROM c"
          """), to: "update.yaml")
    let program = try workspace.start(["run", "update.yaml", "--approve", "recovery"])
    // What no cache holds any more is written to the file, under the lock that keeps out readers.
    let grown = try #require(
      SpawnedProgram([
        "/usr/bin/timeout", "100", "/bin/sh", "-c",
        "until [ $(stat -c %s \"$0\") -gt 4000000 ]; do sleep 0.02; done; echo grown", database,
      ]))
    #expect(grown.text() == "grown\n")
    program.signal(SIGSTOP)
    let id = try #require(
      try await workspace.run(["runs", "--json"]).objects().first?["run"]?.stringValue)
    let output = try await workspace.run(["abandon", id, "--yes", "--reason", "given up"])
    #expect(output.status == 0, "\(output.all)")
    #expect(output.all.holds("is abandoned"), "\(output.all)")
    program.signal(SIGCONT)
    _ = try await program.output()
    #expect(try sqlite("SELECT count(*) FROM leftover") == "0")
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
