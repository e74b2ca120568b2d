package import Glibc

/// Processes that are a step's: they carry its mark in their environment, or are below a keeper that holds
/// it. What a number alone says of a process may be of another one by now.
package struct MarkedProcesses {
  private let mark: [[UInt8]]

  package init(_ mark: [String: String]) {
    self.mark = mark.map { Array("\($0.key)=\($0.value)".utf8) }
  }

  var isEmpty: Bool { mark.isEmpty }

  /// All that are there and have not ended; keepers, which end by themselves, are none.
  package func all() -> [pid_t] {
    guard !isEmpty else { return [] }
    let tree = ProcessTree()
    let kept = tree.below(tree.all.filter(isKeeper))
    return tree.all.filter {
      kept.contains($0) || isCarried(by: $0) && !ProcessTable.isZombie($0)
    }.sorted()
  }

  /// Whether one of their keepers is there: so is the program that it was begun for, or something below it.
  package var areKept: Bool { ProcessTree().all.contains(where: isKeeper) }

  /// Whether a process has the mark in its environment.
  func isCarried(by pid: pid_t) -> Bool {
    ProcessTable.read("/proc/\(pid)/environ").map(isIn) ?? false
  }

  /// Sends a signal to a process that is one of them.
  package func send(_ signal: CInt, to pid: pid_t) {
    ProcessTable.send(signal, to: pid) {
      isCarried(by: pid) || ProcessTree.ancestors(of: pid).contains(where: isKeeper)
    }
  }

  private func isKeeper(_ pid: pid_t) -> Bool { KeeperMark.read(of: pid).map(isIn) ?? false }

  private func isIn(_ environment: [UInt8]) -> Bool {
    guard !isEmpty, !environment.isEmpty else { return false }
    let variables = environment.split(separator: 0)
    return mark.allSatisfy { entry in variables.contains { $0.elementsEqual(entry) } }
  }
}
