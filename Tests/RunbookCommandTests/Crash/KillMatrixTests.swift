import Foundation
import RunbookModel
import RunbookTestSupport
import Synchronization
import Testing

/// The process dies by SIGKILL just before and just after every append of its journal, and is taken up
/// again: nothing is lost, repeated or guessed (laws L1, L6).
@Suite(.enabled(if: TestServer.isAvailable)) struct KillMatrixTests {
  @Test(arguments: FatalJournal.Moment.allCases)
  func sigkillAtEveryAppendIsSettled(moment: FatalJournal.Moment) async throws {
    for number in 1...(try await appendsOfAnUndisturbedRun()) {
      let world = try CrashWorld()
      await #expect(processExitsWith: .signal(SIGKILL)) {
        [
          place = world.place as CrashPlace, number = number as Int,
          moment = moment as FatalJournal.Moment
        ] in
        _ = try await place.begin { journal in
          FatalJournal(journal) { if $0 == number, $1 == moment { kill(getpid(), SIGKILL) } }
        }
      }
      let state = try await world.place.stored()
      if let state { #expect(world.interim(state) == [], "\(moment) append \(number)") }
      let end = try await world.finish(state)
      #expect(world.differences(end) == [], "\(moment) append \(number)")
    }
  }

  private func appendsOfAnUndisturbedRun() async throws -> Int {
    let world = try CrashWorld()
    let journal = Mutex<FatalJournal?>(nil)
    let end = try await world.place.begin { base in
      let counting = FatalJournal(base) { _, _ in }
      journal.withLock { $0 = counting }
      return counting
    }
    try #require(world.differences(end) == [])
    let count = journal.withLock { $0?.count ?? 0 }
    try #require(count > 10)
    return count
  }
}
