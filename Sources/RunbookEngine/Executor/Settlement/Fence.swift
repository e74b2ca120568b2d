public import RunbookModel

/// What keeps a person's word on a step from being recorded, and what is to be recorded with it (law L5).
///
/// Whoever asks holds the run's lease: its generation is in the journal. A process of an earlier generation that
/// changes a database takes the step's lock, reads the generation once it has it, and again before it commits.
///
/// | the attempt's former process                 | what becomes of it                                 |
/// | -------------------------------------------- | -------------------------------------------------- |
/// | stopped before it has the step's lock        | refused by the generation once it goes on          |
/// | stopped in its transaction                   | its session is ended, or waited for: rolled back   |
/// | has sent COMMIT                              | waited for: the receipt says what came of it       |
/// | between statements outside a transaction     | its session is waited for, or ended on a word      |
/// | runs a script or a request, and lives        | nothing keeps it from that: nothing is recorded    |
public enum Fencing: Sendable {
  /// Nothing that was begun can take effect any more. What a receipt or a probe says, where it does, is to be
  /// recorded first.
  case clear(AttemptSettled?)
  /// It is done: its receipt is there, or its probe says so.
  case done(AttemptSettled)
  /// The run's former process may still do it, or the database cannot say.
  case open(why: String)
}

/// Looks at a run that is held, before a person's word on it is recorded, and fences off whoever may still perform its
/// steps.
///
/// It stores nothing. A run that goes on finds out about its attempts in the same way: by `Settler.findOut`.
public struct Fence: ~Copyable {
  private let setup: RunSetup
  private let record: RunRecord
  private let connections: RunConnections
  private let databases: DatabaseLook
  private let remnants: RemnantWait
  private let settler: Settler
  private let words: WordCheck
  /// Evidence of what was found out for a person's word, which is stored with that.
  private var unstoredEvidence = 0

  /// - Parameter entries: the run's journal.
  /// - Throws: `damaged` when no run can have written it.
  public init(
    plan: Plan, ports: EnginePorts, options: RunOptions, entries: [Entry]
  ) throws(StoreError) {
    let setup = RunSetup(plan, ports, options)
    let record = RunRecord(setup, ports.journal)
    let connections = RunConnections(setup, record, ports.gateway)
    let remnants = RemnantWait(setup, record, ports.person)
    let settler = Settler(
      setup, record, connections, RunAttempts(setup, record), Probes(setup, record, connections),
      remnants)
    try record.takeToLookAt(entries)
    self.setup = setup
    self.record = record
    self.connections = connections
    self.remnants = remnants
    self.settler = settler
    databases = DatabaseLook(setup, record, connections)
    words = WordCheck(setup, record, settler)
  }

  /// Finds out about a step's last attempt, once nothing of it can take effect any more.
  public mutating func fence(_ id: StepID) async -> Fencing {
    guard isNeeded(for: id) else { return .clear(nil) }
    guard let step = setup.step(id) else { return .open(why: Self.isGone(id)) }
    let finding: SettlementFinding
    do throws(StepFailure) {
      finding = try await settler.findOut(about: step)
    } catch {
      finding = settler.nothingFound(error)
    }
    guard finding.isOver else {
      return .open(why: finding.detail.pieces(separatedBy: "\n").joined(separator: " "))
    }
    guard finding.settlement != .unknown else { return .clear(nil) }
    let settled = settler.event(step, finding, besideEvidence: unstoredEvidence)
    unstoredEvidence += settled.evidence?.count ?? 0
    return finding.settlement == .done ? .done(settled) : .clear(settled)
  }

  /// What was ended since this was asked last, to be recorded.
  public func takeEndings() -> [ProcessesEnded] { remnants.takeEndings() }

  /// Why what `fence` asks could not be asked, without anything being changed or ended; nil where it could.
  ///
  /// - Parameter endsFormer: whether the step's former process is ended before: what it locks stands in no way then.
  public func obstacle(toFencing id: StepID, endsFormer: Bool) async -> String? {
    guard isNeeded(for: id) else { return nil }
    guard let step = setup.step(id) else { return Self.isGone(id) }
    do throws(StepFailure) {
      let bound = try setup.binder.bind(step, in: record.scope)
      if let difference = bound.difference(from: record.state.step(id)) { return difference }
      guard let connection = bound.activity.connection else { return nil }
      _ = try await connections.identity(of: connection)
      return nil
    } catch {
      if endsFormer, error.record.cause == .lock { return nil }
      return setup.redactor.redact(error.record).text
    }
  }

  /// Looks, before a person gives the run up, at all that a process looks at that takes it up: where its connections lead
  /// by now, what of it is there, and how steps stand of which nobody had looked.
  ///
  /// - Returns: what was found, to be recorded before the end.
  public func lookBeforeAbandonment() async throws(StoreError) -> [Event] {
    try await databases.lookBeforeAbandonment()
    await words.lookBeforeAbandonment()
    return record.takePending()
  }

  /// Marks the end of the run in each database in which it has left something.
  public func markEnd() async { await connections.markEnd() }

  /// Closes what it has opened.
  public func close() async { await connections.close() }

  private func isNeeded(for id: StepID) -> Bool {
    record.state.step(id).needsFence && !setup.plan.isSandbox
  }

  private static func isGone(_ id: StepID) -> String {
    "the runbook has no step '\(id)' any more"
  }
}

extension StepState {
  /// Whether an attempt of it may take effect though the journal says nothing of that, or says otherwise.
  public var needsFence: Bool {
    guard attempts > 0, settledBy != .repeatable else { return false }
    return switch status {
    case .running, .unknown, .failed, .pending: true
    // On a person's word alone.
    case .succeeded: declaration != nil
    case .skipped: false
    }
  }
}
