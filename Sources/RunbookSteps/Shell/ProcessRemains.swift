import Glibc
import RunbookModel

/// The processes that a program leaves: its group, and those that left the group but still carry the
/// program's mark in their environment.
struct ProcessRemains {
  /// The group's leader.
  let leader: pid_t
  private let marked: MarkedProcesses
  private let began = ContinuousClock.now

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

  /// All of them, for people.
  func found() -> [ChildProcess.Left] {
    (strays() + members()).sorted().map {
      ChildProcess.Left(pid: $0, command: ProcessTable.command(of: $0))
    }
  }

  /// Waits until none of them is there any more.
  ///
  /// - Returns: false when some are still there at that time; without one, when some are there now.
  func areGone(by deadline: ContinuousClock.Instant?) -> Bool {
    var pause: CInt = 1
    while !(strays() + members()).isEmpty {
      guard let deadline, ContinuousClock.now < deadline else { return false }
      poll(nil, 0, pause)
      pause = min(pause * 2, 50)
    }
    return true
  }

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
  private func strays() -> [pid_t] {
    guard !marked.isEmpty else { return [] }
    return candidates().filter { $0 != leader && getpgid($0) != leader && marked.holds($0) }
  }

  /// The group's processes that are not zombies.
  private func members() -> [pid_t] {
    candidates().filter { getpgid($0) == leader && !ProcessTable.isZombie($0) }
  }

  /// Those that may be the program's, of all that there are.
  private func candidates() -> [pid_t] {
    Self.range(from: leader, to: ProcessTable.lastNumber(), after: ContinuousClock.now - began)
      ?? ProcessTable.all()
  }

  /// The numbers that a program's processes can have. They are given in turn: a few, where the table of all
  /// processes would cost a millisecond.
  ///
  /// - Parameters:
  ///   - last: the number that was given last.
  ///   - elapsed: since the leader was started.
  /// - Returns: nil where they may be others: once the numbers have begun anew, which the last one does not
  ///   tell, as it may be above the leader's again by then.
  static func range(from leader: pid_t, to last: pid_t?, after elapsed: Duration) -> [pid_t]? {
    guard elapsed < shortest, let last, last >= leader, last - leader < 500 else { return nil }
    return Array(leader...last)
  }

  /// In less time no machine gives all numbers that it has.
  private static let shortest = Duration.milliseconds(100)
}
