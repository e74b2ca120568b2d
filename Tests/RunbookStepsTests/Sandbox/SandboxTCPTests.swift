import Foundation
import Glibc
import RunbookEngine
import RunbookModel
import Testing

@testable import RunbookPostgres
@testable import RunbookSandbox
@testable import RunbookSystem

/// TCP is there only when it is asked for, on this machine only, and never without a password.
@Suite(.enabled(if: TestSandbox.isPossible), .timeLimit(.minutes(15)))
struct SandboxTCPTests {
  private static let loopback = [TestSandbox.setting("listen_addresses", "127.0.0.1")]

  @Test func answersOnLoopbackWithItsPasswordOnly() async throws {
    try await TestSandbox.with(settings: Self.loopback) { sandbox in
      try await #expect(sandbox.query("SHOW listen_addresses") == "127.0.0.1")
      let url = try await Self.url(for: sandbox)
      let address = try #require(URLComponents(string: url))
      #expect(address.host == "127.0.0.1")
      #expect(address.password?.unicodeScalars.count == 48)
      let good = try await Self.psql(url)
      #expect(good.stdout == "sandbox\n", "\(good.stderr)")
      let wrong = url.replacingAll(try #require(address.password), with: "guessed")
      #expect(try await Self.psql(wrong).stderr.holds("password authentication failed"))
      try await #expect(
        sandbox.query(
          "SELECT string_agg(DISTINCT type || ' ' || auth_method, ',') FROM pg_hba_file_rules")
          == "host scram-sha-256,local trust")
      try await #expect(
        sandbox.query(
          "SELECT rolpassword LIKE 'SCRAM-SHA-256%' FROM pg_authid WHERE rolname = 'postgres'")
          == "t")
    }
  }

  @Test func leadsServicesToItsSocketAsBefore() async throws {
    try await TestSandbox.with(settings: Self.loopback) { sandbox in
      let programs = try await PostgresInstallation.find(
        environment: ProcessInfo.processInfo.environment)
      let address = try await sandbox.start(
        service: "app",
        command: [
          "/bin/sh", "-c",
          #""$1" -XAtqc 'SELECT inet_client_addr() IS NULL' && "$1" -XAtqd "$DATABASE_URL" -c ''"#,
          "app", programs.path(of: "psql"),
        ], environment: [:], workingDirectory: "/")
      #expect(address == "t")
    }
  }

  @Test func answersAgainAfterARestart() async throws {
    let test = TestSandbox()
    let first = try await test.provider.start(in: test.folder, settings: Self.loopback)
    await first.stop()
    let second = try await test.provider.restart(in: test.folder)
    #expect(try await Self.psql(Self.url(for: second)).stdout == "sandbox\n")
    try await #expect(second.query("SELECT 1") == "1")
    await second.stop()
    try await test.provider.remove(folder: test.folder)
  }

  @Test(arguments: ["*", "0.0.0.0", "::", "db.example.org", "127.0.0.1, 10.0.0.1", "127.0.0.2"])
  func refusesWhatOtherMachinesMightReach(addresses: String) async throws {
    let test = TestSandbox()
    let failure = await #expect(throws: StepFailure.self) {
      _ = try await test.provider.start(
        in: test.folder, settings: [TestSandbox.setting("listen_addresses", addresses)])
    }
    #expect(failure?.record.cause == .invalid)
    #expect(failure?.record.message.holds("runbook.yaml:1:1") == true)
    #expect(!FileManager.default.fileExists(atPath: test.folder))
  }

  @Test(arguments: [
    ("", []), ("localhost", ["127.0.0.1", "::1"]), ("::1", ["::1"]),
    (" ::1 ,localhost,127.0.0.1", ["::1", "127.0.0.1"]),
  ])
  func takesItsOwnMachinesAddresses(text: String, expected: [String]) throws {
    let addresses = try ListenAddresses(of: [TestSandbox.setting("listen_addresses", text)])
    #expect(addresses.all == expected)
  }

  @Test func keepsItsPortFromOthersAndLetsAServerHaveIt() throws {
    let port = try FreePort()
    defer { port.release() }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.number.bigEndian
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    let bound = { (reuses: Bool) -> Bool in
      let descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
      defer { close(descriptor) }
      var flag: CInt = reuses ? 1 : 0
      setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &flag, 4)
      return withUnsafePointer(to: address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          bind(descriptor, $0, 16) == 0 && listen(descriptor, 1) == 0
        }
      }
    }
    #expect(!bound(false))
    #expect(bound(true))
  }

  /// What a service is told.
  private static func url(for sandbox: any RunningSandbox) async throws -> String {
    // A restarted sandbox has the files of the service before: another name each time.
    try await sandbox.start(
      service: "app-\(UUID().uuidString.prefixOfScalars(8).lowercased())",
      command: ["/bin/sh", "-c", #"echo "$DATABASE_TCP_URL""#], environment: [:],
      workingDirectory: "/")
  }

  private static func psql(_ url: String) async throws -> ChildProcess.Output {
    let installation = try await PostgresInstallation.find(
      environment: ProcessInfo.processInfo.environment)
    return try await ChildProcess.run(
      [installation.path(of: "psql"), "-XAtqw", "-d", url, "-c", "SELECT current_database()"],
      environment: ["PATH": ProgramPath.standard], workingDirectory: "/", timeout: .seconds(30))
  }
}
