import RunbookEngine
import RunbookModel

/// A program to be run to its end, in a session and a process group of its own, without a terminal.
///
/// When `run` or `perform` returns, also by throwing, nothing that the program started goes on, unless it
/// `leavesRunning`: its group is ended, and so are processes that left the group, as long as they carry
/// `mark` in their environment. A program that clears its environment and leaves its group is not found.
/// Whoever is ended gets TERM, and KILL after the grace.
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
  /// Until TERM is sent to the group; nil is without end.
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
      /// It has ended, and somebody else took in how.
      case vanished
    }

    var reason: Reason = .exited
    /// 128 and the signal's number when a signal ended it, as shells say it.
    var exitCode: Int32 = 0
    /// 0 if none.
    var signal: Int32 = 0
    /// What went on when the program had ended by itself: it was ended then, or left.
    var left: [Left] = []
    /// Whether somebody holds its output open who was not found, and may go on.
    var isOutputHeld = false
    /// Processes that were still there after KILL, or that may not be killed.
    var survivors: [Int32] = []
  }

  /// A process that a program left.
  struct Left: Sendable, Hashable {
    let pid: Int32
    /// As it was started; secrets may be in it.
    let command: String
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
