import RunbookModel

extension Executor {
  /// Marks the end of the run in each database in which it has left something. Where it cannot be marked, others ask
  /// about it for a while.
  public mutating func markEnd() async {
    guard !plan.isSandbox, !options.isDrill else { return }
    for connection in state.markedConnections {
      do throws(StepFailure) {
        if !seenConnections.contains(connection) { _ = try await identity(of: connection) }
        try await ports.gateway.noteEnd(of: options.run, on: connection)
      } catch {
        ports.observer.observe(
          progress: redactor.redact(
            "That the run has ended is not marked in the database of '\(connection)': "
              + Self.text(of: error.record)))
      }
    }
  }

  /// Other runs that are at work on what a gate is about, or were since this run began: by this account's journals,
  /// by the server's sessions, and by receipts.
  func others(
    beside identities: [ConnectionIdentified], keepingReceiptsOn receipts: [String]
  ) async throws(StepFailure) -> [OtherRun] {
    guard !plan.isSandbox, !options.isDrill else { return [] }
    let known =
      await ports.neighbours?.look(on: identities, since: state.startedAt)
      ?? RunsBeside()
    var found = known.atWork.filter { $0.run != options.run }
    for identity in identities {
      let seen = try await ports.gateway.othersAtWork(
        on: identity.connection, besides: options.run,
        lookingAtReceipts: receipts.contains(identity.connection), since: state.startedAt,
        now: ports.clock.now())
      for other in seen where !found.contains(where: { $0.run == other.run }) {
        // What it changed once is no sign of work where it is known to be over.
        if other.isByReceipt, known.over.contains(other.run) { continue }
        found.append(other)
      }
    }
    return found.map { other in
      OtherRun(
        run: other.run, summary: redactor.redact(other.summary), since: other.since,
        isByReceipt: other.isByReceipt, hasEnded: other.hasEnded)
    }.sorted { $0.run.rawValue < $1.run.rawValue }
  }
}
