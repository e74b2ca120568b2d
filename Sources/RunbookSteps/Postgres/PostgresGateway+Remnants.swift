import RunbookEngine
import RunbookModel

extension PostgresGateway {
  /// Sessions of the server that carry this name, but for our own.
  func remnants(
    of applicationName: String, on connection: String
  ) async throws(StepFailure) -> [Remnant] {
    try await ask(SQLRemnants.query(applicationName), on: connection)
      .compactMap { SQLRemnants.remnant($0, redactor) }
  }

  /// Ends them.
  func end(_ applicationName: String, on connection: String) async throws(StepFailure) {
    _ = try await ask(SQLRemnants.termination(of: applicationName), on: connection)
  }

  /// Ends sessions that perform a step where their end undoes what they did, and sees them gone.
  func endUnfinished(
    _ run: RunID, _ step: StepID, on connection: String
  ) async throws(StepFailure) {
    let (name, key) = (SQLRemnants.applicationName(run, step), SQLLock.key(run, step))
    var count = try await ask(SQLLock.ending(name, key), on: connection).first?.first?.intValue
    let deadline = ContinuousClock.now + .seconds(5)
    while count != 0, .now < deadline {
      _ = try await ask(SQLCommand("SELECT pg_catalog.pg_sleep(0.05)"), on: connection)
      count = try await ask(SQLLock.counting(name, key), on: connection).first?.first?.intValue
    }
  }

  func ask(
    _ command: SQLCommand, on connection: String
  ) async throws(StepFailure) -> [[Value]] {
    try await session(of: connection).use(until: .now + .seconds(30)) {
      (link) throws(StepFailure) in
      try link.answers(to: [command]).first?.resultSet?.rows ?? []
    }
  }
}
