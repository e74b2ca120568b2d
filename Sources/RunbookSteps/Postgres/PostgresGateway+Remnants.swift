import RunbookEngine
import RunbookModel

extension PostgresGateway {
  /// Sessions of the server that carry the step's name or hold its lock, but for our own.
  func remnants(
    of context: AttemptContext, on connection: String
  ) async throws(StepFailure) -> [Remnant] {
    try await ask(SQLRemnants.query(context), on: connection)
      .compactMap { SQLRemnants.remnant($0, redactor) }
  }

  /// Ends them.
  func end(_ context: AttemptContext, on connection: String) async throws(StepFailure) {
    _ = try await ask(SQLRemnants.termination(context), on: connection)
  }

  /// Ends sessions that perform a step where their end undoes what they did, and sees them gone.
  func endUnfinished(
    _ context: AttemptContext, on connection: String
  ) async throws(StepFailure) {
    let key = SQLLock.key(context)
    var count = try await ask(SQLLock.ending(key), on: connection).first?.first?.intValue
    let deadline = ContinuousClock.now + .seconds(5)
    while count != 0, .now < deadline {
      _ = try await ask(SQLCommand("SELECT pg_catalog.pg_sleep(0.05)"), on: connection)
      count = try await ask(SQLLock.counting(key), on: connection).first?.first?.intValue
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
