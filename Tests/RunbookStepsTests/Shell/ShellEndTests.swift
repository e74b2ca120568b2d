import Foundation
import RunbookEngine
import RunbookModel
import Synchronization
import Testing

@testable import RunbookSteps
@testable import RunbookSystem

/// However a script ends, nothing of it goes on that is not to.
@Suite struct ShellEndTests {
  private func activity(
    _ script: String, grace: Duration = .milliseconds(100), leaves: Bool = false,
    _ fixture: AttemptFixture
  ) throws -> any Activity {
    let step = KindFixture.step(
      "shell",
      leaves
        ? [
          "script": KindFixture.text(script), "grace": .duration(grace),
          "leaves": KindFixture.text("running"),
        ] : ["script": KindFixture.text(script), "grace": .duration(grace)])
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
    "kill -STOP $PPID; sleep 1000",
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
  func whatHadToBeEndedIsNoSuccess(_ script: String) async throws {
    let fixture = try AttemptFixture()
    let failure = await #expect(throws: StepFailure.self) {
      _ = try await activity("echo begun; " + script, fixture).perform(in: fixture.context())
    }
    #expect(failure?.record.cause == .refused)
    #expect(failure?.record.message.holds("sleep 1000") == true)
    #expect(failure?.record.hint?.holds("leaves: running") == true)
    let result = failure?.partial
    #expect(result?.isEffectOpen == true)
    #expect(result?.notices.contains { $0.begins(with: "still running, and ended: ") } == true)
    #expect(result?.values["exit_code"] == 0)
    #expect(result?.values["stdout"] == "begun\n")
    #expect(try fixture.markedProcesses() == [])
  }

  /// What such a process is below tells whose it is, and nothing that it could get rid of.
  @Test(arguments: [
    "env -i setsid sh -c 'echo $$ > pid; exec sleep 1000'",
    "env -i setsid sh -c 'echo $$ > pid; exec sleep 1000' >/dev/null 2>&1 </dev/null",
    "env -i setsid sh -c 'setsid sh -c \"echo \\$\\$ > pid; exec sleep 1000\" & exit'",
    "env -i setsid sh -c 'trap \"\" TERM HUP; echo $$ > pid; sleep 1000; sleep 1000'",
    "env -i setsid sh -c 'echo $$ > pid; kill -STOP $$; sleep 1000'",
  ])
  func whatLeavesSessionAndEnvironmentIsEndedAsWell(_ program: String) async throws {
    let fixture = try AttemptFixture()
    let script = "\(program) & until [ -s pid ]; do sleep 0.01; done"
    let failure = await #expect(throws: StepFailure.self) {
      _ = try await activity(script, fixture).perform(in: fixture.context())
    }
    #expect(failure?.record.cause == .refused)
    #expect(failure?.record.message.holds("which was ended") == true)
    #expect(failure?.partial?.isEffectOpen == true)
    #expect(try !isThere(number(in: fixture)))
  }

  @Test func aTimeoutEndsWhatLeftSessionAndEnvironment() async throws {
    let fixture = try AttemptFixture()
    let script = "env -i setsid sh -c 'echo $$ > pid; exec sleep 1000' & sleep 1000"
    let failure = await #expect(throws: StepFailure.self) {
      _ = try await activity(script, fixture).perform(in: fixture.context(timeout: .seconds(1)))
    }
    #expect(failure?.record.cause == .timeout)
    #expect(try !isThere(number(in: fixture)))
  }

  @Test func whatMayGoOnIsNamedThoughItLeftSessionAndEnvironment() async throws {
    let fixture = try AttemptFixture()
    let script = """
      env -i setsid sh -c 'echo $$ > pid; exec sleep 1000' >/dev/null 2>&1 &
      until [ -s pid ]; do sleep 0.01; done
      """
    let result = try await activity(script, leaves: true, fixture).perform(in: fixture.context())
    let number = try number(in: fixture)
    #expect(!result.isEffectOpen)
    #expect(result.notices.first?.holds("sleep 1000 (process \(number))") == true)
    #expect(isThere(number))
    kill(number, SIGKILL)
  }

  /// Whoever ends the keeper takes away what shows that nothing is left.
  @Test func withoutItsKeeperAScriptsEndIsNotKnown() async throws {
    let fixture = try AttemptFixture()
    let failure = await #expect(throws: StepFailure.self) {
      _ = try await activity("kill -9 $PPID; sleep 1000", fixture).perform(in: fixture.context())
    }
    #expect(failure?.record.cause == .lost)
    #expect(failure?.partial?.isEffectOpen == true)
    #expect(try fixture.markedProcesses() == [])
  }

  /// Others that this process started, at the same time for one, are none of the step's.
  @Test func endsNothingThatIsNotBelowIt() async throws {
    let fixture = try AttemptFixture()
    let bystander = Process()
    bystander.executableURL = URL(fileURLWithPath: "/bin/sleep")
    bystander.arguments = ["1000"]
    try bystander.run()
    let began = AsyncStream<Void>.makeStream()
    let second = try AttemptFixture { _ in began.continuation.yield() }
    let slow = try activity("echo begun; until [ -e go ]; do sleep 0.01; done; exit 5", second)
    let context = second.context()
    let task = Task { try await slow.perform(in: context) }
    for await _ in began.stream { break }
    let failure = await #expect(throws: StepFailure.self) {
      _ = try await activity("env -i setsid sleep 1000 &", fixture).perform(in: fixture.context())
    }
    #expect(failure?.record.cause == .refused)
    #expect(bystander.isRunning)
    try Data().write(to: URL(fileURLWithPath: "\(second.folder)/go"))
    #expect(try await task.value.values["exit_code"] == 5)
    // Such a process may have been started with all other signals blocked.
    kill(bystander.processIdentifier, SIGKILL)
    bystander.waitUntilExit()
  }

  private func number(in fixture: AttemptFixture) throws -> pid_t {
    let text = try String(contentsOfFile: "\(fixture.folder)/pid", encoding: .utf8)
    return try #require(pid_t(text.trimmingCharacters(in: .whitespacesAndNewlines)))
  }

  private func isThere(_ number: pid_t) -> Bool {
    kill(number, 0) == 0 && !ProcessTable.isZombie(number)
  }

  /// What is always another process when it is looked for is killed all the same, and then not behind a success.
  @Test func whatIsNotCaughtByNameIsNoSuccess() async throws {
    let relay = """
      import os, time
      os.setsid()
      start = time.time()
      while time.time() - start < 10:
          if os.fork(): os._exit(0)
          time.sleep(0.002)
      """
    let fixture = try AttemptFixture()
    let script = """
      (env -i python3 -S -c '\(relay)' </dev/null >/dev/null 2>&1 &)
      echo done
      """
    let failure = await failure {
      try await activity(script, fixture).perform(in: fixture.context())
    }
    #expect(failure?.record.message.holds("while what it had started went on") == true)
  }

  @Test(arguments: ["sleep 0.05 &", "sleep 0.05 >/dev/null 2>&1 &", "setsid sleep 0.05 &"])
  func whatEndsByItselfIsASuccess(_ script: String) async throws {
    let fixture = try AttemptFixture()
    let result = try await activity(script, grace: .seconds(20), fixture)
      .perform(in: fixture.context())
    #expect(result.notices == [])
    #expect(!result.isEffectOpen)
    #expect(try fixture.markedProcesses() == [])
  }

  /// A server is asked to end before it is killed, wherever it is.
  @Test(arguments: ["sh", "setsid sh"]) func whatIsLeftIsAskedToEndFirst(
    _ shell: String
  ) async throws {
    let fixture = try AttemptFixture()
    let script = """
      \(shell) -c 'trap "echo tidied > tidied; exit" TERM; : > ready; while :; do sleep 0.01; done' \
        >/dev/null 2>&1 &
      until [ -e ready ]; do sleep 0.01; done
      """
    let failure = await #expect(throws: StepFailure.self) {
      _ = try await activity(script, grace: .seconds(60), fixture).perform(in: fixture.context())
    }
    #expect(failure?.record.cause == .refused)
    #expect(try fixture.names.contains("tidied"))
    #expect(try fixture.markedProcesses() == [])
  }

  @Test(arguments: ["sleep 1000 >/dev/null 2>&1 &", "setsid sleep 1000 &"])
  func whatMayGoOnIsNamedAndLeft(_ script: String) async throws {
    let fixture = try AttemptFixture()
    let activity = try activity(script, leaves: true, fixture)
    let result = try await activity.perform(in: fixture.context())
    #expect(result.presumedFailure == nil)
    #expect(!result.isEffectOpen)
    let notice = try #require(result.notices.first)
    #expect(notice.begins(with: "left running, as the step says: sleep 1000 (process "))
    #expect(try fixture.markedProcesses().count == 1)
    _ = try await activity.end([], in: fixture.context())
    #expect(try fixture.markedProcesses() == [])
  }

  @Test func whatMayGoOnEndsWithItsTimeAllTheSame() async throws {
    let fixture = try AttemptFixture()
    let activity = try activity("setsid sleep 1000 & sleep 1000", leaves: true, fixture)
    let failure = await #expect(throws: StepFailure.self) {
      _ = try await activity.perform(in: fixture.context(timeout: .milliseconds(100)))
    }
    #expect(failure?.record.cause == .timeout)
    #expect(try fixture.markedProcesses() == [])
  }

  /// Law 6 of `Activity`: only what ended by itself is known to have ended.
  @Test(arguments: [
    ("exit 3", false), ("exit 128", false), ("exit 255", false), ("true", false),
    ("kill -9 $$", true), ("sh -c 'kill -9 $$'; exit $?", true), ("kill -TERM $$", true),
    ("exit 143", true), ("exit 124", true), ("exit 125", false), ("exit 127", false),
    ("timeout 0.05 sleep 1000; exit $?", true), ("sh -c 'kill -9 $$' | cat; exit 1", false),
  ])
  func tellsWhetherItsEffectIsOpen(_ script: String, _ isOpen: Bool) async throws {
    let fixture = try AttemptFixture()
    let result = try await activity("set +e; " + script, fixture).perform(in: fixture.context())
    #expect(result.isEffectOpen == isOpen)
  }

  @Test(arguments: ["sleep 1000", "trap 'exit 0' TERM; while :; do sleep 0.01; done"])
  func aTimeoutLeavesTheEffectOpen(_ script: String) async throws {
    let fixture = try AttemptFixture()
    let activity = try activity(script, fixture)
    let failure = await #expect(throws: StepFailure.self) {
      _ = try await activity.perform(in: fixture.context(timeout: .milliseconds(100)))
    }
    #expect(failure?.record.cause == .timeout)
    #expect(failure?.partial?.isEffectOpen == true)
  }

  /// Numbers of processes are given in turn, and begin anew at their end.
  @Test(
    arguments: [
      (100, 120, 1, 21), (100, 100, 1, 1), (100, 99, 1, nil), (100, 5000, 1, nil),
      (100, 120, 200, nil),
      (100, nil, 1, nil),
    ] as [(Int32, Int32?, Int, Int?)])
  func looksAtAllProcessesOnceNumbersMayHaveBegunAnew(
    _ leader: Int32, _ last: Int32?, _ milliseconds: Int, _ count: Int?
  ) {
    let range = ProcessRemains.range(
      from: leader, to: last, after: .milliseconds(milliseconds))
    #expect(range?.count == count)
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
