import CLinux
import Foundation
import Glibc

/// One run of the program: how it ended, what it used, what it printed.
struct Execution {
  let command: [String]
  /// The exit status; negative for a signal.
  let status: Int32
  let isHanging: Bool
  let kilobytes: Int
  let output: String

  static let patience: Int32 = 10_000

  /// What must not be, in words; nil where all is well.
  var problem: String? {
    if isHanging { return "it took more than \(Self.patience / 1000) s" }
    if status < 0 { return "it was ended by signal \(-status)" }
    if kilobytes > 500 * 1024 { return "it took \(kilobytes / 1024) MB" }
    return nil
  }

  /// - Parameter patience: in milliseconds.
  init(
    _ command: [String], environment: [String: String], folder: String,
    patience: Int32 = Execution.patience
  ) {
    self.command = command
    let arguments = command.map { strdup($0) } + [nil]
    let variables = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { for text in arguments + variables { free(text) } }
    let shown = runbook_memory_file("output")
    let none = open("/dev/null", O_RDONLY | O_CLOEXEC)
    let raised = [none, shown, shown].map { fcntl($0, F_DUPFD_CLOEXEC, 10) }
    defer { for descriptor in raised + [none, shown] { close(descriptor) } }
    var pid: Int32 = 0
    guard runbook_spawn(&pid, command[0], arguments, variables, folder, raised, 3) == 0 else {
      status = -1
      isHanging = false
      kilobytes = 0
      output = "cannot be started"
      return
    }
    let ending = runbook_pidfd_open(pid)
    defer { close(ending) }
    var watched = pollfd(fd: ending, events: Int16(POLLIN), revents: 0)
    isHanging = poll(&watched, 1, patience) == 0
    // A session of its own: what it started goes with it.
    if isHanging { kill(-pid, SIGKILL) }
    var (word, usage): (Int32, rusage) = (0, rusage())
    while wait4(pid, &word, 0, &usage) < 0, errno == EINTR {}
    let signal = word & 0x7F
    status = signal == 0 ? (word >> 8) & 0xFF : -signal
    kilobytes = usage.ru_maxrss
    var bytes = [UInt8](repeating: 0, count: 1 << 20)
    let count = pread(shown, &bytes, bytes.count, 0)
    output = String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
  }
}
