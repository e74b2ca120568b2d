import Foundation
import Synchronization

/// All rounds' accounts.
final class Tally: Sendable {
  private struct Sums {
    var runs = 0
    var kills = 0
    var resumes = 0
    var differences = 0
  }

  private let sums = Mutex(Sums())
  private let isVerbose: Bool

  /// - Parameter isVerbose: whether also rounds without a difference are told.
  init(isVerbose: Bool) { self.isVerbose = isVerbose }

  var isClean: Bool { sums.withLock { $0.differences == 0 } }

  /// More differences than these say nothing new.
  var mayGoOn: Bool { sums.withLock { $0.differences < 5 } }

  func add(_ number: Int, _ account: Account) {
    sums.withLock {
      $0.runs += 1
      $0.kills += account.kills
      $0.resumes += account.resumes
      $0.differences += account.differences.isEmpty ? 0 : 1
      guard isVerbose || !account.differences.isEmpty else { return }
      say("round \(number): \(account.story.joined(separator: ", "))")
      for difference in account.differences { say("  \(difference)") }
    }
  }

  /// - Parameter kills: what was struck.
  func closing(kills: String) -> String {
    sums.withLock {
      "\($0.runs) runs, \($0.kills) \(kills), \($0.resumes) resumes, \($0.differences) differences"
    }
  }
}
