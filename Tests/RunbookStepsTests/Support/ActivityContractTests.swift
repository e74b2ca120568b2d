import RunbookEngine
import RunbookModel
import Testing

@testable import RunbookLogs
@testable import RunbookPostgres
@testable import RunbookRecovery
@testable import RunbookSandbox
@testable import RunbookSteps

/// The laws of `Activity`, held against every kind that needs no database.
@Suite struct ActivityContractTests {
  struct Nobody: Operator {
    func decide(on gate: GateOpened) async -> OperatorDecision { .unavailable }
    func answer(_ question: ManualQuestion) async -> String? { nil }
  }

  struct Sample: Sendable, CustomTestStringConvertible {
    let kind: any StepKind
    let step: Step
    /// A part of what is about to run.
    let shown: String
    var testDescription: String { kind.spec.name }
  }

  static let samples = [
    Sample(
      kind: ShellKind(environment: ShellKindTests.environment),
      step: KindFixture.step("shell", ["script": KindFixture.text("touch made; sleep 1000")]),
      shown: "touch made"),
    Sample(
      kind: HTTPKind(now: { .epoch }),
      step: KindFixture.step("http", ["post": KindFixture.text("http://127.0.0.1:1/made")]),
      shown: "POST http://127.0.0.1:1/made"),
    Sample(
      kind: ManualKind(operator: Nobody()),
      step: KindFixture.step("manual", ["instruction": KindFixture.text("Look there")]),
      shown: "Look there"),
    Sample(
      kind: LogKind(),
      step: KindFixture.step(
        "log", ["path": KindFixture.text("/dev/null"), "format": KindFixture.text("jsonl")]),
      shown: "/dev/null"),
  ]

  @Test(arguments: samples) func law1MakingOneHasNoEffect(_ sample: Sample) throws {
    let fixture = try AttemptFixture()
    let before = try fixture.names
    _ = try sample.kind.bind(sample.step, to: KindFixture.binding(folder: fixture.folder))
    #expect(try fixture.names == before)
  }

  @Test(arguments: samples) func law2WorkIsWhatWillRun(_ sample: Sample) throws {
    let activity = try sample.kind.bind(sample.step, to: KindFixture.binding())
    #expect(activity.work.contains { $0.text.holds(sample.shown) })
    #expect(activity.work.allSatisfy { $0.effect == activity.effect })
  }

  @Test(arguments: samples) func laws3And4ACancelledTaskEndsAsInterrupted(
    _ sample: Sample
  ) async throws {
    let fixture = try AttemptFixture()
    let activity = try sample.kind.bind(
      sample.step, to: KindFixture.binding(folder: fixture.folder))
    let task = Task {
      withUnsafeCurrentTask { $0?.cancel() }
      return try await activity.perform(in: fixture.context())
    }
    let failure = await #expect(throws: StepFailure.self) { _ = try await task.value }
    #expect(failure.map { [.interrupted, .lost].contains($0.record.cause) } == true)
    #expect(try fixture.markedProcesses() == [])
    #expect(try fixture.names == [])
  }

  @Test(arguments: samples) func law5LookingChangesNothing(_ sample: Sample) async throws {
    let fixture = try AttemptFixture()
    let activity = try sample.kind.bind(
      sample.step, to: KindFixture.binding(folder: fixture.folder))
    let context = fixture.context()
    #expect(try await activity.remnants(in: context) == [])
    _ = try await activity.end([], in: context)
    #expect(activity.settlingMeans != .receipt)
    let failure = await #expect(throws: StepFailure.self) {
      _ = try await activity.receipt(in: context)
    }
    #expect(failure?.record.cause == .invalid)
    #expect(try fixture.names == [])
    #expect(try fixture.markedProcesses() == [])
  }

  @Test(arguments: samples) func resultsHaveTheirSpecifiedNames(_ sample: Sample) {
    let names = sample.kind.spec.results.map(\.name)
    #expect(Set(names).count == names.count)
    #expect(sample.kind.spec.name == sample.step.kind)
  }
}
