import RunbookModel

/// Other runs beside this one.
struct OtherRuns {
  private let setup: RunSetup
  private let record: RunRecord
  private let connections: RunConnections
  private let neighbours: (any RunNeighbours)?

  init(
    _ setup: RunSetup, _ record: RunRecord, _ connections: RunConnections,
    _ neighbours: (any RunNeighbours)?
  ) {
    self.setup = setup
    self.record = record
    self.connections = connections
    self.neighbours = neighbours
  }

  /// Those that are at work on what a gate is about, or were since this run began: by this account's journals,
  /// by the server's sessions, and by receipts.
  func atWork(
    beside identities: [ConnectionIdentified], keepingReceiptsOn receipts: [String]
  ) async throws(StepFailure) -> [OtherRun] {
    guard !setup.plan.isSandbox, !setup.options.isDrill else { return [] }
    let known =
      await neighbours?.look(on: identities, since: record.state.startedAt) ?? RunsBeside()
    var found = known.atWork.filter { $0.run != setup.options.run }
    for identity in identities {
      let seen = try await connections.othersAtWork(
        on: identity.connection, lookingAtReceipts: receipts.contains(identity.connection))
      for other in seen where !found.contains(where: { $0.run == other.run }) {
        // What it left is no sign of work where it is known to be over.
        if other.isByTrace, known.over.contains(other.run) { continue }
        found.append(other)
      }
    }
    return found.map { other in
      OtherRun(
        run: other.run, summary: setup.redactor.redact(other.summary), since: other.since,
        isByTrace: other.isByTrace, hasEnded: other.hasEnded)
    }.sorted { $0.run.rawValue < $1.run.rawValue }
  }
}
