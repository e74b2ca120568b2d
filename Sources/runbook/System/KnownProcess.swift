import CLinux
import Foundation
import Glibc

/// A process that is the one that was meant, and not another that was given its number since.
struct KnownProcess: ~Copyable {
  private let descriptor: Int32

  /// - Parameter start: when it began, as `start(of:)` gives it.
  /// - Returns: nil where it has ended, or cannot be proven to be the one.
  init?(_ pid: Int32, startedAt start: UInt64?) {
    guard let start, pid > 1 else { return nil }
    let opened = runbook_pidfd_open(pid)
    guard opened >= 0 else { return nil }
    // Whoever has the number by now: a later process began later.
    guard Self.start(of: pid) == start else {
      close(opened)
      return nil
    }
    descriptor = opened
  }

  deinit { close(descriptor) }

  func send(_ signal: Int32) { _ = runbook_pidfd_send_signal(descriptor, signal) }

  /// The kernel's ticks from its own start to that of a process: field 22 of proc(5)'s `stat`, counted from
  /// the end of the program's name, which may hold anything.
  static func start(of pid: Int32) -> UInt64? {
    guard let data = FileManager.default.contents(atPath: "/proc/\(pid)/stat"),
      let name = data.lastIndex(of: UInt8(ascii: ")"))
    else { return nil }
    let fields = data[name...].split(separator: UInt8(ascii: " "))
    return fields.count > 20 ? UInt64(String(decoding: fields[20], as: UTF8.self)) : nil
  }
}
