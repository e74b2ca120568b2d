import RunbookEngine
import RunbookModel

/// A change in one transaction, with its receipt.
///
/// What the step's `expect` refuses is rolled back, so that a receipt is only there for what was accepted.
///
/// Beside the work there are two round trips: who may (lock, receipt, lease), and receipt with commit.
/// The commit's answer alone says that it took effect; where that is missing, the receipt does.
struct ReceiptTransaction {
  let link: PostgresLink
  let context: AttemptContext
  let settings: SQLSettings
  /// Of what the step does, with its values.
  let digest: Digest
  let keepsReceipt: Bool
  /// Whether the work may leave another role behind, which could not write the receipt.
  var mayChangeRole = false

  private var query: ReceiptQuery { ReceiptQuery(context, on: link) }

  /// What the work brought, before it is durable.
  struct Work {
    var result: StepResult
    let affected: Int64
    let rowCount: Int64
  }

  /// How long a commit may take before its connection is given up. It is never cancelled.
  private static let commitDeadline = Duration.seconds(60)

  /// - Parameter body: does the work in the open transaction.
  /// - Returns: the result; a former attempt's where a receipt shows that the step has been done.
  func perform(_ body: () throws(StepFailure) -> Work) throws(StepFailure) -> StepResult {
    do throws(StepFailure) {
      if let former = try begin() { return former }
      var work = try body()
      if let objection = context.objection(work.result) {
        throw StepFailure(objection.rolledBack, partial: work.result)
      }
      try commit(work)
      work.result.hasReceipt = keepsReceipt
      return work.result
    } catch {
      leaveTransaction()
      throw error
    }
  }

  /// - Returns: the result, when a receipt shows that the step has been done.
  private func begin() throws(StepFailure) -> StepResult? {
    link.stallInterval = settings.receiptWait * 0.4
    defer { link.stallInterval = settings.stallInterval }
    let own = settings.command(for: link)
    let proofs = [query.look, query.claim(generation: context.generation)]
    let commands = locking + (keepsReceipt ? proofs : []) + [own]
    let outcomes = try link.exchange([commands])
    let batch = outcomes.first ?? []
    try refuseFailure(batch)
    guard batch.count == commands.count else {
      throw StepFailure(.unreachable, "the server did not answer about the step's lock")
    }
    // With the lock ours: whoever takes the run over from now on waits for it, or ends this session.
    try refuseLoss()
    guard keepsReceipt else { return nil }
    if let row = Self.row(batch[3]) {
      leaveTransaction()
      let receipt = ReceiptRow(row, expected: digest)
      var result = receipt.found.result
      result.notices = receipt.notices
      result.isFormer = true
      return result
    }
    try checkGeneration(Self.row(batch[4])?.first?.intValue)
    return nil
  }

  /// Begins the transaction with the step's lock.
  private var locking: [SQLCommand] {
    [
      SQLRequest.begin,
      settings.command(
        for: link, statement: settings.receiptWait, lock: .zero, isBeforeStatements: false),
      query.lock,
    ]
  }

  private func refuseLoss() throws(StepFailure) {
    if let loss = context.leaseLoss() { throw StepFailure(loss) }
  }

  /// Waits until no other process performs the step. One of an earlier generation that comes later is
  /// refused by that.
  func awaitLock() throws(StepFailure) {
    do throws(StepFailure) {
      link.stallInterval = settings.receiptWait * 0.4
      let outcomes = try link.exchange(
        [locking, SQLRequest.rollback, SQLRequest.reset], leaving: 1)
      try refuseFailure(outcomes.first ?? [])
    } catch {
      leaveTransaction()
      throw error
    }
  }

  /// Looks for the receipt of an earlier attempt, and fences whoever may still be about to write one:
  /// the lease's row is raised to our generation for good.
  func find() throws(StepFailure) -> ReceiptFound? {
    do throws(StepFailure) {
      link.stallInterval = settings.receiptWait * 0.4
      let outcomes = try link.exchange(
        [
          locking + [query.look, query.claim(generation: context.generation)],
          [SQLCommand("COMMIT")], SQLRequest.reset,
        ], leaving: 1)
      let batch = outcomes.first ?? []
      try refuseFailure(batch)
      guard batch.count == 5 else {
        throw StepFailure(.unreachable, "the server did not answer about receipts")
      }
      try checkGeneration(Self.row(batch[4])?.first?.intValue)
      return Self.row(batch[3]).map {
        ReceiptRow($0, expected: digest).found
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
    guard let generation, generation <= context.generation else {
      throw StepFailure(
        .refused, "another process has taken over this run",
        detail: "the lease in the database has generation \(generation ?? 0), this process has "
          + "\(context.generation)")
    }
  }

  private func commit(_ work: Work) throws(StepFailure) {
    var proof = [SessionSettings.guardCommand(isLocal: true)]
    if mayChangeRole {
      proof.append(SQLCommand("RESET SESSION AUTHORIZATION"))
    }
    proof.append(ReceiptQuery.forceDurability)
    if keepsReceipt {
      proof.append(
        query.record(
          context, digest, affected: work.affected, rowCount: work.rowCount,
          result: context.keepsResult ? ReceiptRow.text(of: work.result, context.redactor) : nil))
    }
    link.extendDeadline(to: .now + Self.commitDeadline)
    try refuseLoss()
    // Where the proof fails, the commit behind it rolls back, and says so.
    let outcomes = try link.exchange(
      [proof, [SQLCommand("COMMIT")], SQLRequest.reset], leaving: 1,
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
      _ = try link.exchange([SQLRequest.rollback, SQLRequest.reset], leaving: 1)
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
