import Foundation
import RunbookEngine
import RunbookModel
import Testing

@testable import RunbookStore

@Suite struct RunStoreTests {
  private let fixture = StoreFixture()

  @Test func foldersAndFilesAreForTheirOwnerAlone() async throws {
    let journal = try fixture.store.make(fixture.run)
    _ = try await journal.append([note("x")], by: fixture.actor, at: fixture.time(0))
    let path = fixture.store.folder(of: fixture.run)
    let names = try FileManager.default.contentsOfDirectory(atPath: path)
    #expect(
      names.sorted()
        == ["journal.db", "journal.db-shm", "journal.db-wal", "key", "lease-1", "witness"])
    for name in names { #expect(try fixture.permissions("\(path)/\(name)") == 0o600, "\(name)") }
    for folder in [fixture.folder, "\(fixture.folder)/runs", path] {
      #expect(try fixture.permissions(folder) == 0o700, "\(folder)")
    }
  }

  @Test func theUmaskChangesNothing() async throws {
    let folder = fixture.folder
    await #expect(processExitsWith: .success) { [folder = folder as String] in
      umask(0)
      let journal = try RunStore(folder: folder).make(RunID(rawValue: "a"))
      _ = try await journal.append([note("x")], by: Actor(account: "tester"), at: .epoch)
      umask(0o777)
      let other = try RunStore(folder: folder).make(RunID(rawValue: "b"))
      _ = try await other.append([note("x")], by: Actor(account: "tester"), at: .epoch)
    }
    for run in ["a", "b"] {
      #expect(try fixture.permissions("\(folder)/runs/\(run)") == 0o700)
      #expect(try fixture.permissions("\(folder)/runs/\(run)/journal.db") == 0o600)
    }
  }

  @Test func aRunIsMadeOnce() throws {
    _ = try fixture.store.make(fixture.run)
    let error = #expect(throws: StoreError.self) { try fixture.store.make(fixture.run) }
    #expect(error?.cause == .cannotWrite)
  }

  @Test func aFileInTheWayIsSaidInPlainWords() throws {
    try FileManager.default.createDirectory(
      atPath: fixture.folder, withIntermediateDirectories: true)
    #expect(FileManager.default.createFile(atPath: "\(fixture.folder)/runs", contents: nil))
    let error = #expect(throws: StoreError.self) { try fixture.store.make(fixture.run) }
    #expect(error?.cause == .cannotWrite)
    #expect(error?.message.holds("Not a directory") == true)
  }

  @Test func aGlanceTellsWhatTheEntriesDo() async throws {
    let journal = try fixture.store.make(fixture.run)
    #expect(try fixture.store.glance(at: fixture.run) == nil)
    let place = Place(file: "d", line: 1, column: 1)
    let drill = Drill(title: "x", place: place, scope: nil, scenario: nil, injects: [])
    let step = StepID(rawValue: "look")
    _ = try await journal.append(
      [
        .runStarted(
          RunStarted(
            toolVersion: "0", run: fixture.run,
            runbook: RunbookRecord(
              name: "fire", title: "", severity: .low, owner: nil, steps: [],
              report: .map(ValueMap()), folder: "/", fileName: "r.yaml", sources: []),
            inputs: [], constants: .map(ValueMap()), connections: [], planFingerprint: .zero,
            isSandbox: true, isDrill: true, host: "h", approvals: [], secretCount: 0)),
        .drill(
          .started(
            DrillStarted(mode: .sandbox, drill: drill, participants: [], seed: 1, isCheck: true))),
      ]
        + [Outcome.failed, .succeeded].enumerated().map { index, outcome in
          .attemptFinished(
            AttemptFinished(
              step: step, attempt: index + 1, outcome: outcome, result: .map(ValueMap()),
              elapsedMicroseconds: Int64(index + 7)))
        }, by: fixture.actor, at: fixture.time(0))
    let glance = try #require(try fixture.store.glance(at: fixture.run))
    #expect(glance.runbook == "fire" && glance.isDrill && glance.isCheck)
    #expect(glance.drillMode == .sandbox)
    let attempts = try fixture.store.succeededAttempts(of: fixture.run)
    #expect(attempts.map(\.step) == [step] && attempts.map(\.microseconds) == [8])
  }

  @Test func aJournalThatWasNeverBegunIsEmpty() async throws {
    _ = try fixture.store.make(fixture.run)
    #expect(try await fixture.store.open(fixture.run).entries().isEmpty)
    #expect(try fixture.store.summary(of: fixture.run) == nil)
  }

  /// A journal has its name once its tables are in it: a file of no bytes held something, whatever is left
  /// beside it.
  @Test(arguments: [[], ["-wal", "-shm"], ["-wal", "-shm", "witness"], ["witness"]])
  func anEmptyFileIsALostJournal(_ gone: [String]) async throws {
    do {
      let journal = try fixture.store.make(fixture.run)
      _ = try await journal.append(
        [Self.start(of: fixture.run)], by: fixture.actor, at: fixture.time(0))
    }
    let folder = fixture.store.folder(of: fixture.run)
    for name in gone {
      unlink(name == "witness" ? "\(folder)/witness" : fixture.journalFile + name)
    }
    let before = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    #expect(truncate(fixture.journalFile, 0) == 0)
    #expect(fixture.store.runs() == [fixture.run])
    for ask in [
      { _ = try self.fixture.store.open(self.fixture.run) },
      { _ = try self.fixture.store.summary(of: self.fixture.run) },
      { _ = try self.fixture.store.glance(at: self.fixture.run) },
      { _ = try self.fixture.store.waiting() },
    ] as [() throws -> Void] {
      let error = #expect(throws: StoreError.self) { try ask() }
      #expect(error?.cause == .damaged(sequence: 0))
      #expect(error?.message.holds("journal.db is empty, and ") == true)
    }
    let removal = await #expect(throws: StoreError.self) {
      try await fixture.store.removeUnbegun(fixture.run, holder: .test())
    }
    #expect(removal?.cause == .damaged(sequence: 0))
    // SQLite would have removed the log, in which the entries may still be.
    let after = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    #expect(after == before)
  }

  @Test func aFolderWithoutAJournalIsNoRun() throws {
    try PrivateFolder.make(fixture.store.folder(of: fixture.run))
    try PrivateFolder.makeFile(fixture.journalFile + ".new")
    #expect(fixture.store.runs().isEmpty)
    let error = #expect(throws: StoreError.self) { try fixture.store.open(fixture.run) }
    #expect(error?.cause == .notFound)
  }

  @Test func aRunThatNeverBeganIsRemoved() async throws {
    let (_, lease) = try fixture.store.create(fixture.run, holder: .test())
    let living = await #expect(throws: StoreError.self) {
      try await fixture.store.removeUnbegun(fixture.run, holder: .test("next"))
    }
    #expect(living?.cause == .leaseHeld)
    lease.release()
    try await fixture.store.removeUnbegun(fixture.run, holder: .test("next"))
    #expect(fixture.store.runs().isEmpty)
    #expect(!FileManager.default.fileExists(atPath: fixture.store.folder(of: fixture.run)))
  }

  @Test func aRunThatHadBegunIsNotRemoved() async throws {
    let folder = fixture.store.folder(of: fixture.run)
    let journal = try fixture.store.make(fixture.run)
    try PrivateFolder.make(folder + "/evidence")
    let lost = await #expect(throws: StoreError.self) {
      try await fixture.store.removeUnbegun(fixture.run, holder: .test())
    }
    #expect(lost?.message.holds("its folder holds evidence") == true)
    try FileManager.default.removeItem(atPath: folder + "/evidence")
    let other = try fixture.store.open(fixture.run)
    _ = try await other.append([note("1")], by: fixture.actor, at: fixture.time(0))
    await #expect(throws: StoreError.self) {
      try await fixture.store.removeUnbegun(fixture.run, holder: .test())
    }
    #expect(try await journal.entries().count == 1)
  }

  @Test func whatIsNoJournalIsRefused() throws {
    try PrivateFolder.make(fixture.store.folder(of: fixture.run))
    try String(repeating: "no database ", count: 100).write(
      toFile: fixture.journalFile, atomically: false, encoding: .utf8)
    let error = #expect(throws: StoreError.self) { try fixture.store.open(fixture.run) }
    #expect(error?.cause == .cannotRead)
    #expect(error?.message == "the journal cannot be read: it is no journal, or is damaged")
  }

  @Test func aNewerFormatIsRefused() throws {
    let journal = try fixture.store.make(fixture.run)
    _ = try journal.question("PRAGMA user_version = 2")
    let error = #expect(throws: StoreError.self) { try fixture.store.open(fixture.run) }
    #expect(error?.cause == .formatTooNew)
  }

  @Test func resolvesAbbreviations() throws {
    #expect(throws: StoreError.self) { try fixture.store.resolve(nil) }
    for id in ["20251018-220113-abc", "20251019-080000-xyz"] {
      _ = try fixture.store.make(RunID(rawValue: id))
    }
    #expect(try fixture.store.resolve(nil).rawValue == "20251019-080000-xyz")
    #expect(try fixture.store.resolve("20251018").rawValue == "20251018-220113-abc")
    #expect(try fixture.store.resolve("xyz").rawValue == "20251019-080000-xyz")
    let ambiguous = #expect(throws: StoreError.self) { try fixture.store.resolve("2025") }
    #expect(
      ambiguous?.message == "'2025' may be 20251019-080000-xyz, 20251018-220113-abc")
    let missing = #expect(throws: StoreError.self) {
      try fixture.store.open(RunID(rawValue: "none"))
    }
    #expect(missing?.cause == .notFound)
  }

  @Test func theNewestOfOneSecondIsTheOneThatBeganLast() async throws {
    for (id, seconds) in [("b", 2), ("c", 1), ("a", 3)] as [(String, Int64)] {
      let run = RunID(rawValue: "20251018-220113-\(id)")
      _ = try await fixture.store.make(run).append(
        [Self.start(of: run)], by: fixture.actor, at: fixture.time(seconds))
    }
    _ = try fixture.store.make(RunID(rawValue: "20251018-220113-d"))
    #expect(try fixture.store.resolve(nil).rawValue == "20251018-220113-a")
  }

  /// Held, or cut off: not ended, not carried out by a process that lives, no drill at the table.
  @Test func tellsWhichRunsWaitForSomebody() async throws {
    func make(_ id: String, _ events: [Event], lives: Bool = false) async throws -> Lease? {
      let run = RunID(rawValue: "20251018-2201\(id)")
      let (journal, lease) = try fixture.store.create(run, holder: .test())
      if !lives { lease.release() }
      if !events.isEmpty {
        _ = try await journal.append(
          [Self.start(of: run)] + events, by: fixture.actor, at: fixture.time(0))
      }
      return lives ? lease : nil
    }
    let held = Event.runHeld(RunHeld(cause: .interruption, subject: nil, message: "m"))
    _ = try await make("10-held", [held])
    _ = try await make("11-cut", [note("x")])
    _ = try await make("12-later", [held, note("x")])
    _ = try await make("13-ended", [.runEnded(RunEnded(status: .resolved, reason: "r"))])
    let living = try await make("14-living", [note("x")], lives: true)
    _ = try await make("15-blank", [])
    #expect(
      try fixture.store.waiting().map { $0.run.rawValue.dropFirstScalars(16).description } == [
        "later", "cut", "held",
      ])
    living?.release()
    #expect(try fixture.store.waiting().count == 4)
    // An older one that cannot be read is not the one that is meant; a newer one may be.
    let file = { (id: String) in self.fixture.folder + "/runs/20251018-2201\(id)/journal.db" }
    #expect(truncate(file("10-held"), 0) == 0)
    #expect(try fixture.store.waiting().count == 3)
    #expect(truncate(file("15-blank"), 0) == 0)
    let error = #expect(throws: StoreError.self) { try fixture.store.waiting() }
    #expect(error?.subject == file("15-blank"))
  }

  @Test func aRunWhoseJournalIsLostIsNoOther() async throws {
    for id in ["b", "c"] {
      let run = RunID(rawValue: "20251018-220113-\(id)")
      _ = try await fixture.store.make(run).append(
        [Self.start(of: run)], by: fixture.actor, at: fixture.time(0))
    }
    let lost = RunID(rawValue: "20251018-220113-b")
    let file = fixture.store.folder(of: lost) + "/journal.db"
    for end in ["", "-wal", "-shm"] { unlink(file + end) }
    #expect(fixture.store.runs().map(\.rawValue) == ["20251018-220113-c", lost.rawValue])
    #expect(try fixture.store.resolve(lost.rawValue) == lost)
    for ask in [
      { _ = try self.fixture.store.open(lost) }, { _ = try self.fixture.store.summary(of: lost) },
      { _ = try self.fixture.store.glance(at: lost) }, { _ = try self.fixture.store.resolve(nil) },
    ] as [() throws -> Void] {
      let error = #expect(throws: StoreError.self) { try ask() }
      #expect(error?.subject == file && error?.cause == .damaged(sequence: 0))
    }
    // One whose lease was taken, and in which nothing was stored, is none.
    let blank = RunID(rawValue: "20251018-220113-d")
    _ = try fixture.store.make(blank)
    for end in ["", "-wal", "-shm"] {
      unlink(fixture.store.folder(of: blank) + "/journal.db" + end)
    }
    #expect(fixture.store.runs().count == 2)
  }

  static func start(of run: RunID) -> Event {
    .runStarted(
      RunStarted(
        toolVersion: "0", run: run,
        runbook: RunbookRecord(
          name: "n", title: "t", severity: .low, owner: nil, steps: [], report: .map(ValueMap()),
          folder: "/", fileName: "f", sources: []),
        inputs: [], constants: .map(ValueMap()), connections: [], planFingerprint: .zero,
        isSandbox: false, isDrill: false, host: "h", approvals: [], secretCount: 0))
  }
}
