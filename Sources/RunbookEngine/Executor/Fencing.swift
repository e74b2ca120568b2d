public import RunbookModel

/// Fences off whoever may still perform a step (law L5), before a person's word on it is recorded.
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
///
/// `Executor.settle` finds out about an attempt in the same way.
public enum Fencing: Sendable {
  /// Nothing that was begun can take effect any more. What a receipt or a probe says, where it does, is to be
  /// recorded first.
  case clear(AttemptSettled?)
  /// It is done: its receipt is there, or its probe says so.
  case done(AttemptSettled)
  /// The run's former process may still do it, or the database cannot say.
  case open(why: String)
}

extension Executor {
  /// Takes the journal in, to fence and to record decisions with.
  public mutating func takeIn(_ entries: [Entry]) throws(StoreError) {
    state = try RunState(replaying: entries)
    sequence = entries.last?.sequence ?? 0
  }

  /// Whether something of a step may still take effect, or may have without anybody knowing.
  public func needsFence(_ id: StepID) -> Bool { state.step(id).needsFence && !plan.isSandbox }

  public mutating func fence(_ id: StepID) async -> Fencing {
    guard needsFence(id) else { return .clear(nil) }
    guard let step = plan.runbook.steps.first(where: { $0.id == id }) else {
      return .open(why: "the runbook has no step '\(id)' any more")
    }
    do throws(StepFailure) {
      return try await fence(step)
    } catch {
      let text = Self.text(of: redactor.redact(error.record))
      return .open(why: text.pieces(separatedBy: "\n").joined(separator: " "))
    }
  }

  private mutating func fence(_ step: Step) async throws(StepFailure) -> Fencing {
    let known = state.step(step.id)
    let bound = try binder.bind(step, in: scope)
    let way = known.settledBy ?? bound.settledBy
    if let difference = bound.difference(from: known) { return .open(why: difference) }
    if let connection = bound.activity.connection {
      let found = try await identity(of: connection).identity
      if let former = state.identities[connection]?.identity, !former.isSameDatabase(as: found) {
        return .open(
          why: "connection '\(connection)' leads to another database than the one that attempt "
            + "\(known.attempts) was made on")
      }
    }
    let folder = "\(options.runFolder)/evidence/\(step.id)-\(known.attempts)-settle"
    let context = context(of: step, known.attempts, folder)
    if let standing = try await standing(of: bound, context) { return .open(why: standing.detail) }
    let finding: Finding
    switch way {
    case .receipt: finding = try await receipt(of: bound, context)
    case .probe:
      try await bound.activity.awaitLock(in: context)
      do throws(StepFailure) {
        finding = try await probe(step, context)
      } catch {
        // Nothing of it can take effect any more; whether it has is left to the person.
        return .clear(nil)
      }
    case .word, .repeatable:
      try await bound.activity.awaitLock(in: context)
      return .clear(nil)
    }
    switch finding.settlement {
    case .done: return .done(event(step, known.attempts, finding))
    case .notDone: return .clear(event(step, known.attempts, finding))
    case .unknown: return .clear(nil)
    }
  }

  /// Closes what fencing has opened.
  public mutating func leaveFence() async { await ports.gateway.close() }
}

extension StepState {
  /// Whether an attempt of it may take effect though the journal says nothing of that, or says otherwise.
  public var needsFence: Bool {
    guard attempts > 0, settledBy != .repeatable else { return false }
    return switch status {
    case .running, .unknown, .failed, .pending: true
    case .succeeded, .skipped: false
    }
  }
}
