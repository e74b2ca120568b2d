import RunbookEngine
import RunbookModel

/// A change in one transaction, with its receipt.
///
/// What the step's `expect` refuses is rolled back, so that a receipt is only there for what was accepted.
///
/// Three round trips: who may (lock, receipt, lease), the statements, and receipt with commit. The
/// commit's answer alone says that it took effect; where that is missing, the receipt does.
struct SQLChange {
  let request: SQLRequest
  let link: PostgresLink
  let keepsReceipt: Bool

  /// How long a commit may take before its connection is given up. It is never cancelled.
  private static let commitDeadline = Duration.seconds(60)

  func perform() throws(StepFailure) -> StepResult {
    do throws(StepFailure) {
      if let former = try begin() { return former }
      let outcomes = try request.run(on: link, [request.commands])
      let done = try request.completions(outcomes.first ?? [], after: 0, on: link)
      var result = SQLResult(request, done, link.takeNotices()).stepResult()
      if let objection = request.context.objection(result) {
        throw StepFailure(objection.rolledBack, partial: result)
      }
      try commit(done, result)
      result.hasReceipt = keepsReceipt
      return result
    } catch {
      leaveTransaction()
      throw error
    }
  }

  /// - Returns: the result, when a receipt shows that the step has been done.
  private func begin() throws(StepFailure) -> StepResult? {
    guard keepsReceipt else {
      let outcomes = try request.run(
        on: link, [[SQLRequest.begin, request.settings.command(for: link)]])
      try refuseFailure(outcomes.first ?? [])
      return nil
    }
    let context = request.context
    let wait = request.settings.receiptWait
    link.stallInterval = wait * 0.4
    defer { link.stallInterval = request.settings.stallInterval }
    let outcomes = try request.run(
      on: link,
      [
        [
          SQLRequest.begin,
          request.settings.command(for: link, statement: wait, lock: .zero),
          ReceiptQuery.lock(context.run, context.step),
          ReceiptQuery.look(context.run, context.step),
          ReceiptQuery.claim(context.run, generation: context.generation),
          request.settings.command(for: link),
        ]
      ])
    let batch = outcomes.first ?? []
    try refuseFailure(batch)
    guard batch.count == 6 else {
      throw StepFailure(.unreachable, "the server did not answer about receipts")
    }
    if let row = Self.row(batch[3]) {
      leaveTransaction()
      let receipt = ReceiptRow(row, expected: request.activity.statementsDigest)
      var result = receipt.found.result
      result.notices = receipt.notices
      result.isFormer = true
      return result
    }
    try checkGeneration(Self.row(batch[4])?.first?.intValue)
    return nil
  }

  /// Looks for the receipt of an earlier attempt, and fences whoever may still be about to write one:
  /// the lease's row is raised to our generation for good.
  func find() throws(StepFailure) -> ReceiptFound? {
    do throws(StepFailure) {
      let context = request.context
      let wait = request.settings.receiptWait
      link.stallInterval = wait * 0.4
      let outcomes = try request.run(
        on: link,
        [
          [
            SQLRequest.begin,
            request.settings.command(for: link, statement: wait, lock: .zero),
            ReceiptQuery.lock(context.run, context.step),
            ReceiptQuery.look(context.run, context.step),
            ReceiptQuery.claim(context.run, generation: context.generation),
          ],
          [SQLCommand("COMMIT")], SQLRequest.reset,
        ], leaving: 1)
      let batch = outcomes.first ?? []
      try refuseFailure(batch)
      guard batch.count == 5 else {
        throw StepFailure(.unreachable, "the server did not answer about receipts")
      }
      try checkGeneration(Self.row(batch[4])?.first?.intValue)
      return Self.row(batch[3]).map {
        ReceiptRow($0, expected: request.activity.statementsDigest).found
      }
    } catch {
      leaveTransaction()
      throw error
    }
  }

  private func refuseFailure(_ outcomes: [SQLOutcome]) throws(StepFailure) {
    for case .failed(let error) in outcomes {
      switch error.code {
      case "3F000", "42P01":
        throw StepFailure(
          .invalid, "the tables for receipts are not there", detail: error.message,
          code: error.code)
      case "57014":
        let holders = link.holders.map { "it is \($0.description)" }.joined(separator: "\n")
        throw StepFailure(
          .lock, "another process still performs this step",
          detail: holders.isEmpty ? nil : holders,
          code: error.code, mayRetryHelp: true)
      default: throw StepFailure(error)
      }
    }
  }

  private func checkGeneration(_ generation: Int64?) throws(StepFailure) {
    guard let generation, generation <= request.context.generation else {
      throw StepFailure(
        .refused, "another process has taken over this run",
        detail: "the lease in the database has generation \(generation ?? 0), this process has "
          + "\(request.context.generation)")
    }
  }

  private func commit(
    _ done: [SQLCompletion], _ result: StepResult
  ) throws(StepFailure) {
    var proof = [SQLCommand]()
    if request.activity.statements.contains(where: \.traits.changesRole) {
      proof.append(SQLCommand("RESET SESSION AUTHORIZATION"))
    }
    proof.append(ReceiptQuery.forceDurability)
    if keepsReceipt {
      proof.append(
        ReceiptQuery.record(
          request.context, request.activity.statementsDigest, affected: done.affected,
          rowCount: done.lastRows?.rows.count ?? 0,
          result: request.context.keepsResult
            ? ReceiptRow.text(of: result, request.context.redact) : nil))
    }
    link.extendDeadline(to: .now + Self.commitDeadline)
    // Where the proof fails, the commit behind it rolls back, and says so.
    let outcomes = try request.run(
      on: link, [proof, [SQLCommand("COMMIT")], SQLRequest.reset], leaving: 1,
      mayHaveCommitted: true, canCancel: false)
    try refuseFailure(outcomes.first ?? [])
    switch outcomes.last?.first {
    case .completed(let completion)? where completion.tag == "COMMIT": return
    case .failed(let error)?: throw StepFailure(error)
    default: throw StepFailure(.refused, "the server rolled the transaction back")
    }
  }

  /// Ends a transaction that is open, and does nothing where none is.
  private func leaveTransaction() {
    guard !link.isSpent else { return }
    do throws(StepFailure) {
      _ = try request.run(on: link, [SQLRequest.rollback, SQLRequest.reset], leaving: 1)
    } catch {
      // Without its connection the transaction ends by itself; what came before is what matters.
    }
  }

  private static func row(_ outcome: SQLOutcome) -> [Value]? {
    guard case .completed(let completion) = outcome else { return nil }
    return completion.resultSet?.rows.first
  }
}

extension FailureRecord {
  /// The failure of a change that was undone for it.
  fileprivate var rolledBack: FailureRecord {
    FailureRecord(
      cause: cause, message: message + "; the change was rolled back", detail: detail, hint: hint,
      code: code, mayRetryHelp: mayRetryHelp)
  }
}
