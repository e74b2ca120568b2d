import CLinux
package import Glibc
import RunbookEngine
package import RunbookModel
import RunbookSystem
import Synchronization
package import SystemPackage

/// The process that holds a sandbox's server, and outlives this one for as long as it takes to stop it.
///
/// It learns of this process's end by the end of file of a socket whose other end is here and nowhere
/// else: it is closed on exec. It leads a session of its own, so that no signal of the terminal
/// reaches it.
package final class Watchdog: Sendable {
  package let pid: pid_t
  /// Readable when the process has ended.
  private let ended: CInt
  private let lifeline: Mutex<CInt>
  private let isReaped = Mutex(false)

  /// How long stopping may take before the watchdog itself is killed.
  private static let patience: CInt = 40_000

  /// - Parameter command: its program must be a path.
  /// - Throws: `unreachable` when it cannot be started.
  package init(command: [String], environment: [String: String]) throws(StepFailure) {
    do throws(Errno) {
      var ends: [CInt] = [-1, -1]
      let type = CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue)
      guard socketpair(AF_UNIX, type, 0, &ends) == 0 else { throw Errno.last }
      defer { close(ends[1]) }
      do throws(Errno) {
        pid = try Self.spawn(command, environment: environment, input: ends[1])
      } catch {
        close(ends[0])
        throw error
      }
      lifeline = Mutex(ends[0])
      ended = runbook_pidfd_open(pid)
    } catch {
      throw StepFailure(.unreachable, "cannot start the sandbox's watchdog: \(error.description)")
    }
  }

  /// Nobody waits for it any more: a thread does, so that no zombie is left.
  deinit {
    closeLifeline()
    let ended = ended
    guard !isReaped.withLock({ $0 }) else {
      close(ended)
      return
    }
    let isWaitedFor = BackgroundThread.start {
      Self.reap(ended)
      close(ended)
    }
    if !isWaitedFor { close(ended) }
  }

  package var isAlive: Bool {
    var item = pollfd(fd: ended, events: Int16(POLLIN), revents: 0)
    return poll(&item, 1, 0) == 0
  }

  /// Sends a line; one that cannot be sent any more is lost with the watchdog.
  package func send(_ line: String) {
    lifeline.withLock { descriptor in
      var rest = Array("\(line)\n".utf8)[...]
      while !rest.isEmpty {
        let count = rest.withUnsafeBytes {
          Glibc.send(descriptor, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL))
        }
        if count < 0, errno == EINTR { continue }
        guard count > 0 else { return }
        rest = rest.dropFirst(count)
      }
    }
  }

  /// Waits until everything has stopped; to be told by `send` to stop comes before.
  package func awaitEnd() async {
    do {
      try await OwnThread.run {
        Self.reap(self.ended)
        self.isReaped.withLock { $0 = true }
      }
    } catch {
      // Without a thread the end of the lifeline stops the server just as well, only unseen.
    }
    closeLifeline()
  }

  private static func reap(_ ended: CInt) {
    var item = pollfd(fd: ended, events: Int16(POLLIN), revents: 0)
    while true {
      let count = poll(&item, 1, patience)
      if count < 0, errno == EINTR { continue }
      if count == 0 { _ = runbook_pidfd_send_signal(ended, SIGKILL) }
      break
    }
    var status = siginfo_t()
    while waitid(P_PIDFD, id_t(ended), &status, WEXITED) < 0, errno == EINTR {}
  }

  private func closeLifeline() {
    lifeline.withLock { descriptor in
      if descriptor >= 0 { close(descriptor) }
      descriptor = -1
    }
  }
}

extension Watchdog {
  /// The program's standard input, output and error.
  private static let descriptorCount: CInt = 3

  /// Starts a program as a session's leader, without output.
  package static func spawn(
    _ command: [String], environment: [String: String], input: CInt
  ) throws(Errno) -> pid_t {
    let source = fcntl(input, F_DUPFD_CLOEXEC, descriptorCount)
    guard source >= 0 else { throw Errno.last }
    defer { close(source) }
    let null = open("/dev/null", O_WRONLY | O_CLOEXEC)
    guard null >= 0 else { throw Errno.last }
    defer { close(null) }
    let sink = fcntl(null, F_DUPFD_CLOEXEC, descriptorCount)
    guard sink >= 0 else { throw Errno.last }
    defer { close(sink) }

    var arguments: [UnsafeMutablePointer<CChar>?] = command.map { strdup($0) }
    arguments.append(nil)
    var variables: [UnsafeMutablePointer<CChar>?] = environment.map {
      strdup("\($0.key)=\($0.value)")
    }
    variables.append(nil)
    defer {
      for text in arguments { free(text) }
      for text in variables { free(text) }
    }
    var pid: CInt = 0
    let status = runbook_spawn(
      &pid, command.first ?? "", &arguments, &variables, "/", [source, sink, sink],
      descriptorCount)
    guard status == 0 else { throw Errno(rawValue: status) }
    return pid
  }
}
