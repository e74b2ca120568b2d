import RunbookEngine
package import RunbookModel

/// PostgreSQL servers that are there for one piece of work.
package protocol TemporaryServers: Sendable {
  /// Makes a server for the length of `body`; it goes with it, also when this process is killed.
  ///
  /// - Parameter name: one at a time may have it.
  /// - Throws: `unreachable` where none can be made, and what `body` throws.
  func withTemporary<Result: Sendable>(
    named name: String, _ body: (TemporaryServer) async throws(StepFailure) -> Result
  ) async throws(StepFailure) -> Result
}

/// How a temporary server is reached.
package struct TemporaryServer: Sendable {
  /// Of its database.
  package let url: String
  package let own: OwnServer

  package init(url: String, own: OwnServer) {
    self.url = url
    self.own = own
  }
}
