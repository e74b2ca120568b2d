import Foundation
import Glibc
import RunbookEngine
import RunbookModel
import Testing

@testable import RunbookSandbox
@testable import RunbookSystem

/// The server and its services stop however the process ends that started them.
@Suite(.enabled(if: TestSandbox.isPossible), .timeLimit(.minutes(15)))
struct SandboxDeathTests {
  @Test func stopsAllWhenItsProcessIsKilled() async throws {
    let test = TestSandbox()
    let folder = test.folder
    await #expect(processExitsWith: .signal(SIGKILL)) { [folder = folder as String] in
      let provider = PostgresSandbox(environment: ProcessInfo.processInfo.environment)
      let sandbox = try await provider.start(in: folder, settings: [])
      // What the process starts itself must not keep the server alive.
      let bystander = Process()
      bystander.executableURL = URL(fileURLWithPath: "/bin/sleep")
      bystander.arguments = ["600"]
      bystander.standardOutput = FileHandle.nullDevice
      bystander.standardError = FileHandle.nullDevice
      try bystander.run()
      let service = try await sandbox.start(
        service: "app", command: ["/bin/sh", "-c", "echo $$; sleep 600; :"], environment: [:],
        workingDirectory: "/")
      let server = TextFile.read("\(folder)/data/postmaster.pid")?.pieces(separatedBy: "\n").first
      try "\(server ?? "") \(service) \(bystander.processIdentifier)".write(
        toFile: "\(folder)/pids", atomically: false, encoding: .utf8)
      kill(getpid(), SIGKILL)
    }
    let words = try #require(TextFile.read("\(folder)/pids"))
    let pids = words.pieces(separatedBy: " ").map(String.init)
    try #require(pids.count == 3)
    try await ProcessStatus.awaitFreeLock(of: folder)
    for pid in pids.prefix(2) { #expect(!ProcessStatus.isRunning(pid)) }
    #expect(ProcessStatus.isRunning(pids[2]))
    kill(try #require(pid_t(pids[2])), SIGKILL)

    let sandbox = try await test.provider.restart(in: folder)
    try await #expect(sandbox.query("SELECT 1") == "1")
    await sandbox.stop()
    try await test.provider.remove(folder: folder)
  }

  @Test func stopsAllWhenTheWatchdogIsKilled() async throws {
    try await TestSandbox.with { sandbox in
      let service = try await sandbox.start(
        service: "app", command: ["/bin/sh", "-c", "echo $$; exec sleep 600"], environment: [:],
        workingDirectory: "/")
      let server = try #require(
        TextFile.read("\(sandbox.folder)/data/postmaster.pid")?.pieces(separatedBy: "\n").first)
      let watchdog = try #require(ProcessStatus.status(String(server), "PPid").flatMap(pid_t.init))
      #expect(kill(watchdog, SIGKILL) == 0)
      try await ProcessStatus.awaitFreeLock(of: sandbox.folder)
      #expect(!ProcessStatus.isRunning(service))
      #expect(!ProcessStatus.isRunning(String(server)))
    }
  }
}
