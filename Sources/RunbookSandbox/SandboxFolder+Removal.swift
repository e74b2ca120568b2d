import Glibc
import RunbookEngine
package import RunbookModel
import RunbookSystem

extension SandboxFolder {
  /// Removes the folder with all that is in it, under its lock, which is free when nothing of the
  /// sandbox runs any more. It goes on to its end also when the task is cancelled.
  ///
  /// - Throws: `refused` when it is still in use after ten seconds.
  package func delete() async throws(StepFailure) {
    var command = ["rm", "-rf", "--one-file-system", "--", path]
    if access(lock, F_OK) == 0 { command = ["flock", "-w", "10", "-E", "75", lock] + command }
    let output = try await Self.runToEnd(command)
    guard output.exitCode != 75 else {
      throw StepFailure(
        .refused, "the sandbox in \(path) is still in use",
        hint: "`fuser -v \(lock)` shows by whom", mayRetryHelp: true)
    }
    guard output.exitCode == 0 else {
      throw StepFailure(
        .refused, "the sandbox in \(path) could not be removed", detail: output.stderr,
        code: "\(output.exitCode)")
    }
  }

  /// A task of its own, which the cancellation of the one that awaits it does not reach.
  private static func runToEnd(
    _ command: [String]
  ) async throws(StepFailure) -> ChildProcess.Output {
    let run = Task { () -> Result<ChildProcess.Output, StepFailure> in
      do throws(StepFailure) {
        return .success(
          try await ChildProcess.run(
            command, environment: ["PATH": ProgramPath.standard, "LANG": "C.UTF-8"],
            workingDirectory: "/", timeout: .seconds(120)))
      } catch {
        return .failure(error)
      }
    }
    return try await run.value.get()
  }
}
