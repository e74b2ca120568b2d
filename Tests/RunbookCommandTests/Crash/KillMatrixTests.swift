import Foundation
import RunbookModel
import RunbookTestSupport
import Testing

/// The process dies by SIGKILL just before and just after every append of its journal, and is taken up
/// again: nothing is lost, repeated or guessed (laws L1, L6).
@Suite(.enabled(if: TestServer.isAvailable)) struct KillMatrixTests {
  @Test(arguments: FatalJournal.Moment.allCases)
  func sigkillAtEveryAppendIsSettled(moment: FatalJournal.Moment) async throws {
    for number in 1...(try await CrashWorld.appendsOfAnUndisturbedRun()) {
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
}
