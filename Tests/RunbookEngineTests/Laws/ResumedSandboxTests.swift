import RunbookDrill
import RunbookModel
import Testing

@testable import RunbookEngine

/// A sandbox belongs to its run: it is there again when the run is taken up.
struct ResumedSandboxTests {
  private static let place = Place(file: "runbook.yaml", line: 1, column: 1)
  private static let folder = "/simulated/r1"

  /// A sandbox whose fixture's capture its service uses, and whose address an input has.
  private func simulation(_ steps: [Step] = [confirmation(), step("fix", .recovery)]) -> Simulation
  {
    let fixture = step("fill", .recovery) { $0.captures = [capture("port", "stdout")] }
    let url = input("url", .url)
    let sandbox = Runbook.Sandbox(
      place: Self.place,
      inputs: [
        Runbook.Sandbox.Setting(
          name: "url", place: Self.place, value: source("${{ sandbox.services.web }}/x"))
      ], settings: [], fixture: [fixture],
      services: [
        Runbook.Sandbox.Service(
          name: "web", place: Self.place, command: [source("serve"), source("${{ port }}")],
          environment: [])
      ], fault: [step("break", .recovery)])
    var simulation = Simulation(
      runbook(steps, inputs: [url], sandbox: sandbox),
      outcomes: ["fill": Array(repeating: .values(["stdout": "80"]), count: 2)])
    simulation.inputs = [ResolvedInput(declaration: url, value: nil, origin: .none)]
    simulation.isSandbox = true
    simulation.sandboxes = SimulatedSandboxes(addresses: ["web": "http://h:1"])
    return simulation
  }

  private func takenUp(_ simulation: Simulation, after count: Int) -> Simulation {
    var resumed = simulation.crashed(after: Array(simulation.journal.stored.prefix(count)))
    resumed.sandboxes = SimulatedSandboxes(addresses: ["web": "http://h:2"])
    return resumed
  }

  @Test func isStartedAgainWithNewInputs() async throws {
    let first = simulation([
      confirmation(), step("fix", .recovery, text: "get ${{ inputs.url }}"),
    ])
    #expect(try await first.run().hold?.cause == .gate)
    var resumed = takenUp(first, after: first.history.count)
    resumed.options.approvesAll = true
    let state = try await resumed.resume()
    #expect(state.endStatus == .unverified)
    #expect(state.sandboxInputs.map(\.value) == ["http://h:2/x"])
    #expect(
      resumed.sandboxes.calls == [
        .restart(folder: Self.folder),
        .startService("web", command: ["serve", "80"], environment: [:]),
        .stop(folder: Self.folder), .remove(folder: Self.folder),
      ])
    let work = resumed.journal.stored.compactMap {
      if case .attemptStarted(let started) = $0.event { started.work.map(\.text) } else { nil }
    }.last
    #expect(work == ["get http://h:2/x"])
  }

  @Test func isMadeAnewWhereItWasNotFinished() async throws {
    let first = simulation()
    try await first.run()
    let created = try #require(first.history.firstIndex(of: "sandboxCreated")) + 1
    let resumed = takenUp(first, after: created)
    let state = try await resumed.resume()
    #expect(state.hold?.cause == .gate)
    #expect(state.sandbox?.inputs.map(\.value) == ["http://h:2/x"])
    #expect(
      resumed.sandboxes.calls.prefix(2) == [
        .remove(folder: Self.folder), .start(folder: Self.folder),
      ])
  }

  @Test func isMadeWhereItWasNotBegun() async throws {
    let first = simulation()
    try await first.run()
    let resumed = takenUp(first, after: 1)
    #expect(try await resumed.resume().hold?.cause == .gate)
    #expect(resumed.sandboxes.calls.first == .start(folder: Self.folder))
  }

  @Test func thatCannotBeStartedAgainHolds() async throws {
    let first = simulation()
    try await first.run()
    var resumed = takenUp(first, after: first.history.count)
    resumed.sandboxes = SimulatedSandboxes(startFailure: StepFailure(.unreachable, "no server"))
    let state = try await resumed.resume()
    #expect(state.hold?.cause == .sandbox)
    #expect(state.hold?.message.holds("no server") == true)
    #expect(!resumed.sandboxes.calls.contains(.remove(folder: Self.folder)))
  }

  @Test func whoseServiceDoesNotStartHoldsAndStops() async throws {
    let first = simulation()
    try await first.run()
    var resumed = takenUp(first, after: first.history.count)
    resumed.sandboxes = SimulatedSandboxes()
    #expect(try await resumed.resume().hold?.cause == .sandbox)
    #expect(resumed.sandboxes.calls.last == .stop(folder: Self.folder))
  }
}
