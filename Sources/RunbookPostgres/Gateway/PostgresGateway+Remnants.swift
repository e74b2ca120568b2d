package import RunbookEngine
package import RunbookModel

extension PostgresGateway {
  /// Sessions of the server that carry the step's name or hold its lock, but for our own.
  package func remnants(
    of context: AttemptContext, on connection: String
  ) async throws(StepFailure) -> [Remnant] {
    try await ask(SQLRemnants.query(context), on: connection)
      .compactMap { SQLRemnants.remnant($0, redactor) }
  }

  package func end(
    _ remnants: [Remnant], of context: AttemptContext, on connection: String
  ) async throws(StepFailure) -> [EndedProcess] {
    let told = try await numbers(SQLRemnants.termination(context), on: connection)
    return Self.ended(told, among: remnants)
  }

  private static func ended(_ pids: [Int64], among remnants: [Remnant]) -> [EndedProcess] {
    pids.map { pid in
      let known = remnants.first { $0.pid == pid }
      return EndedProcess(
        known ?? Remnant(pid: pid, summary: "the server's process \(pid)", since: nil),
        by: "pg_terminate_backend")
    }
  }

  /// Ends sessions that perform a step where their end undoes what they did, and sees them gone.
  package func endUnfinished(
    _ context: AttemptContext, on connection: String
  ) async throws(StepFailure) -> [EndedProcess] {
    let key = SQLLock.key(context)
    let found = try await remnants(of: context, on: connection)
    let told = try await numbers(SQLLock.ending(key), on: connection)
    var left = told
    let deadline = ContinuousClock.now + .seconds(5)
    while !left.isEmpty, .now < deadline {
      _ = try await ask(SQLCommand("SELECT pg_catalog.pg_sleep(0.05)"), on: connection)
      left = try await numbers(SQLLock.holding(key), on: connection)
    }
    return Self.ended(told.filter { !left.contains($0) }, among: found)
  }

  /// The first of each row.
  private func numbers(
    _ command: SQLCommand, on connection: String
  ) async throws(StepFailure) -> [Int64] {
    try await ask(command, on: connection).compactMap { $0.first?.intValue }
  }

  package func ask(
    _ command: SQLCommand, on connection: String
  ) async throws(StepFailure) -> [[Value]] {
    try await session(of: connection).use(until: .now + .seconds(30)) {
      (link) throws(StepFailure) in
      try link.answers(to: [command]).first?.resultSet?.rows ?? []
    }
  }
}
