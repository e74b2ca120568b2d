import Foundation
import RunbookEngine
import RunbookModel
import RunbookTestSupport
import Synchronization
import Testing

@testable import RunbookSQLite

/// Receipts in the file itself, and what keeps them true.
@Suite(.timeLimit(.minutes(15))) struct SQLiteReceiptTests {
  private static let insert = "INSERT INTO item (name) VALUES ('a')"

  @Test(arguments: ["delete", "wal", "truncate", "persist"])
  func aChangeAndItsReceiptAreOne(journal: String) async throws {
    let fixture = try await SQLiteFixture(
      "PRAGMA journal_mode = \(journal);; CREATE TABLE item (id INTEGER PRIMARY KEY, name, size)")
    let result = try await fixture.perform(Self.insert, phase: .recovery)
    #expect(result.hasReceipt)
    #expect(try fixture.sqlite("SELECT count(*) FROM item") == "1")
    #expect(
      try fixture.sqlite("SELECT run, step, attempt, actor, affected FROM runbook_receipt")
        == "\(fixture.run)|step|1|tester|1")
    #expect(try fixture.sqlite("SELECT generation FROM runbook_lease") == "1")
    // Another attempt finds it, and performs nothing.
    let again = try await fixture.perform(
      Self.insert, phase: .recovery, fixture.context(generation: 2, attempt: 2))
    #expect(again.isFormer)
    #expect(try fixture.sqlite("SELECT count(*) FROM item") == "1")
    #expect(try fixture.sqlite("SELECT generation FROM runbook_lease") == "2")
    let found = try await fixture.activity(Self.insert, phase: .recovery)
      .receipt(in: fixture.context(generation: 2))
    #expect(found?.attempt == 1)
    #expect(found?.objections == [])
  }

  @Test func nothingIsKeptWhereNoneIsWanted() async throws {
    let fixture = try await SQLiteFixture(keepsReceipts: false)
    let result = try await fixture.perform(Self.insert, phase: .recovery)
    #expect(!result.hasReceipt)
    #expect(try fixture.sqlite("SELECT name FROM sqlite_schema") == "item")
  }

  @Test func aRefusedResultIsRolledBack() async throws {
    let fixture = try await SQLiteFixture()
    await refused("the change was rolled back") {
      try await fixture.perform(
        Self.insert, phase: .recovery,
        fixture.context(objection: { _ in FailureRecord(cause: .expectation, message: "no") }))
    }
    #expect(try fixture.sqlite("SELECT count(*) FROM item") == "0")
    #expect(try fixture.sqlite("SELECT count(*) FROM runbook_receipt") == "0")
  }

  @Test(arguments: [
    "CREATE TABLE runbook_receipt (run, step)",
    "CREATE VIEW runbook_receipt AS SELECT 1 AS run",
    "CREATE TABLE Runbook_Lease (run TEXT PRIMARY KEY, generation INTEGER)",
    SQLiteReceipts.statements[1]
      + ";;CREATE TRIGGER t BEFORE INSERT ON runbook_lease BEGIN SELECT RAISE(IGNORE); END",
    SQLiteReceipts.statements[0] + ";;CREATE INDEX i ON runbook_receipt (actor)",
    SQLiteReceipts.statements[0]
      + ";;CREATE TRIGGER t AFTER INSERT ON runbook_receipt BEGIN DELETE FROM item; END",
  ])
  func tablesOfAnotherFormAreRefused(_ forged: String) async throws {
    let fixture = try await SQLiteFixture(
      "CREATE TABLE item (id INTEGER PRIMARY KEY, name, size);; \(forged)")
    let users = [ReceiptUser(connection: "main", role: "x")]
    let failure = await #expect(throws: StepFailure.self) {
      _ = try await fixture.gateway.checkReceipts(users)
    }
    #expect(failure?.record.message.holds("not to be trusted") == true)
    await #expect(throws: StepFailure.self) { try await fixture.gateway.prepareReceipts(users) }
    await refused("not to be trusted") {
      try await fixture.activity(Self.insert, phase: .recovery).perform(in: fixture.context())
    }
    #expect(try fixture.sqlite("SELECT count(*) FROM item") == "0")
  }

  /// A process that hangs, and from which the run was taken meanwhile, commits nothing any more.
  @Test func aTakeoverIsSeenRightBeforeTheCommit() async throws {
    let fixture = try await SQLiteFixture()
    try await fixture.perform(Self.insert, phase: .recovery, id: "first")
    _ = try await fixture.activity(Self.insert, phase: .recovery, id: "second")
      .receipt(in: fixture.context(id: "second", generation: 2))
    await refused("another process has taken over this run") {
      try await fixture.perform(
        Self.insert, phase: .recovery, id: "second", fixture.context(id: "second", generation: 1))
    }
    await refused("lost") {
      try await fixture.perform(
        Self.insert, phase: .recovery, id: "third",
        fixture.context(
          id: "third", generation: 2,
          leaseLoss: { FailureRecord(cause: .refused, message: "lost") }))
    }
    #expect(try fixture.sqlite("SELECT count(*) FROM item") == "1")
    #expect(try fixture.sqlite("SELECT generation FROM runbook_lease") == "2")
  }

  @Test func whatTheRunLeftIsMissedInAnOlderCopy() async throws {
    let fixture = try await SQLiteFixture()
    let proof = RunProof(generation: 1, receipts: [StepID("step")])
    #expect(
      try await fixture.gateway.lost(of: proof, run: fixture.run, on: "main")?.receipts == [
        StepID("step")
      ])
    try await fixture.perform(Self.insert, phase: .recovery)
    #expect(try await fixture.gateway.lost(of: proof, run: fixture.run, on: "main") == nil)
    try fixture.sqlite("DELETE FROM runbook_receipt")
    let lost = try #require(try await fixture.gateway.lost(of: proof, run: fixture.run, on: "main"))
    #expect(lost == LostProof(isLeaseLost: false, receipts: [StepID("step")]))
    let failure = await #expect(throws: StepFailure.self) {
      try await fixture.perform(
        Self.insert, phase: .recovery, id: "next", fixture.context(id: "next", proof: proof))
    }
    #expect(failure?.record.cause == .elsewhere)
    #expect(try fixture.sqlite("SELECT count(*) FROM item") == "1")
  }

  @Test func anotherFileInItsPlaceIsElsewhere() async throws {
    let fixture = try await SQLiteFixture()
    _ = try await fixture.gateway.identify("main")
    #expect(await fixture.gateway.isConnected("main"))
    try FileManager.default.moveItem(atPath: fixture.path, toPath: fixture.path + ".old")
    try SQLiteFixture.sqlite(fixture.path, "CREATE TABLE item (id INTEGER PRIMARY KEY, name, size)")
    #expect(await !fixture.gateway.isConnected("main"))
    for phase in [Phase.detection, .recovery] {
      let failure = await #expect(throws: StepFailure.self) {
        _ = try await fixture.activity(
          phase == .detection ? "SELECT 1 AS a" : Self.insert, phase: phase
        ).perform(in: fixture.context())
      }
      #expect(failure?.record.cause == .elsewhere)
    }
  }

  @Test func aHeldLockEndsWithTheStepsPatience() async throws {
    let fixture = try await SQLiteFixture()
    let holder = try LockHolder(fixture.path)
    let failure = await #expect(throws: StepFailure.self) {
      try await fixture.perform(
        Self.insert, phase: .recovery, fields: [("lock_timeout", .duration(.milliseconds(80)))])
    }
    #expect(failure?.record.cause == .lock)
    holder.release()
    try await fixture.perform(Self.insert, phase: .recovery)
    #expect(try fixture.sqlite("SELECT count(*) FROM item") == "1")
  }

  /// What a dead process was about to write is rolled back by the next one who opens the file, a reader too.
  @Test(arguments: ["delete", "wal"]) func aDeadWritersJournalIsRolledBack(journal: String)
    async throws
  {
    let fixture = try await SQLiteFixture(
      "PRAGMA journal_mode = \(journal);; CREATE TABLE item (id INTEGER PRIMARY KEY, name, size)")
    // It ends with a killed process, whose cache is in the file.
    let killer = try #require(
      SpawnedProgram([
        "/usr/bin/env", "python3", "-c",
        """
        import os, signal, sqlite3, sys
        base = sqlite3.connect(sys.argv[1], isolation_level=None)
        base.execute("PRAGMA cache_size = 5"); base.execute("BEGIN IMMEDIATE")
        base.executemany("INSERT INTO item (name) VALUES (?)", [("x" * 4000,)] * 200)
        os.kill(os.getpid(), signal.SIGKILL)
        """, fixture.path,
      ]))
    _ = killer.text()
    let result = try await fixture.perform("SELECT count(*) AS n FROM item")
    #expect(result.values["rows"] == [["n": 0]])
  }

  @Test func aFileThatIsMissingIsNeverMade() async throws {
    let fixture = try await SQLiteFixture()
    try FileManager.default.removeItem(atPath: fixture.path)
    for phase in [Phase.detection, .recovery] {
      let failure = await #expect(throws: StepFailure.self) {
        _ = try await fixture.activity(Self.insert, phase: phase).perform(in: fixture.context())
      }
      #expect(failure?.record.cause == .unreachable)
    }
    #expect(!FileManager.default.fileExists(atPath: fixture.path))
  }

  @Test func whatIsNoDatabaseIsUnreachable() async throws {
    let fixture = try await SQLiteFixture()
    try String(repeating: "text\n", count: 1000).write(
      toFile: fixture.path, atomically: false, encoding: .utf8)
    let failure = await #expect(throws: StepFailure.self) {
      try await fixture.gateway.identify("main")
    }
    #expect(failure?.record.cause == .unreachable)
    #expect(failure?.record.detail == "file is not a database")
  }

  @Test(.enabled(if: geteuid() != 0)) func aFileThatMayOnlyBeReadIsRefusedAtTheGate() async throws {
    let fixture = try await SQLiteFixture()
    try FileManager.default.setAttributes([.posixPermissions: 0o444], ofItemAtPath: fixture.path)
    let failure = await #expect(throws: StepFailure.self) {
      _ = try await fixture.gateway.checkReceipts([ReceiptUser(connection: "main", role: "x")])
    }
    #expect(failure?.record.cause == .refused)
    #expect(try await fixture.perform("SELECT 1 AS a").values["rows"] == [["a": 1]])
  }

  @Test(arguments: [
    "a b.db", "it's.db", "50%.db", "what?.db", "\"q\".db", "#1.db", "naïve.db", "-x.db",
  ])
  func anyNameIsAFile(_ name: String) async throws {
    let fixture = try await SQLiteFixture(name: name)
    try await fixture.perform(Self.insert, phase: .recovery)
    #expect(try fixture.sqlite("SELECT count(*) FROM item") == "1")
    #expect(try FileManager.default.contentsOfDirectory(atPath: fixture.folder) == [name])
  }

  private func refused(
    _ message: String, sourceLocation: SourceLocation = #_sourceLocation,
    _ body: () async throws -> StepResult
  ) async {
    let failure = await #expect(throws: StepFailure.self, sourceLocation: sourceLocation) {
      _ = try await body()
    }
    #expect(
      failure?.record.message.holds(message) == true, "\(failure as Any)",
      sourceLocation: sourceLocation)
  }
}

/// Another program that holds a file's lock until it is told to let go.
final class LockHolder: Sendable {
  private let program: Mutex<SpawnedProgram?>

  init(_ path: String) throws {
    let program = try #require(
      SpawnedProgram([
        "/usr/bin/env", "python3", "-uc",
        """
        import sqlite3, sys
        base = sqlite3.connect(sys.argv[1], isolation_level=None)
        base.execute("BEGIN IMMEDIATE"); print("held"); sys.stdin.readline()
        """, path,
      ]))
    try #require(!program.available().isEmpty)
    self.program = Mutex(program)
  }

  /// It is killed, and gone when this returns.
  func release() { program.withLock { $0 = nil } }
}
