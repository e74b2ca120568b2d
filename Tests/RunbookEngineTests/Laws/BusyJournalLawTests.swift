import RunbookDrill
import RunbookModel
import Synchronization
import Testing

@testable import RunbookEngine

/// Law L9 where the journal is only held by somebody else: what happened waits, and is not lost.
struct BusyJournalLawTests {
  /// A journal that another process holds for some appends, from one on.
  private final class HeldJournal: Journal {
    private let base: MemoryJournal
    private let first: Int
    private let tries: Int
    private let whenHeld: @Sendable () -> Void
    private let count = Mutex(0)

    init(
      _ base: MemoryJournal, from first: Int, tries: Int,
      whenHeld: @escaping @Sendable () -> Void = {}
    ) {
      self.base = base
      self.first = first
      self.tries = tries
      self.whenHeld = whenHeld
    }

    func append(
      _ events: [Event], by actor: Actor, at time: Timestamp
    ) async throws(StoreError) -> [Entry] {
      let number = count.withLock { count in
        count += 1
        return count
      }
      guard number < first || number >= first + tries else {
        whenHeld()
        throw StoreError(.busy, subject: "memory", "another process is writing to it")
      }
      return try await base.append(events, by: actor, at: time)
    }

    func entries() async throws(StoreError) -> [Entry] { try await base.entries() }
  }

  private func simulation() -> Simulation {
    var simulation = Simulation([
      confirmation(), step("fix", .recovery), step("v", .verification),
    ])
    simulation.effects = ["fix": .mutating]
    simulation.options.approvals = ["recovery"]
    return simulation
  }

  private func executor(_ simulation: Simulation, _ journal: any Journal) -> Executor {
    Executor(
      plan: simulation.plan, ports: simulation.ports(over: journal), options: simulation.options)
  }

  @Test(arguments: 1...4, [1, 7]) func l9WhatHappenedWaitsForTheJournal(
    _ first: Int, _ tries: Int
  ) async throws {
    let straight = simulation()
    try await straight.run()
    let simulation = simulation()
    var executor = executor(
      simulation, HeldJournal(simulation.journal, from: first, tries: tries))
    try await executor.run()
    #expect(simulation.history == straight.history)
    #expect(
      simulation.observer.progress.count { $0.holds("Another process holds the journal") } == 1)
    #expect(simulation.observer.unstored.isEmpty)
  }

  /// Whoever stops it is told what is nowhere else, but for what was not begun.
  @Test(arguments: [(1, "runStarted"), (4, "succeeded fix#1")])
  func l9WhatCannotBeStoredIsHandedOver(_ first: Int, _ what: String) async throws {
    let simulation = simulation()
    let held = HeldJournal(simulation.journal, from: first, tries: 1000) {
      withUnsafeCurrentTask { $0?.cancel() }
    }
    let plan = simulation.plan
    let ports = simulation.ports(over: held)
    let options = simulation.options
    let error = await #expect(throws: StoreError.self) {
      try await Task {
        var executor = Executor(plan: plan, ports: ports, options: options)
        try await executor.run()
      }.value
    }
    #expect(error?.cause == .busy)
    // The intent of the next step came with it: that was not begun.
    #expect(simulation.observer.unstored.map(\.summary) == [what])
  }

  @Test func l9AFullDiskHandsOverAtOnce() async throws {
    var simulation = simulation()
    simulation.journal = MemoryJournal(failingAppend: 4)
    await #expect(throws: StoreError.self) { try await simulation.run() }
    let unstored = simulation.observer.unstored.map(\.summary)
    #expect(unstored.contains("succeeded fix#1"))
    #expect(!unstored.contains { $0.begins(with: "started ") })
  }

  @Test func l9AnInterruptedRunTriesAFewTimesMore() async throws {
    var simulation = simulation()
    let journal = simulation.journal
    simulation.whilePerforming = { context in
      if context.step == "fix" { withUnsafeCurrentTask { $0?.cancel() } }
    }
    let plan = simulation.plan
    let ports = simulation.ports(over: HeldJournal(journal, from: 3, tries: 3))
    let options = simulation.options
    try await Task {
      var executor = Executor(plan: plan, ports: ports, options: options)
      try await executor.run()
    }.value
    #expect(simulation.history.contains("succeeded fix#1"))
    #expect(simulation.history.last == "held interruption -")
  }
}
