import Glibc
package import RunbookModel
import Synchronization

/// A program to be run to its end, in a session and a process group of its own, without a terminal.
///
/// When `run` or `perform` returns, also by throwing, nothing that the program started goes on, unless it
/// `leavesRunning`: all that is below its keeper is ended, whatever session, environment and user it has, and
/// so are processes elsewhere that carry `mark` in their environment. What an earlier process starts on the
/// program's behalf (a service manager, `at`) is not found. Whoever is ended gets TERM, and KILL after the
/// grace; who may not be signalled is named.
package struct ChildProcess: Sendable {
  /// The program, looked up in `PATH` when it holds no slash, and its arguments.
  package var command: [String]
  /// The whole environment.
  package var environment: [String: String]
  package var workingDirectory: String?
  package var input: [UInt8]
  /// Readable by the program as `/dev/fd/3`.
  package var script: [UInt8]?
  /// Variables that are added to the environment, and by which processes are found again.
  package var mark: [String: String]
  /// Until it is asked to end; nil is without end.
  package var timeout: Duration?
  /// From TERM to KILL.
  package var grace: Duration
  /// Whether what goes on when the program has ended by itself is left alone.
  package var leavesRunning: Bool

  package init(
    command: [String], environment: [String: String], workingDirectory: String? = nil,
    input: [UInt8] = [], script: [UInt8]? = nil, mark: [String: String] = [:],
    timeout: Duration? = nil, grace: Duration = .seconds(5), leavesRunning: Bool = false
  ) {
    self.command = command
    self.environment = environment
    self.workingDirectory = workingDirectory
    self.input = input
    self.script = script
    self.mark = mark
    self.timeout = timeout
    self.grace = grace
    self.leavesRunning = leavesRunning
  }

  package enum Stream: Sendable, Hashable, CaseIterable { case standardOutput, standardError }

  /// How a program ended.
  package struct Ending: Sendable, Hashable {
    package enum Reason: Sendable, Hashable {
      case exited, timedOut, cancelled
      /// Its keeper was ended, and with it went what it knew.
      case vanished
    }

    package var reason: Reason = .exited
    /// 128 and the signal's number when a signal ended it, as shells say it; -1 where it is not known to have
    /// ended.
    package var exitCode: Int32 = 0
    /// 0 if none.
    package var signal: Int32 = 0
    /// What went on when the program had ended by itself: it was ended then, or left.
    package var left: [Left] = []
    /// Whether somebody holds its output open who was not found, and may go on.
    package var isOutputHeld = false
    /// Processes that were still there after KILL, or that may not be killed.
    package var survivors: [Left] = []
    /// Whether something of it went on, or still does, that was not found by name: another account's, or what
    /// makes new processes faster than they are read.
    package var isUnseenLeft = false
  }

  /// A process that a program left.
  package struct Left: Sendable, Hashable {
    package let pid: Int32
    /// As it was started; secrets may be in it.
    package let command: String
    /// The account that it belongs to, where that is another.
    package let user: UInt32?

    init(_ pid: Int32) {
      self.pid = pid
      command = ProcessTable.command(of: pid)
      let owner = ProcessTable.user(of: pid)
      user = owner == geteuid() ? nil : owner
    }
  }

  /// Runs the program, and hands over its output as it comes.
  ///
  /// - Parameter receive: called on one thread, never at the same time.
  /// - Returns: also after a timeout or a cancellation, which `Ending.reason` tells.
  /// - Throws: `unreachable` when the program could not be started.
  package func perform(
    receive: @escaping @Sendable (Stream, [UInt8]) -> Void
  ) async throws(StepFailure) -> Ending {
    try await OwnThread.runInterruptibly { interruption throws(StepFailure) in
      var watch = ChildWatch(
        child: try SpawnedChild(self), process: self, interruption: interruption, receive: receive)
      return watch.run()
    }
  }
}

extension ChildProcess {
  /// What a program brought back.
  package struct Output: Sendable, Hashable {
    package var exitCode: Int32
    package var stdout: String
    package var stderr: String
  }

  /// Runs a program to its end and keeps all that it prints.
  ///
  /// - Parameters:
  ///   - command: the program, looked up in the environment's `PATH`, and its arguments.
  ///   - environment: the whole environment, not an addition.
  /// - Returns: whatever the exit code is.
  /// - Throws: `unreachable` when it could not be started, `timeout`, `interrupted` when the task was
  ///   cancelled, `refused` when a signal ended it.
  package static func run(
    _ command: [String], environment: [String: String], workingDirectory: String? = nil,
    input: String = "", timeout: Duration? = .seconds(600)
  ) async throws(StepFailure) -> Output {
    let process = ChildProcess(
      command: command, environment: environment, workingDirectory: workingDirectory,
      input: Array(input.utf8), timeout: timeout)
    let collected = Collected()
    let ending = try await process.perform { stream, bytes in collected.append(bytes, to: stream) }
    let output = Output(
      exitCode: ending.exitCode, stdout: collected.text(of: .standardOutput),
      stderr: collected.text(of: .standardError))
    let name = command.first ?? ""
    switch ending.reason {
    case .timedOut:
      throw StepFailure(.timeout, "`\(name)` did not end in time", detail: output.stderr)
    case .vanished:
      throw StepFailure(.refused, "how `\(name)` ended is not known", detail: output.stderr)
    case .cancelled:
      throw StepFailure(.interrupted, "`\(name)` was stopped", detail: output.stderr)
    case .exited where ending.signal != 0:
      throw StepFailure(
        .refused, "`\(name)` was ended by signal \(ending.signal)", detail: output.stderr,
        code: "signal \(ending.signal)")
    case .exited:
      return output
    }
  }

  private final class Collected: Sendable {
    private let bytes = Mutex<[Stream: [UInt8]]>([:])

    func append(_ more: [UInt8], to stream: Stream) {
      bytes.withLock { $0[stream, default: []] += more }
    }

    func text(of stream: Stream) -> String {
      bytes.withLock { String(decoding: $0[stream] ?? [], as: UTF8.self) }
    }
  }
}
