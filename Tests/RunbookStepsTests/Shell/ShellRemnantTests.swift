import Foundation
import RunbookEngine
import RunbookModel
import Testing

@testable import RunbookSteps
@testable import RunbookSystem

/// Processes of a shell step whose executor is gone.
@Suite struct ShellRemnantTests {
  /// A process as a dead executor leaves it; it has printed that it is ready.
  private final class Orphan {
    let process = Process()

    init(_ script: String, run: RunID, step: String = "a-step") throws {
      process.executableURL = URL(fileURLWithPath: "/bin/sh")
      process.arguments = ["-c", script]
      process.environment = [
        "PATH": "/usr/bin:/bin", "RUNBOOK_RUN": run.rawValue, "RUNBOOK_STEP": step,
        "RUNBOOK_ATTEMPT": "1",
      ]
      let output = Pipe()
      process.standardOutput = output
      try process.run()
      _ = output.fileHandleForReading.availableData
      // The shell says that it is ready just before it becomes the other program.
      while script.holds("exec sleep"), process.isRunning, !isSleep { sched_yield() }
    }

    private var isSleep: Bool {
      ProcessTable.read("/proc/\(pid)/cmdline")?.starts(with: Array("sleep".utf8)) ?? true
    }

    deinit {
      if process.isRunning { kill(pid, SIGKILL) }
      process.waitUntilExit()
    }

    var pid: pid_t { process.processIdentifier }
  }

  private func activity(
    _ fixture: AttemptFixture, leaves: Bool = false
  ) throws -> any Activity {
    let grace = FieldValue.duration(.milliseconds(200))
    let step =
      leaves
      ? KindFixture.step(
        "shell",
        ["script": KindFixture.text("true"), "leaves": KindFixture.text("running"), "grace": grace])
      : KindFixture.step("shell", ["script": KindFixture.text("true"), "grace": grace])
    return try ShellKind(environment: ShellKindTests.environment).bind(
      step, to: KindFixture.binding(folder: fixture.folder))
  }

  @Test func areFoundByTheirMark() async throws {
    let fixture = try AttemptFixture()
    let orphan = try Orphan("echo ready; exec sleep 1000", run: fixture.run)
    let remnants = try await activity(fixture).remnants(in: fixture.context())
    #expect(remnants.map(\.pid) == [Int64(orphan.pid)])
    let remnant = try #require(remnants.first)
    let since = try #require(remnant.since)
    #expect(remnant.summary == "process \(orphan.pid) (sleep 1000), since \(since)")
    #expect(abs(since.since(testNow()).components.seconds) < 600)
  }

  /// What may go on keeps nothing from being settled, once the script has let it go.
  @Test func whatWasLetGoIsNone() async throws {
    let fixture = try AttemptFixture()
    let orphan = try Orphan("echo ready; exec sleep 1000", run: fixture.run)
    #expect(try await activity(fixture, leaves: true).remnants(in: fixture.context()) == [])
    withExtendedLifetime(orphan) {}
  }

  @Test func otherRunsAndStepsHaveNone() async throws {
    let fixture = try AttemptFixture()
    let step = try Orphan("echo ready; exec sleep 1000", run: fixture.run, step: "a-step-too")
    let run = try Orphan(
      "echo ready; exec sleep 1000", run: RunID(rawValue: "\(fixture.run)-too"))
    #expect(try await activity(fixture).remnants(in: fixture.context()) == [])
    withExtendedLifetime((step, run)) {}
  }

  @Test func aProcessThatHasEndedIsNone() async throws {
    let fixture = try AttemptFixture()
    let orphan = try Orphan("echo ready", run: fixture.run)
    orphan.process.waitUntilExit()
    #expect(try await activity(fixture).remnants(in: fixture.context()) == [])
  }

  @Test(arguments: [
    "echo ready; exec sleep 1000",
    "trap '' TERM; echo ready; while :; do sleep 0.01; done",
    "sleep 1000 & setsid sleep 1000 & echo ready; wait",
  ])
  func areEnded(_ script: String) async throws {
    let fixture = try AttemptFixture()
    let orphan = try Orphan(script, run: fixture.run)
    let activity = try activity(fixture)
    let found = try await activity.remnants(in: fixture.context())
    #expect(!found.isEmpty)
    _ = try await activity.end(found, in: fixture.context())
    orphan.process.waitUntilExit()
    #expect(orphan.process.terminationReason == .uncaughtSignal)
  }

  /// What a keeper keeps is found though it carries nothing, and whoever started it is gone.
  @Test func areFoundBelowTheirKeeper() async throws {
    let fixture = try AttemptFixture()
    let activity = try activity(fixture)
    let script = """
      env -i setsid sh -c 'echo $$ > pid; exec sleep 1000' >/dev/null 2>&1 &
      until [ -s pid ]; do sleep 0.01; done
      """
    var process = ChildProcess(
      command: ["sh", "-c", script], environment: ["PATH": "/usr/bin:/bin"],
      workingDirectory: fixture.folder)
    process.mark = ["RUNBOOK_RUN": fixture.run.rawValue, "RUNBOOK_STEP": "a-step"]
    let child = try SpawnedChild(process)
    while case .some(let report) = SpawnedChild.Report.await(from: child.report, of: child.keeper) {
      if case .ended = report { break }
    }
    let found = try await activity.remnants(in: fixture.context())
    #expect(found.count == 1)
    #expect(found.first?.summary.holds("sleep 1000") == true)
    let letting = try self.activity(fixture, leaves: true)
    #expect(try await letting.remnants(in: fixture.context()) == found)
    #expect(try fixture.markedProcesses() == [])
    _ = try await activity.end(found, in: fixture.context())
    #expect(SpawnedChild.Report.reap(child.keeper) == nil)
    #expect(try await activity.remnants(in: fixture.context()) == [])
    for descriptor in [child.report, child.output, child.error] { close(descriptor) }
  }

  /// A number that was another's by the time that it is to be ended.
  @Test func aForeignProcessIsLeftAlone() async throws {
    let fixture = try AttemptFixture()
    let foreign = try Orphan("echo ready; exec sleep 1000", run: RunID(rawValue: "another"))
    let activity = try activity(fixture)
    _ = try await activity.end(
      [
        Remnant(pid: Int64(foreign.pid), summary: "", since: nil),
        Remnant(pid: 0, summary: "", since: nil), Remnant(pid: -1, summary: "", since: nil),
        Remnant(pid: .max, summary: "", since: nil),
      ], in: fixture.context())
    #expect(foreign.process.isRunning)
    #expect(kill(foreign.pid, 0) == 0)
  }

  /// Law 5 of `Activity`: to look does nothing to what is found.
  @Test func law5AreLeftAsTheyAre() async throws {
    let fixture = try AttemptFixture()
    let orphan = try Orphan("echo ready; exec sleep 1000", run: fixture.run)
    let activity = try activity(fixture)
    let first = try await activity.remnants(in: fixture.context())
    #expect(try await activity.remnants(in: fixture.context()) == first)
    #expect(orphan.process.isRunning)
    #expect(try fixture.names == [])
  }
}
