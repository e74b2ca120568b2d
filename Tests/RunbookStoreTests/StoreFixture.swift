import Foundation
import RunbookEngine
import RunbookModel

@testable import RunbookStore

/// A state folder of one test's own, which goes with it.
final class StoreFixture {
  let folder = FileManager.default.temporaryDirectory.path + "/store-\(UUID().uuidString)"
  let store: RunStore
  let run = RunID(rawValue: "20251018-220113-abc")
  let actor = Actor(account: "tester", name: "Ada")

  init() { store = RunStore(folder: folder) }

  deinit {
    // What cannot be removed lies in the folder for temporary files.
    try? FileManager.default.removeItem(atPath: folder)
  }

  var journalFile: String { "\(store.folder(of: run))/journal.db" }

  func time(_ seconds: Int64) -> Timestamp {
    Timestamp(seconds: 1_760_824_873 + seconds, nanoseconds: 123_456_000) ?? .epoch
  }

  func permissions(_ path: String) throws -> Int {
    try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int ?? -1
  }
}

func note(_ text: String) -> Event { .noteAdded(NoteAdded(text: text, at: nil)) }

extension LeaseHolder {
  static func test(_ name: String = "tester") -> LeaseHolder {
    LeaseHolder(host: "here", pid: getpid(), actor: Actor(account: name), takenAt: .epoch)
  }
}

extension RunStore {
  /// A new journal whose lease's file is unlocked again at once, as if its process had died.
  func make(_ run: RunID) throws -> SQLiteJournal { try create(run, holder: .test()).journal }
}
