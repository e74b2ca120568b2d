import Glibc
import RunbookModel

/// The processes that a program leaves: all below its keeper, whatever session, environment and user they
/// have, and those elsewhere that carry the program's mark in their environment.
struct ProcessRemains {
  private let child: SpawnedChild
  private let marked: MarkedProcesses
  private let began = ContinuousClock.now

  /// How often, a millisecond apart, it is looked for processes that were killed and are still there.
  private static let patience = 500
  /// How often it is looked for processes that were started while others were told to end.
  private static let rounds = 10

  init(of child: SpawnedChild, mark: [String: String]) {
    self.child = child
    marked = MarkedProcesses(mark)
  }

  /// Whether the keeper is still there, and so is something below it.
  var isKept: Bool {
    var end = siginfo_t()
    let status = waitid(P_PID, id_t(child.keeper), &end, WEXITED | WNOWAIT | WNOHANG)
    return status == 0 && end.si_signo == 0
  }

  /// Asks all of them to end, those too that are stopped.
  func terminate() {
    wakeKeeper()
    var told: Set<pid_t> = []
    for _ in 0..<Self.rounds {
      let new = all().filter { told.insert($0).inserted }
      guard !new.isEmpty else { return }
      for pid in new {
        send(SIGTERM, to: pid)
        send(SIGCONT, to: pid)
      }
    }
  }

  func kill() {
    wakeKeeper()
    for pid in all() { send(SIGKILL, to: pid) }
  }

  /// A keeper that somebody has stopped does not see who has ended.
  private func wakeKeeper() { Glibc.kill(child.keeper, SIGCONT) }

  /// All of them, for people.
  func found() -> [ChildProcess.Left] { all().map { ChildProcess.Left($0) } }

  /// Waits until none of them is there any more.
  ///
  /// - Returns: false when some are still there at that time; without one, when some are there now.
  func areGone(by deadline: ContinuousClock.Instant?) -> Bool {
    var pause: CInt = 1
    while isKept || !strays(among: candidates()).isEmpty {
      guard let deadline, ContinuousClock.now < deadline else { return false }
      poll(nil, 0, pause)
      pause = min(pause * 2, 50)
    }
    return true
  }

  /// Kills what is left, and waits until it is gone.
  ///
  /// - Returns: those that did not go, such as another user's.
  func awaitEnd() -> [ChildProcess.Left] {
    for _ in 0..<Self.patience {
      if areGone(by: nil) { return [] }
      kill()
      poll(nil, 0, 1)
    }
    return found()
  }

  private func all() -> [pid_t] {
    guard isKept else { return strays(among: candidates()) }
    let tree = ProcessTree()
    let kept = tree.below([child.keeper])
    return (kept + strays(among: tree.all.filter { !kept.contains($0) })).sorted()
  }

  /// Marked processes, which nobody keeps.
  private func strays(among candidates: [pid_t]) -> [pid_t] {
    guard !marked.isEmpty else { return [] }
    return candidates.filter { marked.isCarried(by: $0) && !ProcessTable.isZombie($0) }
  }

  private func send(_ signal: CInt, to pid: pid_t) {
    ProcessTable.send(signal, to: pid) {
      ProcessTree.ancestors(of: pid).contains(child.keeper) || marked.isCarried(by: pid)
    }
  }

  /// Those that may carry the program's mark, of all that there are.
  private func candidates() -> [pid_t] {
    Self.range(from: child.pid, to: ProcessTable.lastNumber(), after: ContinuousClock.now - began)
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
