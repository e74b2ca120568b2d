import RunbookEngine
import RunbookModel

/// One attempt of an `sql` step on an open file; runs on the request's thread.
struct SQLiteRequest: Sendable {
  let activity: SQLiteActivity
  let file: SQLiteFile
  let context: AttemptContext

  var access: SQLiteFile.Access { activity.mode == .readOnly ? .reading : .writing }

  private var statementTimeout: Duration {
    let usual = Duration.seconds(activity.step.phase.mayChange ? 60 : 30)
    return activity.step.body["statement_timeout"]?.duration ?? context.timeout(else: usual)
  }

  private var lockTimeout: Duration {
    activity.step.body["lock_timeout"]?.duration ?? .seconds(5)
  }

  func wait() -> SQLiteWait {
    let all = min(statementTimeout, .seconds(86_400)) * (activity.statements.count + 1)
    return waiting(until: .now + (context.ownTimeout ?? (all + lockTimeout)), lock: lockTimeout)
  }

  /// For another process that still performs the step: as long as its statement may take.
  func settlingWait() -> SQLiteWait {
    waiting(until: .now + max(min(statementTimeout, .seconds(86_400)), .seconds(30)), lock: nil)
  }

  private func waiting(
    until deadline: ContinuousClock.Instant, lock: Duration?
  ) -> SQLiteWait {
    let output = context.output
    return SQLiteWait(until: deadline, lockTimeout: lock) {
      output(OutputLine(.notice, "waiting for the database's lock, which another process holds"))
    }
  }

  func perform(on handle: SQLiteHandle) throws(StepFailure) -> StepResult {
    switch activity.mode {
    case .readOnly: try read(on: handle)
    case .trial: try attempt(on: handle)
    case .change(let keepsReceipt): try change(on: handle, keepsReceipt: keepsReceipt)
    }
  }

  /// In one transaction, which sees the file as it is at one time.
  private func read(on handle: SQLiteHandle) throws(StepFailure) -> StepResult {
    try file.begin(.reading, on: handle)
    let (work, rows) = try carryOut(on: handle)
    return try result(work, rows)
  }

  private func attempt(on handle: SQLiteHandle) throws(StepFailure) -> StepResult {
    try file.begin(.writing, on: handle)
    let (work, rows) = try carryOut(on: handle)
    try refuseUnmetKeys(on: handle)
    return try result(work, rows)
  }

  /// The work, with its receipt, in one transaction: what the step's `expect` refuses is rolled back.
  private func change(
    on handle: SQLiteHandle, keepsReceipt: Bool
  ) throws(StepFailure) -> StepResult {
    try file.begin(.writing, on: handle)
    try refuseLoss()
    if context.proof.isEmpty { try file.requireSameContent(handle) }
    if keepsReceipt {
      try requireTables(on: handle)
      if let former = try former(on: handle) { return former }
      if let lost = try SQLiteReceipts.lost(of: context.proof, run: context.run, on: handle) {
        throw RunProof.elsewhere(lost)
      }
      try SQLiteReceipts.raise(context.run.rawValue, to: context.generation, on: handle)
    }
    try activity.requireSame(schema(on: handle))
    let (work, rows) = try carryOut(on: handle)
    var found = try result(work, rows)
    if let objection = context.objection(found) {
      throw StepFailure(objection.saying("the change was rolled back"), partial: found)
    }
    try refuseUnmetKeys(on: handle)
    if keepsReceipt {
      try requireTables(on: handle)
      let isKept = context.keepsResult || !Remainder(.map(found.values)).isEmpty
      try SQLiteReceipts.record(
        context, activity.digest(context.key), affected: work.affected, rowCount: rows.count,
        result: isKept ? ReceiptRow.text(of: found, context.redactor) : nil, on: handle)
      try requireGeneration(on: handle)
    }
    try file.requireStill(handle)
    try refuseLoss()
    try commit(on: handle)
    found.hasReceipt = keepsReceipt
    return found
  }

  /// Looks for the receipt of an earlier attempt, and fences whoever may still be about to write one: the lease is
  /// raised to our generation for good.
  func findReceipt(on handle: SQLiteHandle) throws(StepFailure) -> ReceiptFound? {
    try file.begin(.writing, on: handle)
    try requireTables(on: handle)
    try requireGeneration(on: handle)
    if let lost = try SQLiteReceipts.lost(of: context.proof, run: context.run, on: handle) {
      throw RunProof.elsewhere(lost)
    }
    try SQLiteReceipts.raise(context.run.rawValue, to: context.generation, on: handle)
    let row = try SQLiteReceipts.look(context.run, context.step, on: handle)
    try handle.checked("COMMIT")
    return row.map { receipt($0, attempts: 1..<(context.attempt + 1)).found }
  }

  private func receipt(_ row: [Value], attempts: Range<Int>) -> ReceiptRow {
    ReceiptRow(
      row, expected: activity.digest(context.key), context, attempts: attempts,
      table: SQLiteReceipts.receiptTable)
  }

  /// The step was done: nothing but the lease's generation is stored.
  private func former(on handle: SQLiteHandle) throws(StepFailure) -> StepResult? {
    try requireGeneration(on: handle)
    guard let row = try SQLiteReceipts.look(context.run, context.step, on: handle) else {
      return nil
    }
    let receipt = receipt(row, attempts: 1..<context.attempt)
    guard receipt.found.objections.isEmpty else {
      throw StepFailure(
        .lost, "a receipt of this step is there, and nothing tells that it is of this run",
        detail: receipt.found.objections.joined(separator: "\n"))
    }
    try SQLiteReceipts.raise(context.run.rawValue, to: context.generation, on: handle)
    try handle.checked("COMMIT")
    var result = receipt.found.result
    result.notices = receipt.notices
    result.isFormer = true
    return result
  }

  private func schema(on handle: SQLiteHandle) throws(StepFailure) -> SQLiteSchema {
    do throws(SQLiteError) { return try SQLiteSchema(of: handle) } catch {
      throw StepFailure(error)
    }
  }

  private func requireTables(on handle: SQLiteHandle) throws(StepFailure) {
    guard try SQLiteReceipts.standing(handle).requireTrust().isMade else {
      throw SQLiteReceipts.missing
    }
    let hung = try handle.checked(
      "SELECT name FROM temp.sqlite_schema WHERE lower(tbl_name) IN ('runbook_receipt', 'runbook_lease')"
    )
    guard hung.isEmpty else {
      throw StepFailure(.refused, "the step hung something on the tables for receipts")
    }
  }

  /// Whoever took the run over has raised it: nothing of ours is committed then.
  private func requireGeneration(on handle: SQLiteHandle) throws(StepFailure) {
    let now = try SQLiteReceipts.generation(of: context.run.rawValue, on: handle) ?? 0
    guard now <= context.generation else {
      throw StepFailure(
        .refused, "another process has taken over this run",
        detail: "the lease in the database has generation \(now), this process has "
          + "\(context.generation)")
    }
  }

  private func refuseLoss() throws(StepFailure) {
    if let loss = context.leaseLoss() { throw StepFailure(loss) }
  }

  private func refuseUnmetKeys(on handle: SQLiteHandle) throws(StepFailure) {
    guard handle.hasUnmetKeys else { return }
    throw StepFailure(
      .refused, "FOREIGN KEY constraint failed", detail: "a deferred one, which a commit looks at",
      code: "SQLITE_CONSTRAINT_FOREIGNKEY")
  }

  /// A commit that SQLite refuses while its transaction stays open took no effect; of any other failure the receipt
  /// says what came of it.
  private func commit(on handle: SQLiteHandle) throws(StepFailure) {
    handle.wait.limitStatement(to: nil)
    do throws(SQLiteError) {
      try handle.ask("COMMIT")
    } catch {
      guard !handle.isInTransaction else { throw StepFailure(error) }
      throw StepFailure(
        .lost, "the commit failed; whether the work took effect is not known",
        detail: error.message, code: error.name)
    }
  }

  private struct Work {
    var affected: Int64 = 0
  }

  private func result(_ work: Work, _ rows: StepRows) throws(StepFailure) -> StepResult {
    try RowsResult(
      of: activity.step, on: activity.source.name, context, affected: work.affected, rows, [],
      timeHint: "a text as RFC 3339 has it"
    ).stepResult()
  }

  private func carryOut(
    on handle: SQLiteHandle
  ) throws(StepFailure) -> (Work, StepRows) {
    let rows = StepRows(folder: context.evidenceFolder, redactor: context.redactor)
    var work = Work()
    for (index, statement) in activity.statements.enumerated() {
      do throws(StepFailure) {
        handle.wait.limitStatement(to: .now + statementTimeout)
        try carryOut(statement, rows, &work, on: handle)
      } catch {
        var failure = error
        failure.partial = StepResult(
          workDone: WorkDone.until(index + 1, failed: index, of: activity.statements.count))
        throw failure
      }
    }
    handle.wait.limitStatement(to: nil)
    return (work, rows)
  }

  private func carryOut(
    _ rendered: RenderedSQL, _ rows: StepRows, _ work: inout Work,
    on handle: SQLiteHandle
  ) throws(StepFailure) {
    let place = activity.text.place(of: rendered.statement)
    let judge = StatementJudge()
    handle.ask(judge)
    defer { handle.ask(nil) }
    do throws(SQLiteError) {
      let statement = try handle.statement(rendered.text)
      try require(statement)
      for (index, name) in statement.parameters.enumerated() {
        guard let name, let value = activity.values[String(name.dropFirstScalars())] else {
          throw SQLiteError(code: 1, message: "a parameter that is no value's name")
        }
        try statement.bind(value, at: Int32(index + 1))
      }
      let before = handle.totalChanges
      let columns = statement.columns
      if !columns.isEmpty { rows.begin(columns) }
      let isTimeline = activity.step.phase == .timeline
      while try statement.step() {
        rows.take(isTimeline ? Self.timed(statement.row(), columns) : statement.row())
      }
      // Of its own rows, not of those that triggers and keys have changed.
      if handle.totalChanges != before { work.affected += handle.changes }
    } catch {
      if let denial = judge.denial {
        throw StepFailure(.refused, denial + " (\(place))", code: error.name)
      }
      throw StepFailure(error, at: rendered.place(atByte: error.offset, in: activity.text))
    }
  }

  /// - Throws: what this program refuses, as SQLite would.
  private func require(
    _ statement: SQLiteStatement
  ) throws(SQLiteError) {
    // What is cut here into statements SQLite has to cut in the same way.
    let rest = SQLiteScanner(Array(statement.trailing.utf8))
    guard statement.isThere, rest.words.isEmpty else {
      throw SQLiteError(code: 1, message: "this is more than one statement to SQLite")
    }
    guard access == .writing || statement.isReadOnly else {
      throw SQLiteError(
        code: 8, message: "this statement changes something, and only recovery and safeguards may")
    }
  }

  /// SQLite has no type for times: a text in `at` that is one with its zone is taken for it.
  private static func timed(_ row: [Value], _ columns: [String]) -> [Value] {
    guard let index = columns.firstIndex(of: "at"), let text = row[index].stringValue,
      let time = Timestamp(rfc3339: text)
    else { return row }
    var row = row
    row[index] = .timestamp(time)
    return row
  }
}
