package import RunbookEngine
package import RunbookModel

/// What is found out about an attempt that was cut off.
extension SQLActivity {
  /// Of the statements with their values, as they run.
  package func statementsDigest(_ key: RunKey?) -> Digest {
    var hasher = key.hasher
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

  package func receiptDigest(_ key: RunKey?) -> Digest? { statementsDigest(key) }

  package func receipt(in context: AttemptContext) async throws(StepFailure) -> ReceiptFound? {
    try await withLock(in: context) { (request, link) throws(StepFailure) in
      try request.transaction(on: link, keepsReceipt: true).find()
    }
  }

  package var isFenced: Bool {
    switch mode {
    case .change, .separate: true
    case .readOnly, .trial: false
    }
  }

  package func endUnfinished(in context: AttemptContext) async throws(StepFailure) -> [EndedProcess]
  {
    guard case .change = mode, unguarded.isEmpty else { return [] }
    return try await gateway.endUnfinished(context, on: source.name)
  }

  package func awaitLock(in context: AttemptContext) async throws(StepFailure) {
    try await withLock(in: context) { (request, link) throws(StepFailure) in
      guard case .separate = mode else {
        return try request.transaction(on: link, keepsReceipt: false).awaitLock()
      }
      // Through a pooler such a step is never performed.
      if link.facts.isPooled { return }
      try SQLLock.takeForSession(
        SQLLock.key(context), on: link, within: request.settings.receiptWait,
        context.redactor)
      _ = try link.exchange([link.reset], leaving: 1)
    }
  }

  /// For what waits for the step's lock, and says who holds it.
  private func withLock<Result: Sendable>(
    in context: AttemptContext,
    _ body: @Sendable (SQLRequest, PostgresLink) throws(StepFailure) -> Result
  ) async throws(StepFailure) -> Result {
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
      return try body(request, link)
    }
  }

  package func traces(in context: AttemptContext) async -> [String] {
    guard mode == .separate, statements.contains(where: \.traits.mayLeaveInvalidIndex) else {
      return []
    }
    do throws(StepFailure) {
      let session = try gateway.session(of: source.name)
      let found = try await session.use(until: .now + .seconds(30)) { (link) throws(StepFailure) in
        try InvalidIndexes.found(on: link)
      }
      guard let found else { return [] }
      guard !found.isEmpty else { return ["no index of the database is invalid"] }
      let rest = found.count > InvalidIndexes.most ? ["there are more invalid ones"] : []
      return found.prefix(InvalidIndexes.most).map(\.summary) + rest
    } catch {
      // Who cannot be asked tells nothing; the person who has to say is told that nothing is known.
      return []
    }
  }

  package func remnants(in context: AttemptContext) async throws(StepFailure) -> [Remnant] {
    try await gateway.remnants(of: context, on: source.name)
  }

  package func end(
    _ remnants: [Remnant], in context: AttemptContext
  ) async throws(StepFailure) -> [EndedProcess] {
    try await gateway.end(remnants, of: context, on: source.name)
  }
}
