import Foundation
import RunbookEngine
import RunbookModel
import Testing

@testable import RunbookStore

/// Several processes that want one run's lease at once.
@Suite struct LeaseRaceTests {
  private let fixture = StoreFixture()

  /// Runs four processes of this sort at once.
  private func race(_ racer: @escaping @Sendable () async -> Void) async {
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<4 { group.addTask { await racer() } }
    }
  }

  @Test func ofThoseWhoTakeByForceEachHasItsOwnGeneration() async throws {
    try fixture.store.create(fixture.run, holder: .test()).lease.release()
    let folder = fixture.folder
    await race {
      await #expect(processExitsWith: .success) { [folder = folder as String] in
        let store = RunStore(folder: folder)
        let run = RunID(rawValue: "20251018-220113-abc")
        for _ in 1...25 {
          let lease = try store.open(run).takeLease(as: .test(), force: true).lease
          let mark = "\(folder)/generation-\(lease.holder.generation)"
          let file = open(mark, O_CREAT | O_EXCL | O_WRONLY, 0o600)
          precondition(file >= 0, "generation \(lease.holder.generation) was taken twice")
          close(file)
        }
      }
    }
    #expect(try fixture.store.open(fixture.run).leaseState().generation == 101)
  }

  @Test func ofThoseWhoWaitTheirTurnOnlyOneHasItAtATime() async throws {
    try fixture.store.create(fixture.run, holder: .test()).lease.release()
    let folder = fixture.folder
    await race {
      await #expect(processExitsWith: .success) { [folder = folder as String] in
        let store = RunStore(folder: folder)
        let run = RunID(rawValue: "20251018-220113-abc")
        var wins = 0
        while wins < 10 {
          let lease: Lease
          do throws(StoreError) {
            lease = try store.open(run).takeLease(as: .test()).lease
          } catch {
            precondition(error.cause == .leaseHeld, error.message)
            continue
          }
          // Two who had it at once would find each other's mark.
          let file = open("\(folder)/mine", O_CREAT | O_EXCL | O_WRONLY, 0o600)
          precondition(file >= 0, "two processes hold the lease")
          close(file)
          unlink("\(folder)/mine")
          lease.release()
          wins += 1
        }
      }
    }
    #expect(try fixture.store.open(fixture.run).leaseState().generation == 41)
  }

  /// Whoever is fenced off in the middle of its appends leaves none of them behind a newer one.
  @Test func appendsOfOneGenerationNeverFollowThoseOfALaterOne() async throws {
    try fixture.store.create(fixture.run, holder: .test()).lease.release()
    let folder = fixture.folder
    await race {
      await #expect(processExitsWith: .success) { [folder = folder as String] in
        let store = RunStore(folder: folder)
        for _ in 1...5 {
          let journal = try store.open(RunID(rawValue: "20251018-220113-abc"))
          let lease = try journal.takeLease(as: .test(), force: true).lease
          do throws(StoreError) {
            for _ in 1...5 {
              _ = try await journal.append(
                [note("\(lease.holder.generation)")], by: Actor(account: "racer"), at: .epoch)
            }
          } catch {
            precondition(error.cause == .leaseLost, error.message)
          }
        }
      }
    }
    let generations = try await fixture.store.open(fixture.run).entries().map { entry in
      if case .noteAdded(let note) = entry.event { Int(note.text) ?? 0 } else { 0 }
    }
    #expect(generations == generations.sorted())
    #expect(!generations.isEmpty)
  }
}
