import Foundation
import Glibc
import RunbookEngine
import RunbookModel
import Testing

@testable import RunbookPostgres
@testable import RunbookSandbox
@testable import RunbookSystem

@Suite(.enabled(if: TestSandbox.isPossible), .timeLimit(.minutes(15)))
struct PostgresSandboxTests {
  @Test func answersOnItsSocketAndNowhereElse() async throws {
    try await TestSandbox.with { sandbox in
      try await #expect(sandbox.query("SELECT current_database()") == "sandbox")
      try await #expect(sandbox.query("SHOW listen_addresses") == "")
      try await #expect(sandbox.query("SHOW server_encoding") == "UTF8")
      try await #expect(sandbox.query("SHOW server_version") == sandbox.serverVersion)
      var status = stat()
      #expect(lstat(sandbox.folder, &status) == 0)
      #expect(status.st_mode & 0o777 == 0o700)
      #expect(lstat("\(sandbox.folder)/socket", &status) == 0)
      #expect(status.st_mode & 0o777 == 0o700)
      #expect(lstat("\(sandbox.folder)/work", &status) == 0)
      #expect(status.st_mode & 0o777 == 0o755)
    }
  }

  @Test func dropsFromRootWithAllItsGroups() async throws {
    try await TestSandbox.with { sandbox in
      let postmaster = try #require(
        TextFile.read("\(sandbox.folder)/data/postmaster.pid")?.pieces(separatedBy: "\n").first)
      let uids = try #require(ProcessStatus.status(String(postmaster), "Uid"))
      #expect(!uids.pieces(separatedBy: "\t").contains("0"))
      if geteuid() == 0 { #expect(ProcessStatus.status(String(postmaster), "Groups") == "") }
      #expect(getsid(try #require(pid_t(postmaster))) != getsid(0))
    }
  }

  @Test func takesSettingsAndLogsInUTC() async throws {
    let settings = [
      TestSandbox.setting("log_statement", "ddl"),
      TestSandbox.setting("runbook.note", #"it's \n"#),
    ]
    try await TestSandbox.with(settings: settings) { sandbox in
      try await #expect(
        sandbox.query("SHOW runbook.note")
          == #"it's \n"#)
      _ = try await sandbox.query("CREATE TABLE t (); DROP TABLE t")
      let line = try #require(
        TextFile.read(sandbox.serverLog)?.pieces(separatedBy: "\n").first {
          $0.holds("DROP TABLE t")
        })
      #expect(line.contains(#/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} UTC \[\d+\] LOG:/#))
    }
  }

  @Test(arguments: [
    ("Log", "x"), ("log-statement", "x"), ("", "x"), ("port", "1"), ("include", "/etc/passwd"),
    ("log_statement", "a\nport = 1"),
  ])
  func refusesSettings(name: String, value: String) async throws {
    let test = TestSandbox()
    await #expect(throws: StepFailure.self) {
      _ = try await test.provider.start(
        in: test.folder, settings: [TestSandbox.setting(name, value)])
    }
    #expect(!FileManager.default.fileExists(atPath: test.folder))
  }

  @Test func tellsWhyAServerDoesNotStartAndRemovesIt() async throws {
    let test = TestSandbox()
    let failure = await #expect(throws: StepFailure.self) {
      _ = try await test.provider.start(
        in: test.folder, settings: [TestSandbox.setting("max_connections", "many")])
    }
    #expect(failure?.record.cause == .unreachable)
    #expect(failure?.record.detail?.holds("max_connections") == true)
    #expect(!FileManager.default.fileExists(atPath: test.folder))
  }

  @Test func leavesNothingWhenItsStartIsCancelled() async throws {
    let test = TestSandbox()
    let start = Task { try await test.provider.start(in: test.folder, settings: []) }
    let begun = try await Wait.until(within: .seconds(240)) {
      access("\(test.folder)/data", F_OK) == 0 ? true : nil
    }
    #expect(begun == true)
    start.cancel()
    let failure = await #expect(throws: StepFailure.self) { _ = try await start.value }
    #expect(failure?.record.cause == .interrupted)
    #expect(!FileManager.default.fileExists(atPath: test.folder))
  }

  @Test func startsAgainWithItsData() async throws {
    let test = TestSandbox()
    let first = try await test.provider.start(in: test.folder, settings: [])
    _ = try await first.query("CREATE TABLE kept (n int); INSERT INTO kept VALUES (7)")
    await first.stop()
    await first.stop()
    let second = try await test.provider.restart(in: test.folder)
    #expect(second.url == first.url)
    try await #expect(second.query("SELECT n FROM kept") == "7")
    await second.stop()
    try await test.provider.remove(folder: test.folder)
    try await test.provider.remove(folder: test.folder)
  }

  @Test func stopsWhenNobodyHoldsItAnyMore() async throws {
    let test = TestSandbox()
    var sandbox: (any RunningSandbox)? = try await test.provider.start(
      in: test.folder, settings: [])
    #expect(sandbox != nil)
    let numbers = try String(contentsOfFile: "\(test.folder)/server.pid", encoding: .utf8)
    let watchdog = try #require(numbers.pieces { $0 == " " || $0 == "\n" }.last)
    sandbox = nil
    try await ProcessStatus.awaitFreeLock(of: test.folder)
    // A zombie would still have its number.
    let isGone = try await Wait.until(within: .seconds(240)) {
      access("/proc/\(watchdog)", F_OK) == 0 ? nil : true
    }
    #expect(isGone == true)
    try await test.provider.remove(folder: test.folder)
  }

  @Test func refusesAFolderThatIsThere() async throws {
    let test = TestSandbox()
    #expect(symlink("/", test.folder) == 0)
    defer { unlink(test.folder) }
    let failure = await #expect(throws: StepFailure.self) {
      _ = try await test.provider.start(in: test.folder, settings: [])
    }
    #expect(failure?.record.cause == .refused)
    await #expect(throws: StepFailure.self) {
      try await test.provider.remove(folder: test.folder)
    }
    #expect(access(test.folder, F_OK) == 0)
  }

  @Test func removesOnlyWhatIsASandbox() async throws {
    let test = TestSandbox()
    try FileManager.default.createDirectory(
      atPath: "\(test.folder)/data", withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: test.folder) }
    await #expect(throws: StepFailure.self) {
      try await test.provider.remove(folder: test.folder)
    }
    await #expect(throws: StepFailure.self) {
      _ = try await test.provider.restart(in: test.folder)
    }
    #expect(access("\(test.folder)/data", F_OK) == 0)
  }

  @Test func refusesAPathTooLongForASocket() async throws {
    let provider = PostgresSandbox(environment: [
      "RUNBOOK_SANDBOX_DIR": "/var/tmp/" + String(repeating: "x", count: 80)
    ])
    let folder = provider.folder(for: RunID(rawValue: "r"))
    let failure = await #expect(throws: StepFailure.self) {
      _ = try await provider.start(in: folder, settings: [])
    }
    #expect(failure?.record.cause == .invalid)
    #expect(failure?.record.hint?.holds("RUNBOOK_SANDBOX_DIR") == true)
  }

  @Test func saysHowToInstallPostgreSQL() async {
    let failure = await #expect(throws: StepFailure.self) {
      _ = try await PostgresInstallation.find(
        environment: ["PATH": "/nowhere"], debianFolder: "/nowhere")
    }
    #expect(failure?.record.cause == .unreachable)
    #expect(failure?.record.hint?.holds("apt-get install postgresql") == true)
  }
}
