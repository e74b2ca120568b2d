import RunbookDrill
import RunbookModel
import Synchronization
import Testing

@testable import RunbookEngine

/// Who looks on while a sandbox is broken and recovered.
struct SandboxWitnessTests {
  private final class Witness: SandboxWitness {
    private let seen = Mutex<[String]>([])
    private let failure: StepFailure?
    private let goesOn: Bool
    private let note = Event.noteAdded(NoteAdded(text: "seen", at: nil))

    init(failure: StepFailure? = nil, goesOn: Bool = true) {
      self.failure = failure
      self.goesOn = goesOn
    }

    var calls: [String] { seen.withLock { $0 } }

    func add(_ call: String) { seen.withLock { $0.append(call) } }

    func standsWhole(_ url: String) async throws(StepFailure) -> [Event] {
      add("whole")
      if let failure { throw failure }
      return [note]
    }

    func isBroken() async -> Bool {
      add("broken")
      return goesOn
    }

    func isEnding(_ url: String) async -> [Event] {
      add("ending")
      return [note]
    }
  }

  private static let place = Place(file: "runbook.yaml", line: 1, column: 1)

  private func simulation(_ witness: Witness) -> Simulation {
    let sandbox = Runbook.Sandbox(
      place: Self.place, inputs: [], settings: [], fixture: [step("fill", .recovery)], services: [],
      fault: [step("break", .recovery)])
    var simulation = Simulation(runbook([step("look", .detection)], sandbox: sandbox))
    simulation.isSandbox = true
    simulation.witness = witness
    simulation.whilePerforming = { context in witness.add("\(context.step)") }
    return simulation
  }

  @Test func looksBeforeTheFaultAfterItAndBeforeTheEnd() async throws {
    let witness = Witness()
    let simulation = simulation(witness)
    let state = try await simulation.run()
    #expect(state.endStatus == .unverified)
    #expect(witness.calls == ["fill", "whole", "break", "broken", "look", "ending"])
    #expect(
      simulation.history == [
        "runStarted", "sandboxCreated", "noteAdded", "sandboxPrepared", "started look#1",
        "succeeded look#1", "noteAdded", "ended unverified",
      ])
  }

  @Test func mayHoldTheRunOnceItIsBroken() async throws {
    let witness = Witness(goesOn: false)
    let simulation = simulation(witness)
    try await simulation.run()
    #expect(witness.calls == ["fill", "whole", "break", "broken"])
    #expect(simulation.history.last == "held interruption -")
  }

  @Test func withoutItsLookThereIsNoSandbox() async throws {
    let witness = Witness(failure: StepFailure(.refused, "no look"))
    let simulation = simulation(witness)
    let state = try await simulation.run()
    #expect(witness.calls == ["fill", "whole"])
    #expect(state.endStatus == .failed)
    #expect(simulation.sandboxes.calls.last == .remove(folder: "/simulated/r1"))
  }

  @Test func nobodyIsToldWhatBreaksIt() async throws {
    let simulation = simulation(Witness())
    try await simulation.run()
    #expect(simulation.observer.progress.contains("Step fill"))
    #expect(!simulation.observer.progress.contains("Step break"))
  }
}
