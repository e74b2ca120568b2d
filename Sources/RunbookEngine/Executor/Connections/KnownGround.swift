import RunbookModel

/// Has databases asked only where connections lead where the run knows that they lead.
struct KnownGround {
  private let connections: RunConnections

  init(_ connections: RunConnections) { self.connections = connections }

  /// Does what asks databases. Where one of them is not what it was, or its server was started anew, nothing of it was
  /// done (`FailureRecord.Cause.elsewhere`): all are looked at anew, and it is done once more.
  ///
  /// - Throws: with the cause `elsewhere` where a person has to decide first where a connection leads, and only then.
  func perform<Result>(
    on names: [String], _ body: () async throws(StepFailure) -> Result
  ) async throws(StepFailure) -> Result {
    do throws(StepFailure) {
      return try await body()
    } catch {
      guard case .elsewhere = error.record.cause else { throw error }
      for name in names {
        connections.forget(name)
        switch await connections.prepare(name) {
        case .ready: continue
        case .contested: throw error
        case .obstacle(let failure): throw StepFailure(failure, partial: error.partial)
        }
      }
      // Something of it was done before.
      if error.partial?.isEffectOpen == true {
        throw StepFailure(error.record.of(.refused), partial: error.partial)
      }
    }
    do throws(StepFailure) {
      return try await body()
    } catch {
      guard case .elsewhere = error.record.cause else { throw error }
      throw StepFailure(error.record.of(.refused), partial: error.partial)
    }
  }

  /// What a script says of a database counts where its connection leads to the same one when it has ended.
  func require(behind bound: BoundStep, _ result: StepResult) async throws(StepFailure) {
    guard bound.activity.connectsByItself, bound.settledBy == .repeatable,
      let connection = bound.activity.connection
    else { return }
    connections.forget(connection)
    guard case .contested = await connections.prepare(connection) else { return }
    throw StepFailure(
      .elsewhere, "connection '\(connection)' leads elsewhere since the step began",
      detail: "which of the two databases answered is not known, and what it said is not used",
      partial: result)
  }
}
