package import RunbookEngine
package import RunbookModel

/// A change in one transaction, with its receipt.
///
/// What the step's `expect` refuses is rolled back, so that a receipt is only there for what was accepted.
///
/// Beside the work there are two round trips: who may (lock, receipt, lease), and receipt with commit.
/// The commit's answer alone says that it took effect; where that is missing, the receipt does.
package struct ReceiptTransaction {
  package let link: PostgresLink
  package let context: AttemptContext
  package let settings: SQLSettings
  /// Of what the step does, with its values.
  package let digest: Digest
  package let keepsReceipt: Bool
  /// Whether the work may leave another role behind, which could not write the receipt.
  package var mayChangeRole = false
  /// What of the work no transaction guards, a few words each.
  package var unguarded: [String] = []
  /// Whether the work may do more than is known of it.
  package var isUndetermined = false

  package init(
    link: PostgresLink, context: AttemptContext, settings: SQLSettings, digest: Digest,
    keepsReceipt: Bool, mayChangeRole: Bool = false, unguarded: [String] = [],
    isUndetermined: Bool = false
  ) {
    self.link = link
    self.context = context
    self.settings = settings
    self.digest = digest
    self.keepsReceipt = keepsReceipt
    self.mayChangeRole = mayChangeRole
    self.unguarded = unguarded
    self.isUndetermined = isUndetermined
  }

  private var query: ReceiptQuery { ReceiptQuery(context, on: link) }

  /// What the work brought, before it is durable.
  package struct Work {
    package var result: StepResult
    package let affected: Int64
    package let rowCount: Int64

    package init(
      result: StepResult, affected: Int64, rowCount: Int64
    ) {
      self.result = result
      self.affected = affected
      self.rowCount = rowCount
    }
  }

  /// - Parameter body: does the work in the open transaction.
  /// - Returns: the result; a former attempt's where a receipt shows that the step has been done.
  package func perform(_ body: () throws(StepFailure) -> Work) throws(StepFailure) -> StepResult {
    var isDone = false
    do throws(StepFailure) {
      if let former = try begin() { return former }
      var work = try body()
      isDone = true
      if let objection = context.objection(work.result) {
        throw StepFailure(objection.saying(whatWasRolledBack), partial: work.result)
      }
      try commit(work)
      work.result.hasReceipt = keepsReceipt
      work.result.notices += takeNotices()
      return work.result
    } catch {
      let failure = error.adding(takeNotices())
      leaveTransaction()
      throw isDone ? failure.beside(unguarded) : failure
    }
  }

  /// Of a change that was undone for its result.
  private var whatWasRolledBack: String {
    unguarded.isEmpty && !isUndetermined
      ? "the change was rolled back" : "what its transaction guards of it was rolled back"
  }

  /// What the server said that nobody has taken yet, such as at the commit.
  private func takeNotices() -> [String] {
    let notices = link.takeNotices()
    for notice in notices { context.output(OutputLine(.notice, notice)) }
    return notices
  }

  /// - Returns: the result, when a receipt shows that the step has been done.
  private func begin(isAgain: Bool = false) throws(StepFailure) -> StepResult? {
    link.stallInterval = settings.receiptWait * 0.4
    defer { link.stallInterval = settings.stallInterval }
    guard keepsReceipt else {
      let commands = locking + [settings.command(for: link)]
      let batch = try link.exchange([commands]).first ?? []
      try requireAnswers(to: commands, batch)
      try refuseLoss()
      return nil
    }
    let mark = try ReceiptTables.mark(on: link)
    let commands =
      locking + standing(mark) + [query.claim(generation: context.generation)]
      + [settings.command(for: link)]
    let answer = Answer(behind: locking)
    let batch = try link.exchange([commands]).first ?? []
    if batch.indices.contains(answer.check),
      ReceiptTables.areOtherwise(batch[answer.tables], batch[answer.check])
    {
      return try lookAgain(isAgain) { () throws(StepFailure) in try begin(isAgain: true) }
    }
    try requireAnswers(to: commands, batch)
    // With the lock ours: whoever takes the run over from now on waits for it, or ends this session.
    try refuseLoss()
    try requireGeneration(Self.row(batch[answer.claim])?.first?.intValue, batch[answer.claim])
    if let row = Self.row(batch[answer.look]) {
      return try former(row)
    }
    try proof.require(batch[answer.proof])
    return nil
  }

  private func refuseLoss() throws(StepFailure) {
    if let loss = context.leaseLoss() { throw StepFailure(loss) }
  }

  /// Waits until no other process performs the step. One of an earlier generation that comes later is
  /// refused by that.
  package func awaitLock() throws(StepFailure) {
    do throws(StepFailure) {
      link.stallInterval = settings.receiptWait * 0.4
      let batch = try link.exchange([locking]).first ?? []
      try refuseFailure(batch)
      leaveTransaction()
    } catch {
      leaveTransaction()
      throw error
    }
  }

  /// The step was done: nothing but the lease's generation is stored.
  private func former(_ row: [Value]) throws(StepFailure) -> StepResult {
    let receipt = self.receipt(row, attempts: 1..<context.attempt)
    guard receipt.found.objections.isEmpty else {
      throw StepFailure(
        .lost, "a receipt of this step is there, and nothing tells that it is of this run",
        detail: receipt.found.objections.joined(separator: "\n"))
    }
    let outcomes = try link.exchange([[SQLCommand("COMMIT")], link.reset], leaving: 1)
    try refuseFailure(outcomes.first ?? [])
    var result = receipt.found.result
    result.notices = receipt.notices
    result.isFormer = true
    return result
  }

  private func receipt(_ row: [Value], attempts: Range<Int>) -> ReceiptRow {
    ReceiptRow(
      row, expected: digest, context, attempts: attempts, encoding: link.serverEncoding)
  }

  /// Looks for the receipt of an earlier attempt, and fences whoever may still be about to write one:
  /// the lease's row is raised to our generation for good.
  package func find() throws(StepFailure) -> ReceiptFound? { try find(isAgain: false) }

  private func find(isAgain: Bool) throws(StepFailure) -> ReceiptFound? {
    do throws(StepFailure) {
      link.stallInterval = settings.receiptWait * 0.4
      let mark = try ReceiptTables.mark(on: link)
      let commands = locking + standing(mark) + [query.claim(generation: context.generation)]
      let answer = Answer(behind: locking)
      let batch = try link.exchange([commands]).first ?? []
      if batch.indices.contains(answer.check),
        ReceiptTables.areOtherwise(batch[answer.tables], batch[answer.check])
      {
        return try lookAgain(isAgain) { () throws(StepFailure) in try find(isAgain: true) }
      }
      try requireAnswers(to: commands, batch)
      try requireGeneration(Self.row(batch[answer.claim])?.first?.intValue, batch[answer.claim])
      try proof.require(batch[answer.proof])
      let outcomes = try link.exchange([[SQLCommand("COMMIT")], link.reset], leaving: 1)
      try refuseFailure(outcomes.first ?? [])
      return Self.row(batch[answer.look]).map {
        receipt($0, attempts: 1..<(context.attempt + 1)).found
      }
    } catch {
      leaveTransaction()
      throw error
    }
  }

  /// Where the answers are.
  private struct Answer {
    let tables, check, look, proof, claim: Int

    init(behind locking: [SQLCommand]) {
      tables = locking.count
      check = tables + 1
      look = tables + 2
      proof = tables + 3
      claim = tables + 4
    }
  }

  /// Begins the transaction, on the server that is meant, with the step's lock.
  private var locking: [SQLCommand] {
    link.opening(SQLTransaction.changing) + [
      settings.command(
        for: link, statement: settings.receiptWait, lock: .zero, isBeforeStatements: false),
      query.lock,
    ]
  }

  /// Looks what is there of the run.
  private func standing(_ mark: String) -> [SQLCommand] {
    [
      ReceiptTables.lock, ReceiptTables.guardCommand(mark), query.look, proof.command,
    ]
  }

  private var proof: ReceiptProof {
    ReceiptProof(run: context.run, proof: context.proof, encoding: link.serverEncoding)
  }

  private func requireAnswers(
    to commands: [SQLCommand], _ batch: [SQLOutcome]
  ) throws(StepFailure) {
    try refuseFailure(batch)
    guard batch.count == commands.count else {
      throw StepFailure(.unreachable, "the server did not answer about receipts")
    }
  }

  /// The tables were changed since they were looked through: they are looked through once more.
  private func lookAgain<Result>(
    _ isAgain: Bool, _ body: () throws(StepFailure) -> Result
  ) throws(StepFailure) -> Result {
    _ = try link.exchange([SQLTransaction.rollback])
    link.facts.receiptMark = nil
    guard !isAgain else {
      throw StepFailure(.refused, "the tables for receipts are being changed", mayRetryHelp: true)
    }
    return try body()
  }

  private func refuseFailure(_ outcomes: [SQLOutcome]) throws(StepFailure) {
    for case .failed(let error) in outcomes {
      switch error.code {
      case _ where Self.isMissingTable(error): throw .missingTables(error)
      case "0A000", "25006":
        throw StepFailure(
          .refused, "the server takes no changes: it is a replica now", detail: error.message,
          code: error.code)
      case "57014":
        throw SQLLock.failure(link.holders, code: error.code)
      default: throw StepFailure(error)
      }
    }
  }

  private static func isMissingTable(_ error: ServerError) -> Bool {
    error.code == "3F000" || error.code == "42P01"
  }

  private func requireGeneration(
    _ generation: Int64?, _ claim: SQLOutcome
  ) throws(StepFailure) {
    guard case .completed(let completion) = claim, completion.tag.isIdentical(to: "INSERT 0 1"),
      let generation
    else {
      throw StepFailure(
        .refused, "the lease is not kept in the database",
        detail: "its row was neither stored nor raised")
    }
    guard generation <= context.generation else {
      throw StepFailure(
        .refused, "another process has taken over this run",
        detail: "the lease in the database has generation \(generation), this process has "
          + "\(context.generation)")
    }
  }

  private func commit(_ work: Work) throws(StepFailure) {
    var proof: [SQLCommand] = []
    if context.ownTimeout != nil {
      proof.append(settings.limit(to: link.deadline - ContinuousClock.now))
    }
    // Nothing that the work set for the session goes on to whoever is given it next.
    if link.facts.isPooled { proof += SQLTransaction.pooledReset }
    proof.append(SessionSettings.guardCommand(isLocal: true))
    if mayChangeRole {
      proof.append(SQLCommand("RESET SESSION AUTHORIZATION"))
    }
    proof.append(ReceiptQuery.forCommit)
    // What waits for the commit is done before it, while the server still counts the time and takes it back:
    // a commit itself knows no `statement_timeout` (postgres.c, `finish_xact_command`).
    if !link.facts.isPooled { proof.append(SQLCommand("SET CONSTRAINTS ALL IMMEDIATE")) }
    if keepsReceipt {
      proof.append(
        query.record(
          context, digest, affected: work.affected, rowCount: work.rowCount,
          result: keepsResult(of: work)
            ? ReceiptRow.text(of: work.result, context.redactor) : nil))
    }
    link.extendDeadline(to: .now + settings.commitDeadline)
    try refuseLoss()
    // Where the proof fails, the commit behind it rolls back, and says so.
    let outcomes = try link.exchange(
      [proof, [SQLCommand("COMMIT")], link.reset], leaving: 1,
      mayHaveCommitted: true, canCancel: false)
    if keepsReceipt, case .failed(let error)? = outcomes.first?.last {
      if Self.isMissingTable(error) { throw .missingTables(error) }
      if error.code == "22012" {
        throw StepFailure(
          .refused, "the receipt was not stored, and the transaction was rolled back",
          code: error.code)
      }
    }
    for case .failed(let error) in outcomes.first ?? [] {
      throw StepFailure(error, holders: link.holders)
    }
    switch outcomes.last?.first {
    case .completed(let completion)? where completion.tag == "COMMIT": return
    case .failed(let error)?: throw StepFailure(error)
    default: throw StepFailure(.refused, "the server rolled the transaction back")
    }
  }

  /// What did not come about has to be known after a crash, too.
  private func keepsResult(of work: Work) -> Bool {
    context.keepsResult || !Remainder(.map(work.result.values)).isEmpty
  }

  /// Ends a transaction that is open, and does nothing where none is.
  private func leaveTransaction() {
    guard !link.isSpent else { return }
    do throws(StepFailure) {
      _ = try link.exchange([SQLTransaction.rollback, link.reset], leaving: 1)
    } catch {
      // Without its connection the transaction ends by itself; what came before is what matters.
    }
  }

  private static func row(_ outcome: SQLOutcome) -> [Value]? {
    guard case .completed(let completion) = outcome else { return nil }
    return completion.resultSet?.rows.first
  }
}

extension StepFailure {
  fileprivate static func missingTables(_ error: ServerError) -> StepFailure {
    StepFailure(
      .invalid, "the tables for receipts are not there", detail: error.message, code: error.code)
  }

  /// The failure of a change that may have done what no transaction guards: its effect is open.
  ///
  /// - Parameter unguarded: what it may have done, a few words each; empty changes nothing.
  package func beside(_ unguarded: [String]) -> StepFailure {
    guard !unguarded.isEmpty else { return self }
    var result = partial ?? StepResult()
    result.isEffectOpen = true
    let open =
      "no transaction guards what \(unguarded.joined(separator: ", ")) does: it may be done, and stay"
    return StepFailure(
      record.cause, record.message,
      detail: [record.detail, open].compactMap(\.self).joined(separator: "\n"), hint: record.hint,
      code: record.code, partial: result)
  }

  /// With what the server said besides.
  package func adding(_ notices: [String]) -> StepFailure {
    guard !notices.isEmpty else { return self }
    var failure = self
    var result = partial ?? StepResult()
    result.notices += notices
    failure.partial = result
    return failure
  }
}
