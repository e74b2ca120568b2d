private import Glibc
import RunbookEngine
import RunbookModel
import RunbookSystem

/// Who holds a file's lock, as the system lists all locks. The file itself is not asked: a descriptor of it that is closed
/// takes this process's own locks with it.
enum LockHolders {
  /// A few words each, for people: `process 4711 (stopped)`.
  static func words(of path: String) -> (holders: String, pids: [Int32])? {
    let files = [path, "\(path)-shm"].compactMap(mark)
    let pids = (TextFile.read("/proc/locks") ?? "").pieces(separatedBy: "\n")
      .compactMap { line -> Int32? in
        let words = line.pieces(separatedBy: " ").filter { !$0.isEmpty }
        guard words.count >= 6, words.contains("WRITE"),
          let place = words.firstIndex(where: { word in
            files.contains { $0.isIdentical(to: String(word)) }
          }), place > 0, let pid = Int32(words[place - 1]), pid > 0, pid != getpid()
        else { return nil }
        return pid
      }
    let unique = Set(pids).sorted()
    guard !unique.isEmpty else { return nil }
    let holders = unique.map { "process \($0)" + (isStopped($0) ? " (stopped)" : "") }
    return (holders.joined(separator: " and "), unique)
  }

  /// As `/proc/locks` names a file: https://man7.org/linux/man-pages/man5/proc_locks.5.html
  private static func mark(_ path: String) -> String? {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    // As glibc's `makedev` puts them together: https://man7.org/linux/man-pages/man3/makedev.3.html
    let device = UInt64(status.st_dev)
    let major = device >> 8 & 0xFFF | device >> 32 & ~0xFFF
    let minor = device & 0xFF | device >> 12 & ~0xFF
    return [major, minor].map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }
      .joined(separator: ":") + ":\(status.st_ino)"
  }

  private static func isStopped(_ pid: Int32) -> Bool {
    let lines = TextFile.read("/proc/\(pid)/status")?.pieces(separatedBy: "\n") ?? []
    return lines.contains { $0.begins(with: "State:") && $0.holds("T (") }
  }
}

extension StepFailure {
  /// With who holds the lock, and what can be done, where it is one that was not to be had.
  func naming(holdersOf path: String) -> StepFailure {
    guard record.cause == .lock, let (holders, pids) = LockHolders.words(of: path) else {
      return self
    }
    let numbers = pids.map(String.init).joined(separator: " ")
    return StepFailure(
      .lock, record.message,
      detail: "held by \(holders); where it hangs, kill -KILL \(numbers) ends it, and what it has "
        + "not committed is rolled back",
      hint: record.hint,
      code: record.code, mayRetryHelp: record.mayRetryHelp)
  }
}
