import Glibc

/// Whose child every process is, as it was when they were looked at.
struct ProcessTree {
  private var children: [pid_t: [pid_t]] = [:]
  private var hasEnded: Set<pid_t> = []
  let all: [pid_t]

  init() {
    all = ProcessTable.all()
    for pid in all {
      guard let kin = ProcessTable.kin(of: pid) else { continue }
      children[kin.parent, default: []].append(pid)
      if kin.isZombie { hasEnded.insert(pid) }
    }
  }

  /// All below some processes that have not ended, without these.
  ///
  /// One whose parent ends while the table is read may be left out: it is there when it is read again.
  func below(_ roots: [pid_t]) -> Set<pid_t> {
    var found: Set<pid_t> = []
    var next = roots
    while let pid = next.popLast() {
      for child in children[pid] ?? [] where found.insert(child).inserted { next.append(child) }
    }
    return found.subtracting(hasEnded)
  }

  /// A process's parent, its parent's parent, and so on.
  static func ancestors(of pid: pid_t) -> [pid_t] {
    var found: [pid_t] = []
    var next = ProcessTable.kin(of: pid)?.parent
    // Numbers that change hands while they are read could lead round in a circle.
    while let parent = next, parent > 0, found.count < 4096 {
      found.append(parent)
      next = ProcessTable.kin(of: parent)?.parent
    }
    return found
  }
}
