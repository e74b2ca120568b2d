import RunbookEngine
import RunbookModel

/// One attempt of an `sql` step on an open connection; runs on the session's thread.
struct SQLRequest: Sendable {
  let activity: SQLActivity
  let context: AttemptContext
  let settings: SQLSettings

  static let begin = SQLCommand("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE")
  static let rollback = [SQLCommand("ROLLBACK")]
  /// Nothing that a step sets, prepares or locks outlives it.
  static let reset = [SQLCommand("DISCARD ALL"), SessionSettings.command]

  init(activity: SQLActivity, context: AttemptContext) {
    self.activity = activity
    self.context = context
    var usual = Duration.seconds(60)
    if case .readOnly = activity.mode { usual = .seconds(30) }
    settings = SQLSettings(
      activity.step, context, usual: usual, statements: activity.statements.count)
  }

  func perform(on link: PostgresLink) throws(StepFailure) -> StepResult {
    switch activity.mode {
    case .readOnly(let role): try performReadOnly(on: link, role: role)
    case .trial: try performTrial(on: link)
    case .separate: try performSeparately(on: link)
    case .change(let keepsReceipt):
      try transaction(on: link, keepsReceipt: keepsReceipt).perform { () throws(StepFailure) in
        let rows = newRows()
        let batch = Batch(activity.statements)
        let outcomes = try link.exchange(
          [batch.commands], rows: batch.destination(rows))
        let done = try completions(outcomes.first ?? [], of: batch, on: link)
        let result = try SQLResult(self, done, rows, link.takeNotices()).stepResult()
        return ReceiptTransaction.Work(
          result: result, affected: done.affected, rowCount: rows.count)
      }
    }
  }

  func transaction(on link: PostgresLink, keepsReceipt: Bool) -> ReceiptTransaction {
    ReceiptTransaction(
      link: link, context: context, settings: settings,
      digest: activity.statementsDigest(context.key),
      keepsReceipt: keepsReceipt,
      mayChangeRole: activity.statements.contains(where: \.traits.changesRole))
  }

  /// One round trip, whatever the number of statements.
  private func performReadOnly(
    on link: PostgresLink, role: String?
  ) throws(StepFailure) -> StepResult {
    var prelude = [SQLCommand("BEGIN READ ONLY"), settings.command(for: link, mayIdle: false)]
    if let role { prelude.append(SQLCommand("SET LOCAL ROLE \(SQLQuote.identifier(role))")) }
    // Nothing to undo: the statements' answers are waited for, the transaction's end is not.
    let ending = Self.rollback + Self.reset
    return try result(of: Batch(activity.statements, after: prelude), [ending], on: link)
  }

  /// Deferred constraints are checked before the end, as a commit would check them.
  private func performTrial(on link: PostgresLink) throws(StepFailure) -> StepResult {
    let prelude = [Self.begin, settings.command(for: link, mayIdle: false)]
    var batch = Batch(activity.statements, after: prelude)
    batch.append(SQLCommand("SET CONSTRAINTS ALL IMMEDIATE"))
    return try result(of: batch, [Self.rollback, Self.reset], on: link)
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
    StepRows(folder: context.evidenceFolder, redact: context.redact)
  }

  private func performSeparately(on link: PostgresLink) throws(StepFailure) -> StepResult {
    let setting = settings.command(for: link, isLocal: false)
    _ = try link.exchange([[setting]])
    let rows = newRows()
    let statements = activity.statements
    var done: [SQLCompletion] = []
    for (index, statement) in statements.enumerated() {
      if index > 0, statement.isReadBySettings {
        _ = try link.exchange([[SessionSettings.guardCommand(isLocal: false)]])
      }
      let batch = Batch([statement], numberedFrom: index)
      let outcomes = try link.exchange(
        [batch.commands], rows: batch.destination(rows), mayHaveCommitted: true)
      do throws(StepFailure) {
        done += try completions(outcomes.first ?? [], of: batch, on: link)
      } catch {
        resetUnread(link)
        guard index > 0 else { throw error }
        throw StepFailure(
          error.record.cause, error.record.message,
          detail: [
            "\(index) of \(statements.count) statements had taken effect", error.record.detail,
          ]
          .compactMap { $0 }.joined(separator: "\n"),
          hint: error.record.hint, code: error.record.code)
      }
    }
    resetUnread(link)
    return try SQLResult(self, done, rows, link.takeNotices()).stepResult()
  }

  private func resetUnread(_ link: PostgresLink) {
    do throws(StepFailure) {
      _ = try link.exchange([Self.reset], leaving: 1)
    } catch {
      // The session is not used again then, and the statements have had their answers.
    }
  }

  /// Statements as they are sent in one go: with commands before them, and a guard before each that values
  /// or backslashes make depend on how the server reads SQL.
  private struct Batch {
    private(set) var commands: [SQLCommand]
    /// The number of each command's statement; nil for a command of our own.
    private(set) var statements: [Int?]

    init(
      _ statements: [RenderedStatement], after prelude: [SQLCommand] = [],
      numberedFrom first: Int = 0
    ) {
      commands = prelude
      self.statements = prelude.map { _ in nil }
      for (index, statement) in statements.enumerated() {
        if index > 0, statement.isReadBySettings {
          append(SessionSettings.guardCommand(isLocal: true))
        }
        commands.append(statement.command)
        self.statements.append(first + index)
      }
    }

    /// The rows of the statements alone, not of what stands between them.
    func destination(_ rows: StepRows) -> RowDestination {
      RowDestination(
        taker: rows, commands: Set(statements.indices.filter { statements[$0] != nil }))
    }

    mutating func append(_ command: SQLCommand) {
      commands.append(command)
      statements.append(nil)
    }
  }

  /// What the statements gave.
  ///
  /// - Throws: the first refusal, with the place of its statement.
  private func completions(
    _ outcomes: [SQLOutcome], of batch: Batch, on link: PostgresLink
  ) throws(StepFailure) -> [SQLCompletion] {
    var done: [SQLCompletion] = []
    for (outcome, number) in zip(outcomes, batch.statements) {
      switch outcome {
      case .completed(let completion): if number != nil { done.append(completion) }
      case .failed(let error):
        let place = number.map { self.place(of: error, in: activity.statements[$0]) }
        throw StepFailure(error, at: place, holders: link.holders)
      case .skipped: continue
      }
    }
    guard done.count == batch.statements.count(where: { $0 != nil }) else {
      throw StepFailure(.unreachable, "the server did not answer to all statements")
    }
    if done.lastRows != nil, let setting = link.changedSetting {
      throw StepFailure(
        .invalid, "a statement has changed \(setting), by which its rows are written",
        detail: "they may not be what they were", hint: "leave the setting as it is")
    }
    return done
  }

  private func place(of error: ServerError, in statement: RenderedStatement) -> Place {
    guard let position = error.position else {
      return activity.text.place(of: statement.statement)
    }
    return statement.place(atServerPosition: position, in: activity.text)
  }
}
