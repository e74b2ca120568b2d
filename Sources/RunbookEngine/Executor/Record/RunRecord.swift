import RunbookModel

/// What is known of a run: what is stored, what waits to be, and what may not be.
///
/// Events wait until something is about to happen outside; then all of them become durable in one write, so that a
/// step's outcome and the next step's intent cost one.
final class RunRecord {
  /// By what is stored and what waits.
  private(set) var state = RunState()
  private let setup: RunSetup
  private let journal: any Journal
  private var pending: [Event] = []
  private var pendingSince: Timestamp?
  /// Of the last entry that is known to be durable.
  private var sequence: Int64 = 0
  private var transientCaptures: TransientCaptures

  init(_ setup: RunSetup, _ journal: any Journal) {
    self.setup = setup
    self.journal = journal
    transientCaptures = TransientCaptures(setup)
  }

  /// Takes in what other processes have stored.
  func take(_ entries: [Entry]) throws(StoreError) {
    state = try RunState(replaying: entries)
    sequence = entries.last?.sequence ?? 0
  }

  /// The same, of a run that is held and is looked at, not gone on with.
  func takeToLookAt(_ entries: [Entry]) throws(StoreError) {
    try take(entries)
    state.beLookedAt()
  }

  /// What expressions see.
  var scope: RunScope {
    var scope = RunScope(plan: setup.plan, state: state)
    scope.transientCaptures = transientCaptures.values
    return scope
  }

  /// Takes an event in; it is durable with the next `flush`.
  func queue(_ event: Event) throws(StoreError) {
    let time = pendingSince ?? setup.clock.now()
    let redacted = setup.redactor.redact(event)
    try state.apply(redacted, at: time, by: setup.options.actor)
    pendingSince = time
    pending.append(redacted)
  }

  /// `queue`, where a step's failure is what the caller handles.
  func queueOrFail(_ event: Event) throws(StepFailure) {
    do throws(StoreError) {
      try queue(event)
    } catch {
      throw StepFailure(.invalid, error.message)
    }
  }

  /// Makes all that was queued durable, in one write.
  func flush() async throws(StoreError) {
    guard !pending.isEmpty, let time = pendingSince else { return }
    let entries: [Entry]
    let observer = setup.observer
    observer.observe(storing: happened)
    do throws(StoreError) {
      let (journal, pending, actor) = (journal, pending, setup.options.actor)
      entries = try await patiently { () async throws(StoreError) in
        try await journal.append(pending, by: actor, at: time)
      }
    } catch {
      let unstored = happened
      observer.observe(storing: [])
      observer.observe(unstored: unstored)
      throw error
    }
    observer.observe(storing: [])
    pending.removeAll(keepingCapacity: true)
    pendingSince = nil
    let isAlone = entries.first?.sequence == sequence + 1
    sequence = entries.last?.sequence ?? sequence
    for entry in entries { observer.observe(entry) }
    // Somebody wrote a note or decided on a gate meanwhile: state is the replay of what is stored (L3).
    guard !isAlone else { return }
    state = try RunState(replaying: try await stored())
  }

  /// Makes an outcome that waits durable, before something that may take long and is no attempt, such
  /// as connecting: a crash then must not make it unknown.
  func flushOutcome() async throws(StoreError) {
    let isWaiting = pending.contains { if case .attemptFinished = $0 { true } else { false } }
    if isWaiting { try await flush() }
  }

  /// Reads the journal again: somebody may have decided on something from elsewhere.
  func takeInOthers() async throws(StoreError) {
    try await flush()
    let all = try await stored()
    // What another process has made of the run is no longer this one's.
    try journal.checkLease()
    let new = all.filter { $0.sequence > sequence }
    guard let last = new.last else { return }
    sequence = last.sequence
    state = try RunState(replaying: all)
    for entry in new { setup.observer.observe(entry) }
  }

  /// Hands out what waits, for who looks at the run to store it.
  func takePending() -> [Event] {
    defer { pending = [] }
    return pending
  }

  /// Whether the run has ended, and that is stored.
  var isEndStored: Bool { hasEnded && pending.isEmpty }

  var hasEnded: Bool { if case .ended = state.lifecycle { true } else { false } }

  /// The first step of which it is not known whether it took effect.
  var openStep: StepID? {
    setup.plan.runbook.steps.first { state.step($0.id).status == .unknown }?.id
  }

  private func stored() async throws(StoreError) -> [Entry] {
    let journal = journal
    return try await patiently { () async throws(StoreError) in try await journal.entries() }
  }

  /// What waits to be stored and has happened: an intent that was not stored was not carried out.
  private var happened: [Event] {
    pending.filter { if case .attemptStarted = $0 { false } else { true } }
  }

  /// How often a journal that another process holds is tried once the run is to stop.
  private static let lastTries = 5

  /// Tries until no other process holds the journal: what came of a step must not be lost because somebody
  /// looks into the file. An interruption ends that; nothing is performed meanwhile.
  private func patiently<Answer: Sendable>(
    _ body: () async throws(StoreError) -> Answer
  ) async throws(StoreError) -> Answer {
    let wasInterrupted = Task.isCancelled
    var tries = 0
    while true {
      do throws(StoreError) {
        return try await body()
      } catch {
        guard case .busy = error.cause else { throw error }
        tries += 1
        if tries == 1 {
          setup.tell("Another process holds the journal; waiting for it (Ctrl-C gives up)")
        }
        guard wasInterrupted ? tries < Self.lastTries : !Task.isCancelled else { throw error }
        // Interrupted, it is tried once more: what cuts the pause short is seen above.
        try? await setup.clock.sleep(for: .milliseconds(200))
      }
    }
  }
}

extension RunRecord {
  /// Keeps of what a step captured in this process what may not be stored.
  func keep(
    _ captures: ValueMap, isWhole: Bool
  ) -> (stored: ValueMap, withheld: [String]) {
    transientCaptures.keep(from: captures, isWhole: isWhole)
  }

  /// Forgets what only this process knows of what a step captured.
  func forgetCaptures(of id: StepID) { transientCaptures.forget(of: id) }

  /// Why nothing may take effect any more; it is asked from wherever the effect is.
  var leaseLoss: @Sendable () -> FailureRecord? {
    let journal = journal
    return {
      do throws(StoreError) {
        try journal.checkLease()
        return nil
      } catch {
        let isTaken = error.cause == .leaseLost
        return FailureRecord(
          cause: .refused,
          message: isTaken
            ? "another process has taken over this run"
            : "the run's journal cannot be read, and nothing takes effect without it",
          detail: error.message)
      }
    }
  }

  /// Whether somebody has decided on a gate from elsewhere, or it shows something else by now.
  func isDecided(_ gate: GateOpened) -> @Sendable () async -> Bool {
    let journal = journal
    return {
      // A journal that cannot be read is met when the answer is taken.
      guard let entries = try? await journal.entries(),
        let now = try? RunState(replaying: entries).gates[gate.gate]
      else { return false }
      return now.opened.digest != gate.digest || now.isApproved || now.isRefused
    }
  }

  /// Processes that performed the run before this one, and live.
  func formerExecutors() -> [Remnant] { journal.formerExecutors() }
}
