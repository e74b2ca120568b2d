import RunbookEngine

extension PostgresGateway {
  /// What the role, the database and the environment set for a connection's session, for an approval to
  /// bind.
  func settings(of connection: String) async -> [Surrounding] {
    do throws(StepFailure) {
      return try await session(of: connection).settings()
    } catch {
      return [Surrounding(name: "the settings of connection '\(connection)'", content: "not known")]
    }
  }
}
