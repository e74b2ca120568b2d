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

  private func ask(
    _ command: SQLCommand, on connection: String
  ) async throws(StepFailure) -> [[Value]] {
    try await session(of: connection).use(until: .now + .seconds(30)) {
      (link) throws(StepFailure) in
      let outcomes: [[SQLOutcome]]
      do throws(LinkError) {
        outcomes = try link.run([[command]])
      } catch {
        throw StepFailure(link: error, mayHaveCommitted: false)
      }
      switch outcomes.first?.first {
      case .completed(let completion)?: return completion.resultSet?.rows ?? []
      case .failed(let error)?: throw StepFailure(error)
      default: throw StepFailure(.unreachable, "the server did not answer")
      }
    }
  }
}
