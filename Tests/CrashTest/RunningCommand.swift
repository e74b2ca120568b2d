import Foundation
import Glibc

/// A command of the program while it runs; its output goes to files, so that it never waits for us.
final class RunningCommand {
  let child: ChildProgram
  let command: [String]
  private let outputs: [String]
  private let began = ContinuousClock.now

  init(_ command: [String], environment: [String: String], folder: String) throws {
    let name = UUID().uuidString.prefix(8)
    outputs = ["out", "err"].map { "\(folder)/\($0)-\(name)" }
    self.command = command
    let files = outputs.map { open($0, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0o600) }
    child = try ChildProgram(
      command, environment: environment, folder: folder,
      descriptors: [open("/dev/null", O_RDONLY | O_CLOEXEC)] + files)
  }

  /// What it gave; it must have ended, or end soon.
  func finish(within time: Duration) throws -> World.Output {
    let isOver = child.hasEnded(within: time)
    if !isOver { child.signal(SIGKILL) }
    let status = child.reap()
    let texts = try outputs.map { try String(contentsOfFile: $0, encoding: .utf8) }
    let output = World.Output(
      status: status, standardOutput: texts[0], standardError: texts[1],
      time: ContinuousClock.now - began)
    guard isOver else {
      throw World.Failure(
        message: "'\(command.dropFirst().joined(separator: " "))' did not end: \(output.end)")
    }
    return output
  }
}
