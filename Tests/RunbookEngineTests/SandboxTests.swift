import RunbookDrill
import RunbookModel
import Testing

@testable import RunbookEngine

/// How a run's throwaway database is made, filled and broken.
struct SandboxTests {
  private static let place = Place(file: "runbook.yaml", line: 1, column: 1)

  private func setting(_ name: String, _ value: String) -> Runbook.Sandbox.Setting {
    Runbook.Sandbox.Setting(name: name, place: Self.place, value: source(value))
  }

  /// A fixture whose capture its service uses, whose address an input has, which the fault uses.
  private func simulation(
    fault: Step = step("break", .recovery, text: "break ${{ inputs.url }}"),
    outcomes: [String: [SimulatedOutcome]] = [:]
  ) -> Simulation {
    let fixture = step("fill", .recovery, kind: "sql") {
      $0.captures = [capture("port", "stdout")]
    }
    let sandbox = Runbook.Sandbox(
      place: Self.place, inputs: [setting("url", "${{ sandbox.services.web }}/x")], settings: [],
      fixture: [fixture],
      services: [
        Runbook.Sandbox.Service(
          name: "web", place: Self.place, command: [source("serve"), source("${{ port }}")],
          environment: [setting("ROOT", "${{ sandbox.folder }}")])
      ], fault: [fault])
    let url = input("url", .url)
    let main = connection()
    var all = ["fill": [SimulatedOutcome.values(["stdout": "80"])]]
    all.merge(outcomes) { $1 }
    var simulation = Simulation(
      runbook(
        [step("look", .detection, text: "get ${{ inputs.url }}")], inputs: [url],
        connections: [main], sandbox: sandbox), outcomes: all)
    simulation.inputs = [ResolvedInput(declaration: url, value: nil, origin: .none)]
    simulation.isSandbox = true
    simulation.sandboxes = SimulatedSandboxes(addresses: ["web": "http://h:80"])
    return simulation
  }

  @Test func isFilledServedAndBrokenInOrder() async throws {
    let simulation = simulation()
    let state = try await simulation.run()
    let prepared = try #require(state.sandbox)
    #expect(prepared.steps.map(\.id) == ["fill", "break"])
    #expect(prepared.steps.map(\.part) == [.fixture, .fault])
    #expect(prepared.steps.last?.work.map(\.text) == ["break http://h:80/x"])
    #expect(prepared.inputs.map(\.value) == ["http://h:80/x"])
    #expect(prepared.inputs.map(\.origin) == [.sandbox])
    let folder = "/simulated/r1"
    #expect(
      simulation.sandboxes.calls == [
        .start(folder: folder),
        .startService("web", command: ["serve", "80"], environment: ["ROOT": folder]),
        .stop(folder: folder), .remove(folder: folder),
      ])
    #expect(state.endStatus == .unverified)
  }

  @Test func itsFolderIsDurableBeforeItIsMade() async throws {
    var simulation = simulation()
    simulation.journal = MemoryJournal(failingAppend: 1)
    await #expect(throws: StoreError.self) { try await simulation.run() }
    #expect(simulation.sandboxes.calls.isEmpty)
  }

  @Test func keepsNoReceipts() async throws {
    let simulation = simulation()
    try await simulation.run()
    #expect(!simulation.gateway.calls.contains(.prepareReceipts("main")))
  }

  @Test func whatTheOperatorSetComesFirst() async throws {
    var simulation = simulation()
    simulation.inputs = [
      ResolvedInput(declaration: input("url", .url), value: "http://mine", origin: .flag)
    ]
    let state = try await simulation.run()
    #expect(state.sandbox?.inputs == [])
    #expect(state.sandbox?.steps.last?.work.map(\.text) == ["break http://mine"])
  }

  @Test func aFaultThatFailsEndsTheRun() async throws {
    let failure = SimulatedOutcome.failure(StepFailure(.refused, "no such table"))
    let simulation = simulation(outcomes: ["break": [failure]])
    let state = try await simulation.run()
    #expect(
      state.lifecycle
        == .ended(
          RunEnded(
            status: .failed,
            reason: "the sandbox could not be made: fault step 'break': no such table")))
    #expect(
      simulation.sandboxes.calls.suffix(2).map { $0 } == [
        .stop(folder: "/simulated/r1"), .remove(folder: "/simulated/r1"),
      ])
  }

  @Test func retriesItsStepsAsTheRunDoes() async throws {
    let failure = SimulatedOutcome.failure(StepFailure(.unreachable, "no"))
    let fault = step("break", .recovery) {
      $0.retry = StepOptions.Retry(every: .seconds(1), within: nil, attempts: 2)
    }
    let simulation = simulation(fault: fault, outcomes: ["break": [failure, .success]])
    let state = try await simulation.run()
    #expect(state.sandbox != nil)
    #expect(simulation.clock.sleeps == [.seconds(1)])
  }

  @Test func aSkippedStepSaysWhy() async throws {
    let fault = step("break", .recovery) { $0.when = source("1 > 2") }
    let state = try await simulation(fault: fault).run()
    #expect(state.sandbox?.steps.last?.outcome == .skipped)
    #expect(state.sandbox?.steps.last?.reason == "1 > 2")
  }

  @Test func aServerThatDoesNotStartEndsTheRun() async throws {
    var simulation = simulation()
    simulation.sandboxes = SimulatedSandboxes(startFailure: StepFailure(.unreachable, "none"))
    let state = try await simulation.run()
    #expect(state.endStatus == .failed)
    #expect(simulation.sandboxes.calls == [.start(folder: "/simulated/r1")])
  }

  @Test func aCutOffFaultHoldsAndKeepsTheData() async throws {
    let cut = SimulatedOutcome.failure(StepFailure(.interrupted, "stopped"))
    let simulation = simulation(outcomes: ["break": [cut]])
    let state = try await simulation.run()
    #expect(state.hold?.cause == .interruption)
    #expect(simulation.sandboxes.calls.last == .stop(folder: "/simulated/r1"))
  }
}
