package import RunbookEngine
package import RunbookModel

/// One attempt of an `sql` step on an open connection; runs on the session's thread.
package struct SQLRequest: Sendable {
  package let activity: SQLActivity
  package let context: AttemptContext
  package let settings: SQLSettings

  package init(activity: SQLActivity, context: AttemptContext) {
    self.activity = activity
    self.context = context
    let usual = Duration.seconds(
      activity.mode.isReadOnly && !activity.step.phase.mayChange ? 30 : 60)
    settings = SQLSettings(
      activity.step, context, usual: usual, statements: activity.statements.count)
  }

  package func perform(on link: PostgresLink) throws(StepFailure) -> StepResult {
    try refusePooler(on: link)
    do throws(StepFailure) {
      return try carryOut(on: link)
    } catch {
      let notices = link.takeNotices()
      for notice in notices { context.output(OutputLine(.notice, notice)) }
      throw error.adding(notices)
    }
  }

  /// What needs the server's session as its own cannot have it from a pooler.
  private func refusePooler(on link: PostgresLink) throws(StepFailure) {
    guard link.facts.isPooled, let need = activity.sessionNeed else { return }
    throw .pooled(need, connection: activity.source.name)
  }

  private func carryOut(on link: PostgresLink) throws(StepFailure) -> StepResult {
    switch activity.mode {
    case .readOnly(let role): try performReadOnly(on: link, role: role)
    case .trial: try performTrial(on: link)
    case .separate: try performSeparately(on: link)
    case .change(let keepsReceipt):
      try transaction(on: link, keepsReceipt: keepsReceipt).perform { () throws(StepFailure) in
        do throws(StepFailure) {
          return try change(on: link)
        } catch {
          // A statement that was not reached has done nothing.
          let reached = error.partial?.workDone?.count { $0.fate != .notReached }
          throw error.beside(activity.unguarded(upTo: reached ?? activity.statements.count))
        }
      }
    }
  }

  /// The statements of a change, in the transaction that is open.
  private func change(on link: PostgresLink) throws(StepFailure) -> ReceiptTransaction.Work {
    let rows = newRows()
    let batch = Batch(activity.statements)
    let outcomes = try link.exchange(
      [batch.commands], rows: batch.destination(rows),
      mayHaveCommitted: !activity.unguarded.isEmpty, isGuarded: !activity.isUndetermined)
    let done = try completions(outcomes.first ?? [], of: batch, on: link)
    let result = try SQLResult(self, done, rows, link.takeNotices()).stepResult()
    return ReceiptTransaction.Work(result: result, affected: done.affected, rowCount: rows.count)
  }

  package func transaction(on link: PostgresLink, keepsReceipt: Bool) -> ReceiptTransaction {
    ReceiptTransaction(
      link: link, context: context, settings: settings,
      digest: activity.statementsDigest(context.key),
      keepsReceipt: keepsReceipt,
      mayChangeRole: activity.statements.contains(where: \.traits.changesRole),
      unguarded: activity.unguarded, isUndetermined: activity.isUndetermined)
  }

  /// One round trip, whatever the number of statements, but for those whose parameters' types are asked.
  private func performReadOnly(
    on link: PostgresLink, role: String?
  ) throws(StepFailure) -> StepResult {
    let prelude = link.opening("READ ONLY") + [settings.command(for: link, mayIdle: false)]
    // Nothing to undo: the statements' answers are waited for, the transaction's end is not.
    let ending = SQLTransaction.rollback + link.reset
    let fence = role.map(RoleFence.init)
    return try result(
      of: Batch(activity.statements, after: prelude, within: fence), [ending], on: link)
  }

  /// Deferred constraints are checked before the end, as a commit would check them.
  private func performTrial(on link: PostgresLink) throws(StepFailure) -> StepResult {
    guard activity.outside.items.isEmpty else {
      throw StepFailure(
        .refused,
        "a trial is rolled back, and no transaction guards what "
          + "\(activity.outside.items.joined(separator: ", ")) does",
        detail: "nothing of it was sent")
    }
    let prelude =
      link.opening(SQLTransaction.changing) + [settings.command(for: link, mayIdle: false)]
    var batch = Batch(activity.statements, after: prelude)
    batch.append(SQLCommand("SET CONSTRAINTS ALL IMMEDIATE"))
    return try result(of: batch, [SQLTransaction.rollback, link.reset], on: link)
  }

  /// Sends the statements and, in batches of their own, what ends them; the last of that is not waited for.
  private func result(
    of batch: Batch, _ endings: [[SQLCommand]], on link: PostgresLink
  ) throws(StepFailure) -> StepResult {
    let rows = newRows()
    let outcomes = try link.exchange(
      [batch.commands] + endings, leaving: 1,
      rows: batch.destination(rows))
    let done = try completions(outcomes.first ?? [], of: batch, on: link)
    return try SQLResult(self, done, rows, link.takeNotices()).stepResult()
  }

  private func newRows() -> StepRows {
    StepRows(folder: context.evidenceFolder, redactor: context.redactor)
  }

  private func performSeparately(on link: PostgresLink) throws(StepFailure) -> StepResult {
    let setting = settings.command(for: link, isLocal: false)
    do throws(StepFailure) {
      try link.requireIdentity()
      try refusePooler(on: link)
      try SQLLock.takeForSession(
        SQLLock.key(context), on: link, within: settings.receiptWait,
        context.redactor)
      let holding = SessionSettings.holding(link.facts.held, isLocal: false)
      _ = try link.exchange([
        SessionSettings.forSession + [holding].compactMap(\.self) + [setting]
      ])
      link.isStateOfStep = true
    } catch {
      resetUnread(link)
      throw error
    }
    let rows = newRows()
    let statements = activity.statements
    var done: [SQLCompletion] = []
    var changedSetting: String?
    for index in statements.indices {
      let (completed, setting) = try performAlone(index, rows, on: link)
      if completed.lastRows != nil { changedSetting = setting }
      done += completed
    }
    do throws(StepFailure) {
      try refuseInvalidIndexes(on: link)
    } catch {
      resetUnread(link)
      throw error.after(statements.count, of: statements.count, isOpen: true)
    }
    resetUnread(link)
    do throws(StepFailure) {
      try refuseOtherwiseWritten(by: changedSetting)
      var result = try SQLResult(self, done, rows, link.takeNotices()).stepResult()
      result.completion = completionOfAll
      return result
    } catch {
      var failure = error.after(statements.count, of: statements.count, isOpen: false)
      failure.partial?.completion = completionOfAll
      throw failure
    }
  }

  /// The server has answered for each of them: whatever is made of the answers, nothing takes it back.
  private var completionOfAll: Completion? {
    activity.statements.contains(where: \.mayChange)
      ? Completion("every statement was carried out by itself") : nil
  }

  /// One of the statements that take effect by themselves. Where it fails, the step's effect is open once an
  /// earlier one may have changed something, or where something of itself may stay.
  ///
  /// - Returns: what it gave, and the setting that it has changed by which values are written.
  private func performAlone(
    _ index: Int, _ rows: StepRows, on link: PostgresLink
  ) throws(StepFailure) -> ([SQLCompletion], changedSetting: String?) {
    let statements = activity.statements
    let statement = statements[index]
    let hasChanged = statements[..<index].contains(where: \.mayChange)
    let batch = Batch([statement], numberedFrom: index, isOneByOne: true)
    // Behind the statement's own batch, which stands outside of a transaction block.
    let question = statement.traits.mayGiveRows ? [[SessionSettings.question]] : []
    var before: SQLOutcome?
    var isSent = false
    do throws(StepFailure) {
      // With the lock ours: whoever takes the run over from now on waits for it.
      if let loss = context.leaseLoss() { throw StepFailure(loss) }
      try link.requireIdentity()
      try refusePooler(on: link)
      if index > 0 || !question.isEmpty {
        let guarding = index > 0 ? [[SessionSettings.guardCommand(isLocal: false)]] : []
        before = try link.exchange(guarding + question, mayHaveCommitted: hasChanged).last?.first
      }
      try refuseDoubledColumns(of: index, mayHaveChanged: hasChanged, on: link)
      isSent = true
      let outcomes = try link.exchange(
        [batch.commands] + question, rows: batch.destination(rows), mayHaveCommitted: true)
      let changed = outcomes.dropFirst().first?.first.flatMap {
        SessionSettings.changed($0, since: before)
      }
      return (try completions(outcomes.first ?? [], of: batch, on: link), changed)
    } catch {
      resetUnread(link)
      let mayStay =
        isSent
        && (statement.traits.mayStayInPart || !statement.unguarded.isEmpty
          || !activity.outside.items.isEmpty)
      throw error.after(index, of: statements.count, isOpen: hasChanged || mayStay)
    }
  }

  /// `IF NOT EXISTS` takes an index that an earlier attempt has left invalid for the one that is wanted.
  private func refuseInvalidIndexes(on link: PostgresLink) throws(StepFailure) {
    let wanted = activity.statements.compactMap { statement in
      statement.traits.mayLeaveInvalidIndex ? statement.traits.indexName : nil
    }
    guard !wanted.isEmpty else { return }
    let found = try InvalidIndexes.found(on: link) ?? []
    guard
      let index = found.first(where: { one in wanted.contains { $0.isIdentical(to: one.name) } })
    else { return }
    throw StepFailure(
      .refused, index.summary,
      hint: "an earlier CREATE INDEX CONCURRENTLY failed: drop the index, and make it anew")
  }

  /// Looks at the columns of the statement whose rows will be the step's before it takes effect, as nothing
  /// can take it back then.
  private func refuseDoubledColumns(
    of index: Int, mayHaveChanged: Bool, on link: PostgresLink
  ) throws(StepFailure) {
    let statement = activity.statements[index]
    let later = activity.statements[(index + 1)...]
    guard statement.traits.mayGiveRows, !later.contains(where: \.traits.mayGiveRows) else { return }
    let outcome: SQLOutcome
    do throws(LinkError) {
      outcome = try link.describe(statement.command)
    } catch {
      throw StepFailure(link: error, mayHaveCommitted: mayHaveChanged, holders: link.holders)
    }
    switch outcome {
    case .completed(let completion):
      let doubled = StepRows.doubled(completion.described)
      guard doubled.isEmpty else {
        throw .doubled(doubled, at: activity.text.place(of: statement.statement))
      }
    case .failed(let error):
      throw StepFailure(
        error, at: place(of: error, in: statement), holders: link.holders, mayChange: true)
    case .skipped: break
    }
  }

  private func resetUnread(_ link: PostgresLink) {
    guard !link.isSpent else { return }
    do throws(StepFailure) {
      _ = try link.exchange([link.reset], leaving: 1)
    } catch {
      // The session is not used again then, and the statements have had their answers.
    }
  }

  /// What the statements gave.
  ///
  /// - Throws: the first refusal, with the place of its statement.
  private func completions(
    _ outcomes: [SQLOutcome], of batch: Batch, on link: PostgresLink
  ) throws(StepFailure) -> [SQLCompletion] {
    var done: [SQLCompletion] = []
    var giver: Int?
    for (index, (outcome, number)) in zip(outcomes, batch.statements).enumerated() {
      switch outcome {
      case .completed(let completion):
        guard let number else { continue }
        done.append(completion)
        if completion.resultSet != nil { giver = number }
      case .failed(let error):
        let place = number.map { self.place(of: error, in: activity.statements[$0]) }
        var failure = StepFailure(
          error, at: place, holders: link.holders, mayChange: activity.step.phase.mayChange)
        let reached = batch.statements[..<index].last { $0 != nil } ?? nil
        let sent = reached.map { $0 + 1 } ?? batch.statements.first { $0 != nil } ?? nil
        failure.partial = StepResult(
          workDone: WorkDone.until(
            sent ?? 0, failed: number, of: activity.statements.count))
        throw failure
      case .skipped: continue
      }
    }
    if let (number, fence) = batch.leaver(outcomes) {
      throw fence.failure(at: activity.text.place(of: activity.statements[number].statement))
    }
    guard done.count == batch.statements.count(where: { $0 != nil }) else {
      throw StepFailure(.unreachable, "the server did not answer to all statements")
    }
    try refuseOtherwiseWritten(by: giver.flatMap { batch.changedSetting(behind: $0, outcomes) })
    return done
  }

  private func refuseOtherwiseWritten(by setting: String?) throws(StepFailure) {
    guard let setting else { return }
    throw StepFailure(
      .invalid, "a statement has changed \(setting), by which its rows are written",
      detail: "they may not be what they were", hint: "leave the setting as it is")
  }

  private func place(of error: ServerError, in statement: RenderedStatement) -> Place {
    guard let position = error.position else {
      return activity.text.place(of: statement.statement)
    }
    return statement.place(atServerPosition: position, in: activity.text)
  }
}

extension RenderedStatement {
  /// Whether it may have changed something once it has been carried out.
  fileprivate var mayChange: Bool { traits.effect(inReadOnly: false) != .readOnly }
}

extension StepFailure {
  /// The failure of a step whose statements take effect one by one.
  ///
  /// - Parameters:
  ///   - count: the statements that had been carried out.
  ///   - isOpen: whether it is open what of the step has taken effect.
  fileprivate func after(_ count: Int, of all: Int, isOpen: Bool) -> StepFailure {
    var result = partial ?? StepResult()
    result.isEffectOpen = isOpen
    let had = count > 0 ? "\(count) of \(all) statements had taken effect" : nil
    return StepFailure(
      record.cause, record.message,
      detail: had == nil && record.detail == nil
        ? nil : [had, record.detail].compactMap { $0 }.joined(separator: "\n"),
      hint: record.hint, code: record.code, mayRetryHelp: record.mayRetryHelp && !isOpen,
      partial: result)
  }
}
