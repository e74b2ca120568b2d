import Foundation
import RunbookDrill
import RunbookEngine
import RunbookModel
import Testing

@Suite("A simulated run")
struct SimulatedWorldTests {
  private static func run(
    _ text: String = SimulatedRun.good, speedPercent: Int = 100
  ) async throws -> SimulatedRun {
    try await SimulatedRun(SimulatedRun.runbook(simulating: text), speedPercent: speedPercent)
  }

  @Test func endsAsItsOutcomesSay() async throws {
    let run = try await Self.run()
    #expect(run.end?.status == .resolved, "\(run.entries.map(\.event))")
  }

  @Test func capturesAndJudgesWhatWasWritten() async throws {
    let run = try await Self.run()
    let probe = try #require(run.attempts(of: "probe").first)
    #expect(probe.captures.mapValue?["missing"] == ["a", "b"])
    #expect(probe.isConfirmed == true)
    #expect(probe.result.mapValue?["row_count"] == 2)
    #expect(probe.result.mapValue?["columns"] == ["name"])
    let ask = try #require(run.attempts(of: "ask").first)
    #expect(ask.result.mapValue?["json"]?.mapValue?["error"] == "x")
    #expect(ask.expectations.map(\.isMet) == [true])
    #expect(run.attempts(of: "script").first?.captures.mapValue?["made"] == "made")
    #expect(run.attempts(of: "script").first?.evidence.map(\.source) == ["simulated"])
  }

  @Test func givesEachAttemptItsOutcome() async throws {
    let run = try await Self.run()
    let repairs = run.attempts(of: "repair")
    #expect(repairs.map(\.outcome) == [.failed, .succeeded])
    #expect(repairs.first?.failure?.cause == .lock)
    #expect(repairs.first?.failure?.code == "55P03")
    #expect(run.clock.sleeps == [.seconds(5), .seconds(2), .seconds(60), .milliseconds(500)])
  }

  @Test func keepsTheLastOutcomeForFurtherAttempts() async throws {
    let text = SimulatedRun.good.replacingAll(
      "- {result: {affected: 1}, delay: 1m}", with: "- {fail: still locked, code: '55P03'}")
    let run = try await Self.run(text)
    #expect(
      run.attempts(of: "repair").compactMap(\.failure?.message)
        == ["a lock was not to be had", "still locked", "still locked"])
    #expect(run.hold?.cause == .failedStep)
  }

  @Test func failsOfAnExitCodeAsTheRealOneDoes() async throws {
    let text = SimulatedRun.good.replacingAll(
      "{output: \"made\", delay: 500ms}", with: "{exit_code: 3}")
    let run = try await Self.run(text)
    #expect(run.attempts(of: "script").first?.failure?.code == "exit 3")
    #expect(run.hold?.subject == "script")
  }

  /// What is not repeated there is not repeated here.
  @Test(arguments: ["exit_code: 137", "exit_code: 124", "result: {signal: 9}"])
  func whatWasCutOffIsUnknownAsTheRealOneIs(_ ending: String) async throws {
    let text = SimulatedRun.good.replacingAll(
      "{output: \"made\", delay: 500ms}", with: "[{\(ending)}, {output: made}]")
    let run = try await SimulatedRun(
      SimulatedRun.runbook(simulating: text, script: ", effect: mutating"))
    #expect(run.attempts(of: "script").map(\.outcome) == [.unknown])
    #expect(run.hold?.subject == "script")
  }

  /// A condition that does not name it makes no answer of it.
  @Test(arguments: [
    ("status: 302", true), ("status: 304", true), ("status: 502", true), ("status: 404", false),
    ("status: 503", false),
  ])
  func whatNobodyAnsweredIsNoneAsTheRealOneIs(_ answer: String, _ isUnasked: Bool) async throws {
    let text = SimulatedRun.good.replacingAll("status: 503,", with: "\(answer),")
    let attempt = try #require(try await Self.run(text).attempts(of: "ask").first)
    #expect((attempt.isUnasked == true) == isUnasked)
    #expect((attempt.outcome == .succeeded) == (answer == "status: 503"))
  }

  @Test func missesWhatIsExpectedOfIt() async throws {
    let text = SimulatedRun.good.replacingAll("check: {rows: []}", with: "check: {rows: [{n: 1}]}")
    let run = try await Self.run(text)
    #expect(run.attempts(of: "check").first?.failure?.cause == .expectation)
    #expect(run.end?.status == .failed)
  }

  @Test func endsADelayThatIsLongerThanTheTimeout() async throws {
    let runbook = try SimulatedRun.runbook(simulating: SimulatedRun.good)
    let steps = runbook.steps.map { step -> Step in
      guard step.id.rawValue == "script" else { return step }
      var options = step.options
      options.timeout = .milliseconds(200)
      return Step(
        id: step.id, title: step.title, phase: step.phase, kind: step.kind, body: step.body,
        place: step.place, options: options)
    }
    let run = try await SimulatedRun(
      Runbook(
        name: runbook.name, title: runbook.title, severity: runbook.severity,
        inputs: runbook.inputs, connections: runbook.connections, steps: steps,
        drill: runbook.drill, sources: runbook.sources, folder: runbook.folder,
        fileName: runbook.fileName))
    #expect(run.attempts(of: "script").first?.failure?.cause == .timeout)
    #expect(run.clock.sleeps.last == .milliseconds(200))
  }

  @Test func waitsLessOnAFasterClock() async throws {
    let run = try await Self.run(speedPercent: 1000)
    #expect(
      run.clock.sleeps
        == [.milliseconds(500), .milliseconds(200), .seconds(6), .milliseconds(50)])
    #expect(run.attempts(of: "repair").last?.elapsedMicroseconds == 60_000_000)
  }

  @Test func isTheSameEveryTime() async throws {
    let first = try await Self.run()
    let second = try await Self.run()
    #expect(first.entries.map(\.body) == second.entries.map(\.body))
    #expect(first.entries.last?.hash == second.entries.last?.hash)
  }

  @Test func knowsNothingOfTheRealEnvironment() async throws {
    let run = try await Self.run()
    guard case .runStarted(let started) = run.entries.first?.event else {
      Issue.record("there is no start")
      return
    }
    #expect(started.connections.map(\.target) == ["simulated"])
    #expect(started.isDrill)
    let requests = run.entries.compactMap { entry -> String? in
      guard case .attemptStarted(let start) = entry.event, start.step.rawValue == "ask" else {
        return nil
      }
      return start.work.first?.text
    }
    #expect(requests == ["GET https://simulated-HOST/"])
  }

  @Test func stopsADelayAtOnceWhenItIsInterrupted() async throws {
    let activityKind = try Self.kind(named: "shell", clock: NeverClock())
    let runbook = try SimulatedRun.runbook(simulating: SimulatedRun.good)
    let step = try #require(runbook.steps.first { $0.id.rawValue == "script" })
    let work = Task {
      try await activityKind.bind(
        step,
        to: BindingContext(
          scope: ValueMap(), values: [:], connection: nil, folder: "/")
      ).perform(in: Self.context(of: step))
    }
    work.cancel()
    let failure = await #expect(throws: StepFailure.self) { try await work.value }
    #expect(failure?.record.cause == .interrupted)
  }

  @Test func doesNotBeginWithoutEveryOutcome() async throws {
    let text = SimulatedRun.good.replacingAll("  look: {answer: done}", with: "")
      .replacingAll("needed: 3", with: "")
    let found = await #expect(throws: Diagnostics.self) { try await Self.run(text) }
    #expect(found?.all.map(\.code) == [.notSimulated, .notSimulated])
    #expect(found?.all.contains { $0.message.holds("'look'") } == true)
    #expect(found?.all.contains { $0.message.holds("'needed'") } == true)
  }

  private static func kind(
    named name: String, clock: any EngineClock
  ) throws -> any StepKind {
    let runbook = try SimulatedRun.runbook(simulating: SimulatedRun.good)
    let simulation = try #require(runbook.drill?.simulation)
    let world = try SimulatedWorld(
      of: runbook, by: simulation, kinds: ShippedKinds.specs, clock: clock)
    return try #require(world.kinds.first { $0.spec.name == name })
  }

  private static func context(of step: Step) -> AttemptContext {
    AttemptContext(
      run: RunID(rawValue: "r"), step: step.id, attempt: 1, actor: Actor(account: "ada"),
      timeout: nil, generation: 1, evidenceFolder: "/nowhere", output: { _ in }, now: { .epoch })
  }
}

/// A clock whose pauses end when they are cancelled, and not before.
private struct NeverClock: EngineClock {
  func now() -> Timestamp { .epoch }
  func uptime() -> Duration { .zero }
  func sleep(for duration: Duration) async throws {
    let (silence, continuation) = AsyncStream.makeStream(of: Never.self)
    for await _ in silence {}
    continuation.finish()
    try Task.checkCancellation()
  }
}
