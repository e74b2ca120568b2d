import CLinux
import Glibc

/// A program that runs beside this one, started and watched without a thread.
final class ChildProgram {
  struct Failure: Error {
    let message: String
  }

  let pid: Int32
  private let ending: Int32
  private var isReaped = false

  /// - Parameters:
  ///   - command: the program's path, and its arguments.
  ///   - descriptors: what it has as 0, 1 and 2; they are closed here.
  init(
    _ command: [String], environment: [String: String], folder: String, descriptors: [Int32]
  ) throws {
    let arguments = command.map { strdup($0) } + [nil]
    let variables = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { for text in arguments + variables { free(text) } }
    // Each must be above those that it becomes in the program.
    let raised = descriptors.map { fcntl($0, F_DUPFD_CLOEXEC, 10) }
    defer { for descriptor in descriptors + raised { close(descriptor) } }
    var pid: Int32 = 0
    let status = runbook_spawn(
      &pid, command[0], arguments, variables, folder, raised, Int32(raised.count))
    guard status == 0 else {
      throw Failure(message: "\(command[0]): \(String(cString: strerror(status)))")
    }
    self.pid = pid
    ending = runbook_pidfd_open(pid)
    guard ending >= 0 else { throw Failure(message: "the program cannot be watched") }
  }

  /// Ends a program that nobody waits for any more.
  deinit {
    if !isReaped {
      signal(SIGKILL)
      _ = reap()
    }
    close(ending)
  }

  func signal(_ number: Int32) { _ = runbook_pidfd_send_signal(ending, number) }

  /// Waits until the program has ended, or the time is over.
  ///
  /// - Parameter other: a descriptor that ends the wait too, once it can be read.
  /// - Returns: whether the program has ended.
  func hasEnded(within time: Duration, or other: Int32 = -1) -> Bool {
    let end = ContinuousClock.now + time
    while true {
      // `poll` counts in milliseconds; what is left below one is waited out by itself.
      let left = max(end - .now, .zero).components
      let milliseconds = left.seconds * 1000 + left.attoseconds / 1_000_000_000_000_000
      var watched = [
        pollfd(fd: ending, events: Int16(POLLIN), revents: 0),
        pollfd(fd: other, events: Int16(POLLIN), revents: 0),
      ]
      let count = poll(&watched, 2, Int32(clamping: milliseconds))
      if watched[0].revents != 0 { return true }
      if count > 0 || end <= .now { return false }
      if count == 0, milliseconds == 0 {
        var rest = timespec(tv_sec: 0, tv_nsec: Int(left.attoseconds / 1_000_000_000))
        nanosleep(&rest, nil)
      }
    }
  }

  /// Its exit status once it has ended; the negative number of the signal that ended it.
  func reap() -> Int32 {
    var status: Int32 = 0
    while waitpid(pid, &status, 0) < 0, errno == EINTR {}
    isReaped = true
    let signal = status & 0x7f
    return signal == 0 ? (status >> 8) & 0xff : -signal
  }
}
