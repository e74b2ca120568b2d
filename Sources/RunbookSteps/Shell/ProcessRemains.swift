import Glibc
import RunbookModel

/// The processes that a program leaves: its group, and those that left the group but still carry the
/// program's mark in their environment.
struct ProcessRemains {
  /// The group's leader.
  let leader: pid_t
  private let marked: MarkedProcesses

  /// How often, a millisecond apart, it is looked for processes that were killed and are still there.
  private static let patience = 500

  init(leader: pid_t, mark: [String: String]) {
    self.leader = leader
    marked = MarkedProcesses(mark)
  }

  /// Sends a signal to all of them.
  func signal(_ signal: CInt) {
    kill(-leader, signal)
    for pid in strays() { marked.send(signal, to: pid) }
  }

  /// Kills the group alone; `awaitEnd` sees to the rest.
  func killGroup() { kill(-leader, SIGKILL) }

  /// Kills what is left, and waits until it is gone.
  ///
  /// The leader must have ended and not have been reaped: as long as it is there, nobody else can be given
  /// its number, which is the group's.
  ///
  /// - Returns: those that did not go.
  func awaitEnd() -> [Int32] {
    var left: [pid_t] = []
    for _ in 0..<Self.patience {
      left = strays() + members()
      if left.isEmpty { return [] }
      kill(-leader, SIGKILL)
      for pid in left { marked.send(SIGKILL, to: pid) }
      poll(nil, 0, 1)
    }
    return left
  }

  /// Marked processes outside of the group.
  ///
  /// Numbers are given in turn, so only those from the leader's to the last one given can be the
  /// program's: a few, where the table of all processes would cost a millisecond.
  private func strays() -> [pid_t] {
    guard !marked.isEmpty else { return [] }
    return candidates().filter { $0 != leader && getpgid($0) != leader && marked.holds($0) }
  }

  /// The group's processes that are not zombies.
  private func members() -> [pid_t] {
    candidates().filter { getpgid($0) == leader && !ProcessTable.isZombie($0) }
  }

  private func candidates() -> [pid_t] {
    guard let last = ProcessTable.lastNumber(), last >= leader, last - leader < 500 else {
      return ProcessTable.all()
    }
    return Array(leader...last)
  }
}
