import RunbookModel
import Synchronization

/// A program that prints one value, such as a password's store; run without a shell.
///
/// It has no terminal and no input, a time, and a limit to what it may print; nothing of it goes on afterwards.
package struct ValueCommand {
  package let words: [String]
  package let environment: [String: String]

  package init(_ words: [String], environment: [String: String]) {
    self.words = words
    self.environment = environment
  }

  /// What it may take, and print, at most.
  package static let timeout = Duration.seconds(60)
  package static let mostBytes = 1 << 20
  private static let mostErrors = 8192

  package enum Problem: Error {
    case notStarted
    case timedOut
    case tooLong
    case interrupted
    /// With its exit code, and 128 and the signal's number when a signal ended it, and the end of what it said.
    case failed(Int32, said: String)
  }

  /// Blocks until it has ended.
  ///
  /// - Returns: its standard output.
  package func output(timeout: Duration = ValueCommand.timeout) throws(Problem) -> [UInt8] {
    var process = ChildProcess(command: words, environment: environment, timeout: timeout)
    process.grace = .seconds(1)
    let interruption = Interruption()
    let printed = Printed()
    let ending: ChildProcess.Ending
    do throws(StepFailure) {
      var watch = ChildWatch(
        child: try SpawnedChild(process), process: process, interruption: interruption
      ) { stream, bytes in
        if !printed.take(bytes, of: stream) { interruption.set() }
      }
      ending = watch.run()
    } catch {
      throw .notStarted
    }
    let (output, errors, isTooLong) = printed.all
    if isTooLong { throw .tooLong }
    switch ending.reason {
    case .timedOut: throw .timedOut
    case .cancelled, .vanished: throw .interrupted
    case .exited where ending.exitCode != 0:
      throw .failed(ending.exitCode, said: String(decoding: errors, as: UTF8.self))
    case .exited: return output
    }
  }

  private final class Printed: Sendable {
    private struct Streams {
      var output: [UInt8] = []
      var errors: [UInt8] = []
      var isTooLong = false
    }

    private let streams = Mutex(Streams())

    /// - Returns: whether it may go on.
    func take(_ bytes: [UInt8], of stream: ChildProcess.Stream) -> Bool {
      streams.withLock { streams in
        switch stream {
        case .standardOutput:
          guard streams.output.count + bytes.count <= ValueCommand.mostBytes else {
            streams.isTooLong = true
            return false
          }
          streams.output += bytes
        case .standardError:
          streams.errors = Array((streams.errors + bytes).suffix(ValueCommand.mostErrors))
        }
        return true
      }
    }

    var all: ([UInt8], [UInt8], Bool) {
      streams.withLock { ($0.output, $0.errors, $0.isTooLong) }
    }
  }
}
