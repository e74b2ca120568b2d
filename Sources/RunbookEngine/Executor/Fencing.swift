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
/// `Executor.settle` finds out about an attempt by the same `findOut`.
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
    state.beLookedAt()
    sequence = entries.last?.sequence ?? 0
  }

  /// Whether something of a step may still take effect, or may have without anybody knowing.
  public func needsFence(_ id: StepID) -> Bool { state.step(id).needsFence && !plan.isSandbox }

  public mutating func fence(_ id: StepID) async -> Fencing {
    guard needsFence(id) else { return .clear(nil) }
    guard let step = plan.runbook.steps.first(where: { $0.id == id }) else {
      return .open(why: "the runbook has no step '\(id)' any more")
    }
    let finding: Finding
    do throws(StepFailure) {
      finding = try await findOut(about: step)
    } catch {
      finding = Finding(
        .unknown, .none, Self.text(of: redactor.redact(error.record)), isOver: false)
    }
    guard finding.isOver else {
      return .open(why: finding.detail.pieces(separatedBy: "\n").joined(separator: " "))
    }
    guard finding.settlement != .unknown else { return .clear(nil) }
    let settled = event(step, finding)
    unstoredEvidence += settled.evidence?.count ?? 0
    return finding.settlement == .done ? .done(settled) : .clear(settled)
  }

  /// Why what fencing asks could not be asked, without anything being changed or ended; nil where it could.
  ///
  /// - Parameter endsFormer: whether the step's former process is ended before: what it locks stands in no way then.
  public mutating func obstacle(toFencing id: StepID, endsFormer: Bool) async -> String? {
    guard needsFence(id) else { return nil }
    guard let step = plan.runbook.steps.first(where: { $0.id == id }) else {
      return "the runbook has no step '\(id)' any more"
    }
    do throws(StepFailure) {
      let bound = try binder.bind(step, in: scope)
      if let difference = bound.difference(from: state.step(id)) { return difference }
      guard let connection = bound.activity.connection else { return nil }
      _ = try await identity(of: connection)
      return nil
    } catch {
      if endsFormer, error.record.cause == .lock { return nil }
      return Self.text(of: redactor.redact(error.record))
    }
  }

  /// Looks, before a person gives the run up, at all that a process looks at that takes it up: where its connections lead
  /// by now, what of it is there, and how steps stand of which nobody had looked.
  ///
  /// - Returns: what was found, to be recorded before the end.
  public mutating func lookBeforeAbandonment() async throws(StoreError) -> [Event] {
    defer { pending = [] }
    for connection in state.usedConnections {
      forget(connection)
      switch await prepareConnection(connection) {
      case .ready, .contested: continue
      case .obstacle(let failure):
        let reason = failure.message.pieces(separatedBy: "\n").joined(separator: " ")
        try queue(.connectionUnseen(ConnectionUnseen(connection: connection, reason: reason)))
      }
    }
    for step in plan.runbook.steps where state.step(step.id).isWordUnlooked {
      do throws(StepFailure) {
        if let settled = try await settlement(ofWordOn: step) {
          try queueOrFail(.attemptSettled(settled))
        }
      } catch {
        tell(step, Self.text(of: redactor.redact(error.record)))
      }
    }
    return pending
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
    // On a person's word alone.
    case .succeeded: declaration != nil
    case .skipped: false
    }
  }
}
