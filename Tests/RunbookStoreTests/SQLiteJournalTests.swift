import Foundation
import RunbookEngine
import RunbookModel
import Testing

@testable import RunbookStore

/// The numbered laws of `Journal`, on the SQLite journal.
@Suite struct SQLiteJournalTests {
  private let folder = FileManager.default.temporaryDirectory.path + "/store-\(UUID().uuidString)"
  private let actor = Actor(account: "tester")
  private let run = RunID(rawValue: "20251018-220113-abc")

  private func time(_ seconds: Int64) throws -> Timestamp {
    try #require(Timestamp(seconds: 1_760_824_873 + seconds))
  }

  private func withStore(_ body: (RunStore) async throws -> Void) async throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try await body(RunStore(folder: folder))
  }

  @Test func law1WritesAreForced() async throws {
    try await withStore { store in
      #expect(try store.create(run).synchronousLevel() == 2)
      #expect(try store.open(run).synchronousLevel() == 2)
    }
  }

  @Test func law2And3KeepEntriesInAChain() async throws {
    try await withStore { store in
      let journal = try store.create(run)
      let first = try await journal.append(
        [.noteAdded(NoteAdded(text: "a | b", at: nil))], by: actor, at: time(0))
      let rest = try await journal.append(
        [
          .runHeld(RunHeld(cause: .gate, subject: "recovery", message: "waits")),
          .runEnded(RunEnded(status: .failed, reason: "no")),
        ], by: actor, at: time(1))
      let read = try await store.open(run).entries()
      #expect(read == first + rest)
      #expect(read.map(\.sequence) == [1, 2, 3])
    }
  }

  @Test func findsAChangedEntry() async throws {
    try await withStore { store in
      let journal = try store.create(run)
      let entries = try await journal.append(
        (1...3).map { .noteAdded(NoteAdded(text: "note \($0)", at: nil)) }, by: actor, at: time(0))
      let text = JournalText.text(of: entries)
      #expect(try JournalText.parse(text, from: "test") == entries)
      let forged = text.replacingOccurrences(of: "note 2", with: "note 9")
      let error = #expect(throws: StoreError.self) {
        try JournalText.parse(forged, from: "test")
      }
      #expect(error?.cause == .damaged(sequence: 2))
    }
  }

  @Test func filesArePrivate() async throws {
    try await withStore { store in
      let journal = try store.create(run)
      _ = try await journal.append(
        [.noteAdded(NoteAdded(text: "x", at: nil))], by: actor, at: time(0))
      let path = store.folder(of: run)
      for name in try FileManager.default.contentsOfDirectory(atPath: path) {
        let attributes = try FileManager.default.attributesOfItem(atPath: "\(path)/\(name)")
        #expect(attributes[.posixPermissions] as? Int == 0o600, "\(name)")
      }
      let attributes = try FileManager.default.attributesOfItem(atPath: path)
      #expect(attributes[.posixPermissions] as? Int == 0o700)
    }
  }

  @Test func resolvesAbbreviations() async throws {
    try await withStore { store in
      #expect(throws: StoreError.self) { try store.resolve(nil) }
      for id in ["20251018-220113-abc", "20251019-080000-xyz"] {
        _ = try store.create(RunID(rawValue: id))
      }
      #expect(try store.resolve(nil).rawValue == "20251019-080000-xyz")
      #expect(try store.resolve("20251018").rawValue == "20251018-220113-abc")
      #expect(try store.resolve("xyz").rawValue == "20251019-080000-xyz")
      #expect(throws: StoreError.self) { try store.resolve("2025") }
      #expect(throws: StoreError.self) { try store.open(RunID(rawValue: "none")) }
    }
  }
}
