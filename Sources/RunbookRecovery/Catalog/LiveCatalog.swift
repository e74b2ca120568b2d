package import RunbookEngine
package import RunbookModel
import RunbookPostgres

extension PostgresGateway {
  /// Takes a snapshot of a connection's database, for a step.
  package func snapshot(
    of connection: String, counting: CatalogSnapshot.Counting, in context: AttemptContext
  ) async throws(StepFailure) -> CatalogSnapshot {
    let limit = context.timeout(else: .seconds(300))
    return try await session(of: connection).use(until: .now + limit) {
      (link) throws(StepFailure) in
      try CatalogReader(
        link: link, counting: counting, statementTimeout: limit,
        name: SQLRemnants.applicationName(context.run, context.step), now: context.now
      ).read()
    }
  }
}

/// A snapshot from beside a run.
package enum LiveCatalog {
  /// - Parameters:
  ///   - url: as a runbook's connection has it.
  ///   - counting: `exact`, `estimated` or `none`; anything else is `exact`.
  /// - Returns: the snapshot as its file holds it.
  /// - Throws: `invalid` for the URL, `unreachable` or `refused` by the server.
  package static func snapshot(
    of url: String, counting: String, timeout: Duration, now: @escaping @Sendable () -> Timestamp
  ) async throws(StepFailure) -> Value {
    let session = PostgresSession(
      connection: "the database", target: try PostgresTarget(url: url), now: now)
    let snapshot = try await session.use(until: .now + timeout) { (link) throws(StepFailure) in
      try CatalogReader(
        link: link, counting: CatalogSnapshot.Counting(rawValue: counting) ?? .exact,
        statementTimeout: timeout, name: "runbook snapshot", now: now
      ).read()
    }
    await session.close()
    return snapshot.value
  }
}
