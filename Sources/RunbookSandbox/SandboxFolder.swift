import Glibc
import RunbookEngine
package import RunbookModel
package import RunbookPostgres
import RunbookSystem
import SystemPackage

/// The folder of one sandbox, and the names in it.
package struct SandboxFolder: Sendable, Hashable {
  package let path: String

  package var server: OwnServer { OwnServer(folder: path) }

  /// Says that the folder is a sandbox's; nothing is removed that does not hold it.
  package var marker: String { "\(path)/\(Self.markerName)" }
  /// Locked (flock(2)) by every process of the sandbox, from the first to the last.
  package var lock: String { "\(path)/lock" }
  package var data: String { server.data }
  package var socket: String { server.socket }
  /// For what the preparation's steps write; the sandbox's user owns it.
  package var work: String { "\(path)/work" }
  /// Holds the process ids of the server and of the watchdog that started it.
  package var serverNumbers: String { "\(path)/server.pid" }
  /// Holds the password for TCP; there only when TCP was asked for.
  package var password: String { "\(path)/password" }
  package var serverLog: String { "\(path)/server.log" }
  package var watchdogLog: String { "\(path)/watchdog.log" }

  package static let markerName = "runbook-sandbox"
  /// `sun_path` with its end, of unix(7).
  private static let longestSocketPath = 107

  package func log(of service: String) -> String { "\(path)/\(service).log" }
  package func address(of service: String) -> String { "\(path)/\(service).address" }

  /// Checks that a server's configuration and its clients can carry the path.
  package func check() throws(StepFailure) {
    let isPlain = path.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
      case UInt8(ascii: "0")...UInt8(ascii: "9"): true
      default: "/._-+".utf8.contains(byte)
      }
    }
    guard path.begins(with: "/"), isPlain else {
      throw StepFailure(
        .invalid,
        "the sandbox's folder must be an absolute path of letters, digits and ._-+: \(path)",
        hint: "set RUNBOOK_SANDBOX_DIR to another folder")
    }
    guard "\(socket)/.s.PGSQL.65535".utf8.count <= Self.longestSocketPath else {
      throw StepFailure(
        .invalid, "the sandbox's folder has too long a path for a unix socket: \(path)",
        hint: "set RUNBOOK_SANDBOX_DIR to a folder with a short path")
    }
  }

  /// Makes the folder, for its user alone.
  ///
  /// - Throws: `refused` when the path is taken, by whatever it is: somebody may have put it there.
  package func make(for user: SandboxUser) throws(StepFailure) {
    guard mkdir(path, 0o700) == 0 else {
      let problem = Errno.last
      throw StepFailure(
        problem == .fileExists ? .refused : .unreachable,
        "cannot make the sandbox's folder \(path): \(problem.description)",
        hint: "set RUNBOOK_SANDBOX_DIR to a folder that can be written to")
    }
    guard user.name != nil else { return }
    let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
    defer { close(descriptor) }
    guard descriptor >= 0, fchown(descriptor, user.uid, user.gid) == 0 else {
      let problem = Errno.last
      rmdir(path)
      throw StepFailure(.unreachable, "cannot give \(path) to its user: \(problem.description)")
    }
  }

  package var exists: Bool { Self.status(of: path) != nil }

  /// - Throws: `refused` unless the folder is a sandbox's, made by this user.
  package func checkIsSandbox(of user: SandboxUser) throws(StepFailure) {
    let folder = Self.status(of: path)
    let isOurs =
      folder.map {
        $0.st_mode & S_IFMT == S_IFDIR && [user.uid, geteuid()].contains($0.st_uid)
          && $0.st_mode & (S_IWGRP | S_IWOTH) == 0
      }
    guard isOurs == true, Self.isFile(marker), Self.isFile(lock) else {
      throw StepFailure(
        .refused, "\(path) is not a sandbox of this user",
        hint: "a sandbox's folder holds the file \(Self.markerName); nothing was touched")
    }
  }

  private static func isFile(_ path: String) -> Bool {
    status(of: path).map { $0.st_mode & S_IFMT == S_IFREG } ?? false
  }

  /// Of the path itself, also when it is a symbolic link.
  private static func status(of path: String) -> stat? {
    var status = stat()
    return lstat(path, &status) == 0 ? status : nil
  }
}

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
