import CLinux
import Glibc
import RunbookEngine
import RunbookModel

/// A process that was started, and the descriptors by which it is watched.
///
/// Not `Sendable`: it belongs to the thread that watches it. The process is its session's and its
/// group's leader, so that `pid` names the group too.
struct SpawnedChild {
  let pid: pid_t
  /// Readable when the process has ended.
  let ended: CInt
  let output: CInt
  let error: CInt

  /// - Throws: `unreachable` when the program could not be started.
  init(_ process: ChildProcess) throws(StepFailure) {
    guard let program = process.command.first, !program.isEmpty else {
      throw StepFailure(.invalid, "a command without a program")
    }
    let environment = process.environment.merging(process.mark) { _, mark in mark }
    var files = SpawnFiles()
    defer { files.closeChildEnds() }
    do throws(SystemProblem) {
      try files.open(input: process.input, script: process.script)
      let pid = try files.spawn(
        path: Self.path(of: program, in: environment), arguments: process.command,
        environment: environment, workingDirectory: process.workingDirectory)
      self.pid = pid
    } catch {
      files.closeParentEnds()
      throw StepFailure(
        .unreachable, "cannot start `\(program)`: \(error.message)",
        hint: process.workingDirectory.map { "it was to run in \($0)" })
    }
    ended = runbook_pidfd_open(pid)
    output = files.output
    error = files.error
  }

  /// The first executable file of that name in `PATH`, else the name itself.
  private static func path(of program: String, in environment: [String: String]) -> String {
    guard !program.holds("/") else { return program }
    let search = environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin"
    for folder in search.pieces(separatedBy: ":") {
      let candidate = "\(folder)/\(program)"
      if access(candidate, X_OK) == 0 { return candidate }
    }
    return program
  }
}

/// An error number of the system.
struct SystemProblem: Error {
  let number: CInt

  init(_ number: CInt = errno) { self.number = number }

  var message: String { String(cString: strerror(number)) }
}
