import CLinux
import Glibc

/// The processes that a program leaves: its group, and those that left the group but still carry the
/// program's mark in their environment.
struct ProcessRemains {
  /// The group's leader.
  let leader: pid_t
  private let mark: [[UInt8]]

  /// How often, a millisecond apart, it is looked for processes that were killed and are still there.
  private static let patience = 500

  init(leader: pid_t, mark: [String: String]) {
    self.leader = leader
    self.mark = mark.map { Array("\($0.key)=\($0.value)".utf8) }
  }

  /// Sends a signal to all of them.
  func signal(_ signal: CInt) {
    kill(-leader, signal)
    for pid in strays() { send(signal, toMarked: pid) }
  }

  /// Kills the group alone; `awaitEnd` sees to the rest.
  func killGroup() { kill(-leader, SIGKILL) }

  /// Kills what is left, and waits until it is gone; the leader must have been reaped.
  ///
  /// - Returns: those that did not go.
  func awaitEnd() -> [Int32] {
    var left = strays()
    if kill(-leader, 0) != 0, left.isEmpty { return [] }
    for _ in 0..<Self.patience {
      left = strays() + members()
      if left.isEmpty { return [] }
      kill(-leader, SIGKILL)
      for pid in left { send(SIGKILL, toMarked: pid) }
      poll(nil, 0, 1)
    }
    return left
  }

  /// Marked processes outside of the group.
  ///
  /// Numbers are given in turn, so only those from the leader's to the last one given can be the
  /// program's: a few, where the table of all processes would cost a millisecond.
  private func strays() -> [pid_t] {
    guard !mark.isEmpty else { return [] }
    return candidates().filter { $0 != leader && getpgid($0) != leader && isMarked($0) }
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

  private func isMarked(_ pid: pid_t) -> Bool {
    guard let environment = ProcessTable.read("/proc/\(pid)/environ"), !environment.isEmpty else {
      return false
    }
    let variables = environment.split(separator: 0)
    return mark.allSatisfy { entry in variables.contains { $0.elementsEqual(entry) } }
  }

  /// The mark is read again once the process is held by a descriptor: its number could be another's.
  private func send(_ signal: CInt, toMarked pid: pid_t) {
    let descriptor = runbook_pidfd_open(pid)
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    if isMarked(pid) { _ = runbook_pidfd_send_signal(descriptor, signal) }
  }
}
