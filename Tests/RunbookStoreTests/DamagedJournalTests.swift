import Foundation
import Glibc
import RunbookEngine
import RunbookModel
import RunbookTestSupport
import Testing

@testable import RunbookStore

/// A journal that was damaged, cut, exchanged or made by somebody else is an error, never a trap.
@Suite struct DamagedJournalTests {
  private let fixture = StoreFixture()

  private func filled(_ count: Int = 4) async throws -> SQLiteJournal {
    let journal = try fixture.store.make(fixture.run)
    for number in 0..<count {
      _ = try await journal.append(
        [note("note \(number)")], by: fixture.actor, at: fixture.time(Int64(number)))
    }
    return journal
  }

  private func error(of reading: () async throws -> Void) async -> StoreError? {
    do { try await reading() } catch { return error as? StoreError }
    return nil
  }

  private func readAll() async throws {
    _ = try await fixture.store.open(fixture.run).entries()
  }

  /// A strict table holds another type only where the file was changed by other hands.
  @Test(arguments: ["body", "hash"], ["x'00ff'", "7", "1.5", "NULL"])
  func aColumnOfAnotherTypeIsNamed(column: String, value: String) async throws {
    let journal = try await filled()
    let strict = "sequence INTEGER PRIMARY KEY, body TEXT NOT NULL, hash TEXT NOT NULL"
    try damage(
      journal, "UPDATE entry SET \(column) = \(value) WHERE sequence = 2", table: "entry",
      loose: "sequence INTEGER PRIMARY KEY, body, hash", strict: strict)
    let found = await error { try await readAll() }
    #expect(
      found?.message.holds("entry 2 cannot be read") == true, "\(String(describing: found))")
    #expect(found?.cause == .damaged(sequence: 0))
  }

  /// Changes what a strict table would not take, and leaves the table as it was.
  private func damage(
    _ journal: SQLiteJournal, _ sql: String, table: String, loose: String, strict: String
  ) throws {
    for sql in [
      "PRAGMA writable_schema = ON", "PRAGMA ignore_check_constraints = ON",
      "UPDATE sqlite_schema SET sql = 'CREATE TABLE \(table) (\(loose))' WHERE name = '\(table)'",
      "PRAGMA writable_schema = RESET", sql, "PRAGMA writable_schema = ON",
      "UPDATE sqlite_schema SET sql = 'CREATE TABLE \(table) ( \(strict) ) STRICT' "
        + "WHERE name = '\(table)'", "PRAGMA writable_schema = RESET",
    ] { _ = try journal.question(sql) }
  }

  @Test(arguments: [
    ("DELETE FROM lease", "its lease is missing"),
    ("UPDATE lease SET generation = 'two'", "'generation' is no number"),
    ("UPDATE lease SET generation = NULL", "'generation' is no number"),
    ("UPDATE lease SET generation = 1.5", "'generation' is no number"),
    ("UPDATE lease SET holder = x'00'", "'holder' is no text"),
    ("UPDATE lease SET only = 2", "another lease"),
    ("INSERT INTO lease VALUES (2, 9, '')", "another lease"),
    ("UPDATE lease SET generation = 0", "generation 0, and generation 1 was taken"),
  ])
  func aDamagedLeaseIsNamedAndNobodyTookTheRun(sql: String, words: String) async throws {
    let (journal, lease) = try fixture.store.create(fixture.run, holder: .test())
    defer { lease.release() }
    _ = try await journal.append([note("1")], by: fixture.actor, at: fixture.time(0))
    try damage(
      journal, sql, table: "lease", loose: "only INTEGER PRIMARY KEY, generation, holder",
      strict: "only INTEGER PRIMARY KEY CHECK (only = 1), generation INTEGER NOT NULL, "
        + "holder TEXT NOT NULL")
    let other = try fixture.store.open(fixture.run)
    let errors = [
      await error { _ = try await journal.append([note("2")], by: fixture.actor, at: .epoch) },
      await error { _ = try await other.entries() },
      await error { _ = try other.leaseState() },
      await error { _ = try other.takeLease(as: .test(), force: true) },
      await error { _ = try fixture.store.summary(of: fixture.run) },
    ]
    for found in errors {
      #expect(found?.cause == .damaged(sequence: 0), "\(String(describing: found))")
    }
    #expect(errors.dropFirst().allSatisfy { $0?.message.holds(words) == true }, "\(errors)")
  }

  @Test func anEmptyFileInAJournalsPlaceIsNoticed() async throws {
    _ = try await filled()
    for end in ["-wal", "-shm"] { unlink(fixture.journalFile + end) }
    #expect(truncate(fixture.journalFile, 0) == 0)
    let errors = [
      await error { try await readAll() },
      await error { _ = try fixture.store.open(fixture.run).leaseState() },
      await error { _ = try fixture.store.open(fixture.run).takeLease(as: .test()) },
      await error { _ = try fixture.store.summary(of: fixture.run) },
    ]
    for found in errors {
      #expect(found?.message.holds("entry 4 was written") == true, "\(String(describing: found))")
    }
  }

  /// Lists notice what a whole reading does.
  @Test(arguments: [
    "DELETE FROM entry WHERE sequence > 2",
    "UPDATE entry SET body = body || ' ' WHERE sequence = 2",
    "UPDATE entry SET sequence = 900 WHERE sequence = 4", "DELETE FROM entry WHERE sequence = 3",
  ])
  func aSummaryOfADamagedJournalIsAnError(sql: String) async throws {
    _ = try await filled().question(sql)
    let whole = await error { try await readAll() }
    let list = await error { _ = try fixture.store.summary(of: fixture.run) }
    #expect(
      list != nil && list == whole, "\(String(describing: list)), \(String(describing: whole))")
  }

  /// An interruption reads what others noted meanwhile.
  @Test func aCancelledTaskReadsTheJournal() async throws {
    let journal = try await filled()
    let reading = Task {
      withUnsafeCurrentTask { $0?.cancel() }
      return try await journal.entries().count
    }
    #expect(try await reading.value == 4)
  }

  @Test func aFullJournalIsNamed() async throws {
    let journal = try await filled()
    _ = try journal.question("UPDATE entry SET sequence = \(Int64.max) WHERE sequence = 4")
    let found = await error {
      _ = try await journal.append([note("x")], by: fixture.actor, at: fixture.time(9))
    }
    #expect(found?.subject == fixture.journalFile && found?.message.holds("full") == true)
  }

  @Test(arguments: [
    "CREATE VIEW v AS SELECT 1", "DROP TABLE lease", "CREATE INDEX i ON entry (hash)",
    "CREATE TRIGGER t AFTER INSERT ON entry BEGIN DELETE FROM lease; END",
    "ALTER TABLE entry ADD COLUMN more TEXT", "CREATE TABLE other (a)", "PRAGMA user_version = 0",
  ])
  func tablesThatAreNotAJournalsAreRefused(sql: String) async throws {
    _ = try await filled().question(sql)
    let found = await error { try await readAll() }
    #expect(found?.cause == .damaged(sequence: 0) && found?.message.holds("tables") == true)
  }

  /// A number that is renamed leaves the chain as it was.
  @Test func anEntryThatWasRenumberedIsNamed() async throws {
    let journal = try await filled()
    _ = try journal.question(
      "UPDATE entry SET sequence = 900 WHERE sequence = (SELECT max(sequence) FROM entry)")
    let found = await error { try await readAll() }
    #expect(found?.message.holds("entry 900 stands where") == true, "\(String(describing: found))")
  }

  @Test(arguments: [Int64.max, -1, Int64.min])
  func aLeaseWithAnImpossibleGenerationIsRefused(generation: Int64) async throws {
    _ = try await filled().question("UPDATE lease SET generation = \(generation)")
    let found = await error {
      _ = try fixture.store.open(fixture.run).takeLease(as: .test())
    }
    #expect(found?.cause == .damaged(sequence: 0), "\(String(describing: found))")
  }

  @Test func anEndThatWasCutOffIsNoticed() async throws {
    let journal = try await filled()
    _ = try journal.question("DELETE FROM entry WHERE sequence > 2")
    let found = await error { try await readAll() }
    #expect(found?.message.holds("entry 4 was written") == true)
    // And by a process that had seen more.
    let appended = await error {
      _ = try await journal.append([note("x")], by: fixture.actor, at: fixture.time(9))
    }
    #expect(appended?.message.holds("cut off") == true)
  }

  @Test func anOlderCopyIsNoticed() async throws {
    let journal = try await filled(2)
    let copy = fixture.folder + "/copy.db"
    _ = try journal.question("VACUUM INTO '\(copy)'")
    _ = try await journal.append([note("later")], by: fixture.actor, at: fixture.time(5))
    for end in ["", "-wal", "-shm"] { unlink(fixture.journalFile + end) }
    try FileManager.default.moveItem(atPath: copy, toPath: fixture.journalFile)
    let found = await error { try await readAll() }
    #expect(found?.message.holds("older copy") == true)
  }

  @Test func anotherRunsJournalIsNoticed() async throws {
    let other = RunID(rawValue: "20251018-230000-xyz")
    _ = try await fixture.store.make(other).append(
      [RunStoreTests.start(of: other)], by: fixture.actor, at: fixture.time(0))
    _ = try await fixture.store.make(fixture.run).append(
      [RunStoreTests.start(of: other)], by: fixture.actor, at: fixture.time(0))
    let found = await error { try await readAll() }
    #expect(found?.message.holds("is that of run \(other)") == true)
    #expect(throws: StoreError.self) { try fixture.store.summary(of: fixture.run) }
  }

  /// Any byte may change: what is read is an error, or what was written.
  @Test func noChangedByteIsATrap() async throws {
    let journal = try await filled()
    let good = try await journal.entries().map(\.body)
    _ = try journal.question("PRAGMA wal_checkpoint(TRUNCATE)")
    let bytes = try Data(contentsOf: URL(filePath: fixture.journalFile))
    var generator = SeededGenerator(seed: Property().seed)
    for number in 0..<400 {
      let run = RunID(rawValue: "20251018-220113-\(number)")
      var damaged = bytes
      for _ in 0...generator.below(4) {
        damaged[generator.below(damaged.count)] = UInt8(generator.below(256))
      }
      if generator.chance(0.1) { damaged = damaged.prefix(generator.below(damaged.count)) }
      let folder = fixture.store.folder(of: run)
      try PrivateFolder.make(folder)
      try damaged.write(to: URL(filePath: folder + "/journal.db"))
      do {
        let opened = try fixture.store.open(run)
        let entries = try await opened.entries().map(\.body)
        #expect(entries.isEmpty || entries == Array(good.prefix(entries.count)))
        _ = try fixture.store.summary(of: run)
        _ = try fixture.store.glance(at: run)
        _ = try opened.leaseState()
      } catch {
        #expect(!error.message.isEmpty)
      }
    }
  }

  @Test(arguments: [
    "../../x", "/etc/passwd", "a//b", "a/./b", "evidence/..", "", "a\u{0}b", "a\nb",
  ])
  func evidenceOutsideOfTheRunsFolderIsRefused(path: String) async throws {
    let found = try await problem(id: "E1", path: path)
    #expect(found?.message.holds("evidence") == true)
  }

  @Test(arguments: ["", "E", "E0", "E01", "../E1", "E1/x", "E1234567890", "e1", "E１"])
  func anIDThatTheProgramGivesNoEvidenceIsRefused(id: String) async throws {
    #expect(try await problem(id: id, path: "evidence/a") != nil)
  }

  @Test func ordinaryEvidenceIsRead() async throws {
    #expect(try await problem(id: "E12", path: "evidence/look-1/größe …é.txt") == nil)
  }

  private func problem(id: String, path: String) async throws -> StoreError? {
    let journal = try fixture.store.make(fixture.run)
    let entries = try await journal.append(
      [
        .attemptFinished(
          AttemptFinished(
            step: StepID("s"), attempt: 1, outcome: .succeeded, result: .map(ValueMap()),
            evidence: [
              EvidenceRecord(
                id: id, what: "w", source: "s", capturedAt: .epoch, size: 1, digest: .zero,
                content: .file(path: path), isCut: false)
            ], elapsedMicroseconds: 1))
      ], by: fixture.actor, at: fixture.time(0))
    let text = JournalText.text(of: entries)
    let asText = await error { _ = try JournalText.parse(text, from: "f") }
    let stored = await error { try await readAll() }
    #expect((asText == nil) == (stored == nil))
    return stored
  }
}
