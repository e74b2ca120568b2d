import Foundation
import RunbookEngine
import RunbookModel
import Testing

@testable import RunbookStore

/// One process at a time performs a run's steps (law L5).
@Suite struct LeaseTests {
  private let fixture = StoreFixture()

  private func created() throws -> (journal: SQLiteJournal, lease: Lease) {
    try fixture.store.create(fixture.run, holder: .test("first"))
  }

  private var leaseFiles: [String] {
    get throws {
      try FileManager.default.contentsOfDirectory(atPath: fixture.store.folder(of: fixture.run))
        .filter { $0.begins(with: "lease-") }.sorted()
    }
  }

  @Test func aSecondIsRefusedWhileTheFirstLives() throws {
    let (_, first) = try created()
    let other = try fixture.store.open(fixture.run)
    let error = #expect(throws: StoreError.self) { try other.takeLease(as: .test("second")) }
    #expect(error?.cause == .leaseHeld)
    #expect(
      error?.message == "the run is being carried out by \(first.holder.description)")
    #expect(first.holder.description.begins(with: "first, process \(getpid()) on host here"))
    #expect(try leaseFiles == ["lease-1"])
    let state = try other.leaseState()
    #expect(state.generation == 1)
    #expect(state.living?.holder == first.holder)
  }

  /// Law 6 of `Journal`.
  @Test func whoLostItFindsSoAsSoonAsItIsTaken() throws {
    let (journal, first) = try created()
    try journal.checkLease()
    let other = try fixture.store.open(fixture.run)
    _ = try other.takeLease(as: .test("second"), force: true)
    let error = #expect(throws: StoreError.self) { try journal.checkLease() }
    #expect(error?.cause == .leaseLost)
    try other.checkLease()
    #expect(other.formerHolders() == [first.holder])
    // People's entries need none.
    try fixture.store.open(fixture.run).checkLease()
  }

  @Test func nothingIsCheckedInAJournalThatIsGone() throws {
    let (journal, _) = try created()
    try FileManager.default.removeItem(atPath: fixture.journalFile)
    #expect(throws: StoreError.self) { try journal.checkLease() }
  }

  @Test func isFreeOnceReleased() throws {
    let (journal, first) = try created()
    first.release()
    #expect(try journal.leaseState().living == nil)
    #expect(!journal.isLiving(generation: 1))
    let (second, takenFrom) = try fixture.store.open(fixture.run).takeLease(as: .test("second"))
    #expect(second.holder.generation == 2)
    #expect(takenFrom == nil)
  }

  @Test func isFreeOnceItsProcessWasKilled() async throws {
    let folder = fixture.folder
    await #expect(processExitsWith: .signal(SIGKILL)) { [folder = folder as String] in
      let run = RunID(rawValue: "20251018-220113-abc")
      let (journal, lease) = try RunStore(folder: folder).create(run, holder: .test("dying"))
      precondition(journal.isLiving(generation: lease.holder.generation))
      kill(getpid(), SIGKILL)
    }
    let journal = try fixture.store.open(fixture.run)
    #expect(try journal.leaseState().living == nil)
    let (lease, takenFrom) = try journal.takeLease(as: .test("next"))
    #expect(lease.holder.generation == 2)
    #expect(takenFrom == nil)
  }

  @Test func isTakenFromTheLivingByForceAlone() async throws {
    let (journal, first) = try created()
    let other = try fixture.store.open(fixture.run)
    let (second, takenFrom) = try other.takeLease(as: .test("second"), force: true)
    #expect(second.holder.generation == 2)
    #expect(takenFrom?.holder == first.holder)
    let error = await #expect(throws: StoreError.self) {
      try await journal.append([note("late")], by: fixture.actor, at: fixture.time(0))
    }
    #expect(error?.cause == .leaseLost)
    #expect(error?.message == "the run was taken over by \(second.holder.description)")
    #expect(try await journal.entries().isEmpty)
    // It still lives, and is waited for by who wants to know that it has stopped.
    #expect(other.isLiving(generation: 1))
    first.release()
    #expect(!other.isLiving(generation: 1))
  }

  @Test func filesOfFormerGenerationsGo() throws {
    let (_, first) = try created()
    let journal = try fixture.store.open(fixture.run)
    var held = try journal.takeLease(as: .test(), force: true).lease
    // The file of whoever still lives stays.
    #expect(try leaseFiles == ["lease-1", "lease-2"])
    first.release()
    for _ in 3...12 { held = try journal.takeLease(as: .test(), force: true).lease }
    #expect(held.holder.generation == 12)
    held.release()
    held = try journal.takeLease(as: .test()).lease
    #expect(try leaseFiles == ["lease-13"])
  }

  @Test func theFileIsForItsOwnerAlone() async throws {
    let folder = fixture.folder
    await #expect(processExitsWith: .success) { [folder = folder as String] in
      umask(0)
      _ = try RunStore(folder: folder)
        .create(RunID(rawValue: "20251018-220113-abc"), holder: .test())
    }
    let path = "\(fixture.store.folder(of: fixture.run))/lease-1"
    #expect(try fixture.permissions(path) == 0o600)
  }

  @Test func theHeartbeatIsTheFilesTimeOfChange() throws {
    let (journal, lease) = try created()
    let path = "\(fixture.store.folder(of: fixture.run))/lease-1"
    try FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSince1970: 7)], ofItemAtPath: path)
    #expect(try journal.leaseState().living?.beat == Timestamp(seconds: 7))
    lease.beat()
    #expect(
      try #require(try journal.leaseState().living?.beat) > .epoch.adding(.seconds(8)) ?? .epoch)
    lease.release()
    // Nothing is shown any more, and nothing is done to another's file.
    lease.beat()
    #expect(try journal.leaseState().living == nil)
  }

  @Test func aFileThatCannotBeReadStillSaysThatSomebodyLives() throws {
    let (journal, _) = try created()
    let lease = try journal.takeLease(as: .test(), force: true).lease
    let path = "\(fixture.store.folder(of: fixture.run))/lease-2"
    #expect(truncate(path, 0) == 0)
    let error = #expect(throws: StoreError.self) {
      try fixture.store.open(fixture.run).takeLease(as: .test("second"))
    }
    #expect(error?.cause == .leaseHeld)
    #expect(error?.message == "the run is being carried out by another process")
    lease.release()
  }

  /// Whoever takes the run from it is told that there is somebody.
  @Test func aLivingProcessThatDoesNotSayWhoItIsIsStillOne() throws {
    let (journal, first) = try created()
    #expect(truncate("\(fixture.store.folder(of: fixture.run))/lease-1", 0) == 0)
    let (lease, takenFrom) = try journal.takeLease(as: .test("second"), force: true)
    #expect(takenFrom != nil && takenFrom?.holder == nil)
    #expect(takenFrom?.description == "a process that does not say who it is")
    lease.release()
    first.release()
  }

  @Test func aLinkInTheFilesPlaceIsRefused() throws {
    let (journal, lease) = try created()
    lease.release()
    let path = "\(fixture.store.folder(of: fixture.run))/lease-2"
    try FileManager.default.createSymbolicLink(
      atPath: path, withDestinationPath: "\(fixture.folder)/elsewhere")
    let error = #expect(throws: StoreError.self) { try journal.takeLease(as: .test()) }
    #expect(error?.cause == .cannotWrite)
    #expect(!FileManager.default.fileExists(atPath: "\(fixture.folder)/elsewhere"))
    // Nothing was taken.
    #expect(try journal.leaseState().generation == 1)
  }
}
