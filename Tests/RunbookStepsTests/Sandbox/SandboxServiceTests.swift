import Foundation
import Glibc
import RunbookEngine
import RunbookModel
import Testing

@testable import RunbookSandbox
@testable import RunbookSystem

@Suite(.enabled(if: TestSandbox.isPossible), .timeLimit(.minutes(15)))
struct SandboxServiceTests {
  /// Prints its process id as its address, then stays.
  private static let staying = ["/bin/sh", "-c", "echo $$; echo more; echo said >&2; sleep 600; :"]

  @Test func givesTheFirstLineAndLogsTheOutput() async throws {
    try await TestSandbox.with { sandbox in
      let pid = try await sandbox.start(
        service: "app", command: Self.staying, environment: [:], workingDirectory: "/")
      #expect(ProcessStatus.isRunning(pid))
      if geteuid() == 0 { #expect(ProcessStatus.status(pid, "Uid")?.begins(with: "0\t") == false) }
      await sandbox.stop()
      #expect(!ProcessStatus.isRunning(pid))
      let log = try #require(TextFile.read("\(sandbox.folder)/app.log"))
      #expect(Set(log.pieces(separatedBy: "\n").map(String.init)) == [pid, "more", "said"])
      #expect(access("\(sandbox.folder)/app.pipe", F_OK) != 0)
    }
  }

  @Test func passesCommandAndEnvironmentAsTheyAre() async throws {
    let value = "it's \"$HOME\" `id` \\\nand \(0x1F9EF)"
    try await TestSandbox.with { sandbox in
      let address = try await sandbox.start(
        service: "app",
        command: [
          "/bin/sh", "-c", #"printf '%s|%s|%s' "$1" "$VALUE" "$PWD" | od -An -tx1 | tr -d ' \n'"#,
          "x", value,
        ],
        environment: ["VALUE": value], workingDirectory: "/usr")
      let expected = "\(value)|\(value)|/usr".utf8.map { byte in
        String(byte, radix: 16).unicodeScalars.count == 1
          ? "0" + String(byte, radix: 16) : String(byte, radix: 16)
      }
      #expect(address == expected.joined())
    }
  }

  @Test func tellsWhyAServiceDidNotStart() async throws {
    try await TestSandbox.with { sandbox in
      let failure = await #expect(throws: StepFailure.self) {
        _ = try await sandbox.start(
          service: "app", command: ["/bin/sh", "-c", "echo no port left >&2; exit 3"],
          environment: [:], workingDirectory: "/")
      }
      #expect(failure?.record.cause == .refused)
      #expect(failure?.record.detail?.holds("no port left") == true)
    }
  }

  @Test(arguments: ["", "server", "../x", "App", "a b"])
  func refusesNames(name: String) async throws {
    let server = PostgresServer(
      in: SandboxFolder(path: "/nowhere"), version: "15",
      watchdog: try Watchdog(command: ["/bin/true"], environment: [:]), environment: [:])
    await #expect(throws: StepFailure.self) {
      _ = try await server.start(
        service: name, command: ["/bin/true"], environment: [:], workingDirectory: "/")
    }
    await server.stop()
  }

  @Test func killsAServiceThatDoesNotHeedTERM() async throws {
    try await TestSandbox.with { sandbox in
      let pid = try await sandbox.start(
        service: "app",
        command: ["/bin/sh", "-c", "trap '' TERM; echo $$; while :; do sleep 600; done"],
        environment: [:], workingDirectory: "/")
      await sandbox.stop()
      #expect(!ProcessStatus.isRunning(pid))
    }
  }
}
