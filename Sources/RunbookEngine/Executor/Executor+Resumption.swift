import RunbookModel

/// What has to be there again before a run can go on.
extension Executor {
  /// Starts the sandbox's server again, with the data that it had, and its services.
  mutating func restartSandbox() async throws(StoreError) {
    try await flush()
    guard let folder = state.sandboxFolder, let prepared = state.sandbox,
      let declaration = plan.runbook.sandbox
    else { return }
    ports.observer.observe(progress: "Starting the throwaway PostgreSQL again")
    do throws(StepFailure) {
      let sandbox = try await ports.sandboxes.restart(in: folder)
      self.sandbox = sandbox
      for connection in plan.runbook.connections {
        try await ports.gateway.configure(connection, url: sandbox.url)
        configuredConnections.insert(connection.name)
      }
      var preparation = Preparation(scope: scope, sandbox: sandbox)
      preparation.take(prepared.captures?.mapValue ?? ValueMap())
      try await startServices(declaration.services, sandbox, &preparation)
      let inputs = try inputs(from: declaration, preparation)
      try queueOrFail(
        .sandboxRestarted(SandboxRestarted(serverVersion: sandbox.serverVersion, inputs: inputs)))
    } catch {
      if case .interrupted = error.record.cause { return try queue(.runHeld(interruption)) }
      try queue(
        .runHeld(
          RunHeld(
            cause: .sandbox, subject: nil,
            message: "the sandbox cannot be started again: \(error.record.message)")))
    }
  }

  /// Looks at each database in which steps of the run were performed, whether or not a step is left to be performed
  /// there: whether it is the same, and holds what the journal says that it holds. What is missing is a person's to
  /// decide; what cannot be looked at is said to be unknown. To be called when the run is taken up, and before it ends.
  ///
  /// - Parameter anew: over new sessions.
  mutating func lookAtDatabases(anew: Bool = false) async throws(StoreError) {
    guard case .running = state.lifecycle else { return }
    hasLooked = anew
    for connection in state.usedConnections {
      if anew { forget(connection) }
      guard await isUnseen(connection) else { continue }
      try await flush()
      switch await prepareConnection(connection) {
      case .ready, .contested: continue
      case .obstacle(let failure):
        if failure.cause == .interrupted { return try queue(.runHeld(interruption)) }
        let reason = failure.message.pieces(separatedBy: "\n").joined(separator: " ")
        guard state.unseen[connection]?.reason != reason else { continue }
        try queue(.connectionUnseen(ConnectionUnseen(connection: connection, reason: reason)))
      }
    }
  }

  /// Removes a sandbox whose making was cut off: nothing of the run is in it yet.
  func removeUnfinishedSandbox() async throws(StepFailure) {
    guard let folder = state.sandboxFolder else { return }
    try await ports.sandboxes.remove(folder: folder)
  }
}
