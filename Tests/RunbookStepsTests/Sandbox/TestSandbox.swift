import Foundation
import Glibc
import RunbookEngine
import RunbookModel
import Testing

@testable import RunbookPostgres
@testable import RunbookSandbox
@testable import RunbookSystem

/// A throwaway server of a test, and the folder that it lies in.
struct TestSandbox {
  let provider = PostgresSandbox(environment: ProcessInfo.processInfo.environment)
  let folder: String

  /// Tests that need PostgreSQL run where `RUNBOOK_TEST_POSTGRES` is set, and wherever it is installed.
  static let isPossible: Bool =
    ProcessInfo.processInfo.environment["RUNBOOK_TEST_POSTGRES"] != nil
    || access("/usr/lib/postgresql", F_OK) == 0
    || ProgramPath.find("initdb", in: ProcessInfo.processInfo.environment["PATH"] ?? "") != nil

  init() {
    folder = provider.folder(for: RunID(rawValue: "test-\(UUID().uuidString.prefixOfScalars(8))"))
  }

  static func setting(_ name: String, _ value: String) -> Runbook.Sandbox.Setting {
    let place = Place(file: "runbook.yaml", line: 1, column: 1)
    return Runbook.Sandbox.Setting(
      name: name, place: place, value: SourceText(value, at: place, layout: .line))
  }

  /// Starts a server, lends it to `body`, and leaves nothing behind.
  static func with(
    settings: [Runbook.Sandbox.Setting] = [],
    _ body: (any RunningSandbox) async throws -> Void
  ) async throws {
    let test = TestSandbox()
    let sandbox = try await test.provider.start(in: test.folder, settings: settings)
    do {
      try await body(sandbox)
    } catch {
      await sandbox.stop()
      try await test.provider.remove(folder: test.folder)
      throw error
    }
    await sandbox.stop()
    try await test.provider.remove(folder: test.folder)
    #expect(!FileManager.default.fileExists(atPath: test.folder))
  }
}

extension RunningSandbox {
  /// What psql prints for a statement.
  func query(_ statement: String) async throws -> String {
    let installation = try await PostgresInstallation.find(
      environment: ProcessInfo.processInfo.environment)
    let output = try await ChildProcess.run(
      [installation.path(of: "psql"), "-XAtq", "-d", url, "-v", "ON_ERROR_STOP=1"],
      environment: ["PATH": ProgramPath.standard], workingDirectory: "/", input: statement,
      timeout: .seconds(30))
    try #require(output.exitCode == 0, "\(output.stderr)")
    return output.stdout.trimmingCharacters(in: .newlines)
  }
}

/// What `/proc` says of a process.
enum ProcessStatus {
  /// Whether it runs: one that has ended and is not yet reaped does not.
  static func isRunning(_ pid: String) -> Bool {
    guard let number = pid_t(pid), access("/proc/\(pid)", F_OK) == 0 else { return false }
    return !ProcessTable.isZombie(number)
  }

  static func status(_ pid: String, _ field: String) -> String? {
    TextFile.read("/proc/\(pid)/status")?.pieces(separatedBy: "\n")
      .first { $0.begins(with: "\(field):") }?
      .dropFirstScalars(field.unicodeScalars.count + 1).trimmingCharacters(in: .whitespaces)
  }

  /// Returns when nothing of the sandbox holds its lock any more.
  static func awaitFreeLock(of folder: String) async throws {
    let output = try await ChildProcess.run(
      ["flock", "-w", "30", "\(folder)/lock", "true"],
      environment: ["PATH": ProgramPath.standard], timeout: .seconds(40))
    #expect(output.exitCode == 0, "the sandbox's lock was not released")
  }
}
