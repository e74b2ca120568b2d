import Foundation
import RunbookEngine
import RunbookModel
import Testing

@testable import RunbookStore

/// A journal is read where no file can be made beside it, and all of it is.
@Suite struct ReadOnlyJournalTests {
  private let fixture = StoreFixture()

  /// What lies beside a journal that was left by a process that was killed, closed, or copied in part.
  @Test(arguments: [["", "-wal", "-shm"], ["", "-wal"], [""]], ["a b", "100%?#&é"])
  func readsAllOfIt(_ ends: [String], _ name: String) async throws {
    let journal = try fixture.store.make(fixture.run)
    for number in 1...3 {
      _ = try await journal.append(
        [RunStoreTests.start(of: fixture.run), note("\(number)")][(number == 1 ? 0 : 1)...].map {
          $0
        },
        by: fixture.actor, at: fixture.time(Int64(number)))
    }
    let entries = try await journal.entries()
    // Without its log, the file must hold everything.
    if ends.count == 1 { _ = try journal.question("PRAGMA wal_checkpoint(TRUNCATE)") }
    let folder = "\(fixture.folder)/\(name)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    for end in ends {
      try FileManager.default.copyItem(
        atPath: fixture.journalFile + end, toPath: "\(folder)/journal.db\(end)")
    }
    let before = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    do {
      let read = try SQLiteJournal(
        path: "\(folder)/journal.db", of: fixture.run, isOnlyRead: true)
      #expect(try await read.entries() == entries)
      #expect(try read.leaseState().generation == 1)
      #expect(try read.ends()?.first.sequence == 1)
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder).sorted() == before)
  }

  @Test func writesNothing() async throws {
    let journal = try fixture.store.make(fixture.run)
    _ = try await journal.append(
      [RunStoreTests.start(of: fixture.run)], by: fixture.actor, at: fixture.time(0))
    _ = try journal.question("PRAGMA wal_checkpoint(TRUNCATE)")
    let read = try SQLiteJournal(path: fixture.journalFile, of: fixture.run, isOnlyRead: true)
    let error = await #expect(throws: StoreError.self) {
      _ = try await read.append([note("x")], by: fixture.actor, at: fixture.time(1))
    }
    #expect(error?.cause == .cannotWrite)
    #expect(throws: StoreError.self) { try read.takeLease(as: .test("next")) }
    #expect(try await journal.entries().count == 1)
  }
}
