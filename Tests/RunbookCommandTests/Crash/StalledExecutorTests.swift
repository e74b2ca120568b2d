import RunbookEngine
import RunbookModel
import RunbookTestSupport
import Synchronization
import Testing

/// A process hangs at an append of its journal, another takes the run from it, and the first wakes up when
/// the other is done: it can do nothing more (law L5), and each effect is there once.
@Suite(.enabled(if: TestServer.isAvailable)) struct StalledExecutorTests {
  @Test(arguments: FatalJournal.Moment.allCases)
  func aTakeoverFencesAStalledExecutorOff(moment: FatalJournal.Moment) async throws {
    let count = try await CrashWorld.appendsOfAnUndisturbedRun()
    // Before the first append there is nothing to take over, and after the last nothing to do.
    for number in moment == .before ? 2...count : 1...count - 1 {
      let world = try CrashWorld()
      let second = Mutex<RunState?>(nil)
      try await stall(world, at: number, moment) { state in second.withLock { $0 = state } }
      let end = try await world.finish(second.withLock { $0 })
      #expect(world.differences(end) == [], "\(moment) append \(number)")
    }
  }

  private func stall(
    _ world: CrashWorld, at number: Int, _ moment: FatalJournal.Moment,
    _ report: @escaping @Sendable (RunState) -> Void
  ) async throws {
    let place = world.place
    let error = await #expect(throws: StoreError.self, "\(moment) append \(number)") {
      _ = try await place.begin { journal in
        FatalJournal(journal) { now, at in
          guard now == number, at == moment else { return }
          await takeOver(place, report)
        }
      }
    }
    #expect(error?.cause == .leaseLost, "\(moment) append \(number)")
  }

  private func takeOver(
    _ place: CrashPlace, _ report: @Sendable (RunState) -> Void
  ) async {
    await #expect(throws: Never.self) { report(try await place.goOn(force: true)) }
  }
}
