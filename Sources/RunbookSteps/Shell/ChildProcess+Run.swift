import RunbookEngine
import RunbookModel
import Synchronization

extension ChildProcess {
  /// What a program brought back.
  struct Output: Sendable, Hashable {
    var exitCode: Int32
    var stdout: String
    var stderr: String
  }

  /// Runs a program to its end and keeps all that it prints.
  ///
  /// - Parameters:
  ///   - command: the program, looked up in the environment's `PATH`, and its arguments.
  ///   - environment: the whole environment, not an addition.
  /// - Returns: whatever the exit code is.
  /// - Throws: `unreachable` when it could not be started, `timeout`, `interrupted` when the task was
  ///   cancelled, `refused` when a signal ended it.
  static func run(
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
