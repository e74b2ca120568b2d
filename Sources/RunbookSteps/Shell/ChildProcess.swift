import Glibc
import RunbookEngine
import RunbookModel

/// A program to be run to its end, in a session and a process group of its own, without a terminal.
///
/// When `run` or `perform` returns, also by throwing, nothing that the program started goes on, unless it
/// `leavesRunning`: all that is below its keeper is ended, whatever session, environment and user it has, and
/// so are processes elsewhere that carry `mark` in their environment. What an earlier process starts on the
/// program's behalf (a service manager, `at`) is not found. Whoever is ended gets TERM, and KILL after the
/// grace; who may not be signalled is named.
struct ChildProcess: Sendable {
  /// The program, looked up in `PATH` when it holds no slash, and its arguments.
  var command: [String]
  /// The whole environment.
  var environment: [String: String]
  var workingDirectory: String?
  var input: [UInt8] = []
  /// Readable by the program as `/dev/fd/3`.
  var script: [UInt8]?
  /// Variables that are added to the environment, and by which processes are found again.
  var mark: [String: String] = [:]
  /// Until it is asked to end; nil is without end.
  var timeout: Duration?
  /// From TERM to KILL.
  var grace: Duration = .seconds(5)
  /// Whether what goes on when the program has ended by itself is left alone.
  var leavesRunning = false

  enum Stream: Sendable, Hashable, CaseIterable { case standardOutput, standardError }

  /// How a program ended.
  struct Ending: Sendable, Hashable {
    enum Reason: Sendable, Hashable {
      case exited, timedOut, cancelled
      /// Its keeper was ended, and with it went what it knew.
      case vanished
    }

    var reason: Reason = .exited
    /// 128 and the signal's number when a signal ended it, as shells say it; -1 where it is not known to have
    /// ended.
    var exitCode: Int32 = 0
    /// 0 if none.
    var signal: Int32 = 0
    /// What went on when the program had ended by itself: it was ended then, or left.
    var left: [Left] = []
    /// Whether somebody holds its output open who was not found, and may go on.
    var isOutputHeld = false
    /// Processes that were still there after KILL, or that may not be killed.
    var survivors: [Left] = []
    /// Whether something of it went on, or still does, that was not found by name: another account's, or what
    /// makes new processes faster than they are read.
    var isUnseenLeft = false
  }

  /// A process that a program left.
  struct Left: Sendable, Hashable {
    let pid: Int32
    /// As it was started; secrets may be in it.
    let command: String
    /// The account that it belongs to, where that is another.
    let user: UInt32?

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
  func perform(
    receive: @escaping @Sendable (Stream, [UInt8]) -> Void
  ) async throws(StepFailure) -> Ending {
    let interruption = Interruption()
    let outcome: Result<Ending, StepFailure>
    do {
      outcome = try await withTaskCancellationHandler {
        try await OwnThread.run {
          do throws(StepFailure) {
            var watch = ChildWatch(
              child: try SpawnedChild(self), process: self, interruption: interruption,
              receive: receive)
            return .success(watch.run())
          } catch {
            return .failure(error)
          }
        }
      } onCancel: {
        interruption.set()
      }
    } catch let failure as StepFailure {
      throw failure
    } catch {
      throw StepFailure(.refused, "the program could not be watched")
    }
    return try outcome.get()
  }
}
