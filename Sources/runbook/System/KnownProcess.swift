import CLinux
import Foundation
import Glibc

/// A process that is the one that was meant, and not another that was given its number since.
struct KnownProcess: ~Copyable {
  private let descriptor: Int32
  private let pid: Int32

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
    self.pid = pid
  }

  deinit { close(descriptor) }

  /// Whether it was stopped, as by SIGSTOP: field 3 of `stat`. A signal that it handles waits then.
  var isStopped: Bool {
    Self.fields(of: pid)?.first.map { ["T", "t"].contains(String(decoding: $0, as: UTF8.self)) }
      ?? false
  }

  func send(_ signal: Int32) { _ = runbook_pidfd_send_signal(descriptor, signal) }

  /// The kernel's ticks from its own start to that of a process: field 22 of proc(5)'s `stat`, counted from
  /// the end of the program's name, which may hold anything.
  static func start(of pid: Int32) -> UInt64? {
    guard let fields = fields(of: pid), fields.count > 19 else { return nil }
    return UInt64(String(decoding: fields[19], as: UTF8.self))
  }

  /// What comes behind the program's name: its state first.
  private static func fields(of pid: Int32) -> [Data]? {
    guard let data = FileManager.default.contents(atPath: "/proc/\(pid)/stat"),
      let name = data.lastIndex(of: UInt8(ascii: ")"))
    else { return nil }
    return Array(data[name...].split(separator: UInt8(ascii: " ")).dropFirst())
  }
}
