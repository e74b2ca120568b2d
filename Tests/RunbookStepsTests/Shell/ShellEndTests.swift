import Foundation
import RunbookEngine
import RunbookModel
import Synchronization
import Testing

@testable import RunbookSteps

/// However a script ends, nothing of it goes on.
@Suite struct ShellEndTests {
  private func activity(
    _ script: String, grace: Duration = .milliseconds(100), _ fixture: AttemptFixture
  ) throws -> any Activity {
    let step = KindFixture.step(
      "shell", ["script": KindFixture.text(script), "grace": .duration(grace)])
    return try ShellKind(environment: ShellKindTests.environment).bind(
      step, to: KindFixture.binding(folder: fixture.folder))
  }

  @Test(arguments: [
    "sleep 1000",
    "trap '' TERM; while :; do sleep 1000; done",
    "sleep 1000 & sleep 1000 & wait",
    "setsid sleep 1000 & wait",
    "trap '' TERM; setsid sh -c 'trap \"\" TERM; while :; do sleep 1000; done' & sleep 1000",
    "kill -STOP $$",
  ])
  func aTimeoutEndsAllOfIt(_ script: String) async throws {
    let fixture = try AttemptFixture()
    let activity = try activity(script, fixture)
    let failure = await #expect(throws: StepFailure.self) {
      _ = try await activity.perform(in: fixture.context(timeout: .milliseconds(100)))
    }
    #expect(failure?.record.cause == .timeout)
    #expect(failure?.partial?.values["exit_code"] != nil)
    #expect(try fixture.markedProcesses() == [])
  }

  @Test(arguments: [
    "sleep 1000 &",
    "sleep 1000 >/dev/null 2>&1 &",
    "setsid sleep 1000 &",
    "setsid sleep 1000 >/dev/null 2>&1 </dev/null &",
    "(setsid sh -c 'trap \"\" TERM HUP; sleep 1000; sleep 1000' &) ; exit 0",
  ])
  func nothingOutlivesASuccess(_ script: String) async throws {
    let fixture = try AttemptFixture()
    let result = try await activity("echo begun; " + script, fixture)
      .perform(in: fixture.context())
    #expect(result.values["exit_code"] == 0)
    #expect(result.values["stdout"] == "begun\n")
    #expect(try fixture.markedProcesses() == [])
  }

  @Test func waitsForAProgramThatClosedItsOutput() async throws {
    let fixture = try AttemptFixture()
    let result = try await activity("exec >&- 2>&-; sleep 0.2; exit 4", fixture)
      .perform(in: fixture.context())
    #expect(result.values["exit_code"] == 4)
  }

  @Test func aProgramMayEndInItsOwnWayWithinItsGrace() async throws {
    let fixture = try AttemptFixture()
    let script = "trap 'echo tidied; exit 9' TERM; echo ready; while :; do sleep 0.01; done"
    let activity = try activity(script, grace: .seconds(20), fixture)
    let failure = await #expect(throws: StepFailure.self) {
      _ = try await activity.perform(in: fixture.context(timeout: .milliseconds(300)))
    }
    #expect(failure?.partial?.values["stdout"] == "ready\ntidied\n")
    #expect(failure?.partial?.values["exit_code"] == 9)
  }

  @Test func aCancellationEndsAllOfIt() async throws {
    let begun = AsyncStream<Void>.makeStream()
    let fixture = try AttemptFixture { _ in begun.continuation.yield() }
    let activity = try activity(
      "echo begun; setsid sleep 1000 & sleep 1000", fixture)
    let task = Task { try await activity.perform(in: fixture.context()) }
    for await _ in begun.stream { break }
    task.cancel()
    let failure = await #expect(throws: StepFailure.self) { _ = try await task.value }
    #expect(failure?.record.cause == .lost)
    #expect(failure?.partial?.values["stdout"] == "begun\n")
    #expect(try fixture.markedProcesses() == [])
  }

  @Test func keepsAllOfALargeOutputOnBothStreams() async throws {
    let output = try await ChildProcess.run(
      [
        "sh", "-c",
        "head -c 3000000 /dev/zero | tr '\\0' a; head -c 3000000 /dev/zero | tr '\\0' b >&2",
      ],
      environment: ShellKindTests.environment)
    #expect(output.stdout.utf8.count == 3_000_000)
    #expect(output.stderr.utf8.count == 3_000_000)
  }

  @Test func aChildHasNoDescriptorsButItsOwn() async throws {
    let output = try await ChildProcess.run(
      ["sh", "-c", "ls /proc/self/fd"], environment: ShellKindTests.environment, input: "some")
    #expect(output.stdout == "0\n1\n2\n3\n")
  }
}
