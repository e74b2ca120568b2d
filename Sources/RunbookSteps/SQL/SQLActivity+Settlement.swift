import RunbookEngine
import RunbookModel

/// What is found out about an attempt that was cut off.
extension SQLActivity {
  /// Of the statements with their values, as they run.
  var statementsDigest: Digest {
    var hasher = Digest.Hasher()
    for statement in statements {
      hasher.update(statement.command.text)
      hasher.update(";")
      for parameter in statement.command.parameters {
        hasher.update(parameter.map { "=\($0)" } ?? "-")
      }
      hasher.update("\n")
    }
    return hasher.finalize()
  }

  func receipt(in context: AttemptContext) async throws(StepFailure) -> ReceiptFound? {
    let session = try gateway.session(of: source.name)
    let request = SQLRequest(activity: self, context: context)
    return try await session.use(until: .now + request.settings.receiptWait + .seconds(10)) {
      (link) throws(StepFailure) in
      link.onLockWait = { holders in
        for holder in holders {
          context.output(
            OutputLine(.notice, "waiting for the step's own lock, held by \(holder.description)"))
        }
      }
      return try SQLChange(request: request, link: link, keepsReceipt: true).find()
    }
  }

  func remnants(in context: AttemptContext) async throws(StepFailure) -> [Remnant] {
    let outcomes = try await ask(SQLRemnants.query(name(context)), in: context)
    return outcomes.compactMap { SQLRemnants.remnant($0) }
  }

  func end(
    _ remnants: [Remnant], in context: AttemptContext
  ) async throws(StepFailure) {
    _ = try await ask(
      SQLRemnants.termination(of: remnants.map(\.pid), name(context)), in: context)
  }

  private func name(_ context: AttemptContext) -> String {
    SQLSettings(self, context).applicationName
  }

  private func ask(
    _ command: SQLCommand, in context: AttemptContext
  ) async throws(StepFailure) -> [[Value]] {
    let session = try gateway.session(of: source.name)
    return try await session.use(until: .now + .seconds(30)) { (link) throws(StepFailure) in
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
