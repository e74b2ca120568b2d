import RunbookDrill
import RunbookModel

@testable import RunbookEngine

extension Simulation {
  /// The world after the process died once these entries were durable: only the journal is left.
  func crashed(after entries: [Entry]) -> Simulation {
    var simulation = self
    simulation.journal = MemoryJournal(entries)
    simulation.gateway = SimulatedGateway()
    simulation.observer = RecordingObserver()
    simulation.person = SimulatedOperator()
    simulation.options.generation += 1
    return simulation
  }

  /// The world after the process died while it performed a step's attempt.
  func crashed(during step: StepID, attempt: Int = 1) throws -> Simulation {
    let intent = "started \(step)#\(attempt)"
    guard let index = history.firstIndex(of: intent) else { throw NotInHistory(text: intent) }
    return crashed(after: Array(journal.stored[...index]))
  }

  struct NotInHistory: Error {
    let text: String
  }

  /// What the last settlement of a step says.
  func settlement(of step: StepID) -> AttemptSettled? {
    journal.stored.compactMap {
      if case .attemptSettled(let settled) = $0.event, settled.step == step { settled } else { nil }
    }.last
  }

  /// What was appended after these entries, in a few words each.
  func history(after count: Int) -> [String] { Array(history.dropFirst(count)) }
}

extension ReceiptFound {
  static func of(
    _ values: KeyValuePairs<String, Value> = [:], attempt: Int = 1, objections: [String] = []
  ) -> ReceiptFound {
    ReceiptFound(
      attempt: attempt, recordedAt: Timestamp(seconds: 7), objections: objections,
      result: StepResult(values: ValueMap(values.map { ($0.key, $0.value) }), hasReceipt: true))
  }
}

extension Simulation {
  /// The simulation's world, with another journal.
  func ports(over journal: any Journal) -> EnginePorts {
    EnginePorts(
      journal: journal, kinds: kinds, gateway: gateway, sandboxes: sandboxes, person: person,
      observer: observer, clock: clock)
  }

  /// How the run was taken up last.
  var takenUp: RunResumed? {
    journal.stored.compactMap {
      if case .runResumed(let resumed) = $0.event { resumed } else { nil }
    }.last
  }
}
