import RunbookModel

/// Looks where the run's connections lead when the run is taken up, before it ends, and before a person gives it up.
struct DatabaseLook {
  private let setup: RunSetup
  private let record: RunRecord
  private let connections: RunConnections

  init(_ setup: RunSetup, _ record: RunRecord, _ connections: RunConnections) {
    self.setup = setup
    self.record = record
    self.connections = connections
  }

  /// Looks at each database in which steps of the run were performed, whether or not a step is left to be performed
  /// there: whether it is the same, and holds what the journal says that it holds. What is missing is a person's to
  /// decide; what cannot be looked at is said to be unknown.
  ///
  /// - Parameter anew: over new sessions.
  func look(anew: Bool) async throws(StoreError) {
    guard case .running = record.state.lifecycle else { return }
    for connection in record.state.usedConnections {
      if anew { connections.forget(connection) }
      guard await connections.isUnseen(connection) else { continue }
      try await record.flush()
      switch await connections.prepare(connection) {
      case .ready, .contested: continue
      case .obstacle(let failure):
        if failure.cause == .interrupted { return try record.holdInterrupted() }
        let unseen = unseen(connection, failure)
        guard record.state.unseen[connection]?.reason != unseen.reason else { continue }
        try record.queue(.connectionUnseen(unseen))
      }
    }
  }

  /// Looks where the run's connections lead before it ends on what was seen there. A session that is open shows nothing
  /// of where its URL leads by now: it is asked over new ones, and what is in the way of that is said, or held by where
  /// nothing but what was seen there ends the run.
  func look(before end: RunEnded) async throws(StoreError) {
    switch end.status {
    case .undetermined, .abandoned, .practised: return
    case .resolved, .unverified, .failed: try await look(anew: true)
    case .notConfirmed:
      let present = Set(setup.plan.runbook.connections.map(\.name))
      for name in record.state.identities.keys.sorted() where present.contains(name) {
        try await record.flush()
        connections.forget(name)
        switch await connections.prepare(name) {
        case .ready: continue
        case .contested: return
        case .obstacle(let failure): return try hold(for: failure, on: name)
        }
      }
    }
  }

  private func hold(
    for failure: FailureRecord, on connection: String
  ) throws(StoreError) {
    guard failure.cause != .interrupted else { return try record.holdInterrupted() }
    try record.queue(
      .runHeld(
        RunHeld(
          cause: .obstacle, subject: connection,
          message:
            "connection '\(connection)' cannot be looked at, and the run would end on what it "
            + "saw there: \(setup.redactor.redact(failure.message))")))
  }

  /// Looks over new sessions; nothing is stored.
  func lookBeforeAbandonment() async throws(StoreError) {
    for connection in record.state.usedConnections {
      connections.forget(connection)
      switch await connections.prepare(connection) {
      case .ready, .contested: continue
      case .obstacle(let failure):
        try record.queue(.connectionUnseen(unseen(connection, failure)))
      }
    }
  }

  private func unseen(_ connection: String, _ failure: FailureRecord) -> ConnectionUnseen {
    ConnectionUnseen(
      connection: connection,
      reason: failure.message.pieces(separatedBy: "\n").joined(separator: " "))
  }
}
