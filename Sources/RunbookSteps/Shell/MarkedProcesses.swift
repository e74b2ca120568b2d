import CLinux
import Glibc
import RunbookEngine
import RunbookModel

/// Processes that carry a mark in their environment: what a number alone says of a process may be of
/// another one by now.
struct MarkedProcesses {
  private let mark: [[UInt8]]

  init(_ mark: [String: String]) {
    self.mark = mark.map { Array("\($0.key)=\($0.value)".utf8) }
  }

  var isEmpty: Bool { mark.isEmpty }

  /// All that are there and have not ended.
  func all() -> [pid_t] {
    isEmpty ? [] : ProcessTable.all().filter { holds($0) && !ProcessTable.isZombie($0) }.sorted()
  }

  /// As a person is shown them.
  func remnants(_ redactor: Redactor) -> [Remnant] {
    all().map { pid in
      let command = redactor.line(ProcessTable.command(of: pid), bytes: 200)
      let since = ProcessTable.start(of: pid)
      return Remnant(
        pid: Int64(pid),
        summary: "process \(pid) (\(command))" + (since.map { ", since \($0)" } ?? ""),
        since: since)
    }
  }

  func holds(_ pid: pid_t) -> Bool {
    guard let environment = ProcessTable.read("/proc/\(pid)/environ"), !environment.isEmpty else {
      return false
    }
    let variables = environment.split(separator: 0)
    return mark.allSatisfy { entry in variables.contains { $0.elementsEqual(entry) } }
  }

  /// Sends a signal; the mark is read again once the process is held by a descriptor, as its number
  /// could be another's.
  func send(_ signal: CInt, to pid: pid_t) {
    let descriptor = runbook_pidfd_open(pid)
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    if holds(pid) { _ = runbook_pidfd_send_signal(descriptor, signal) }
  }
}
