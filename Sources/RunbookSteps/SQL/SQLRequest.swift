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
  static let reset = [SQLCommand("DISCARD ALL")]

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
        let outcomes = try link.exchange([commands])
        let done = try completions(outcomes.first ?? [], after: 0, on: link)
        return ReceiptTransaction.Work(
          result: SQLResult(self, done, link.takeNotices()).stepResult(), affected: done.affected,
          rowCount: done.lastRows?.rows.count ?? 0)
      }
    }
  }

  func transaction(on link: PostgresLink, keepsReceipt: Bool) -> ReceiptTransaction {
    ReceiptTransaction(
      link: link, context: context, settings: settings, digest: activity.statementsDigest,
      keepsReceipt: keepsReceipt,
      mayChangeRole: activity.statements.contains(where: \.traits.changesRole))
  }

  /// One round trip, whatever the number of statements.
  private func performReadOnly(
    on link: PostgresLink, role: String?
  ) throws(StepFailure) -> StepResult {
    var prelude = [SQLCommand("BEGIN READ ONLY"), settings.command(for: link, mayIdle: false)]
    if let role, let name = SQLValue.quoted(.string(role), as: .identifier) {
      prelude.append(SQLCommand("SET LOCAL ROLE \(name)"))
    }
    // Nothing to undo: the statements' answers are waited for, the transaction's end is not.
    let ending = Self.rollback + Self.reset
    let outcomes = try link.exchange([prelude + commands, ending], leaving: 1)
    return try result(of: outcomes, after: prelude.count, on: link)
  }

  /// Deferred constraints are checked before the end, as a commit would check them.
  private func performTrial(on link: PostgresLink) throws(StepFailure) -> StepResult {
    let prelude = [Self.begin, settings.command(for: link, mayIdle: false)]
    let batch = prelude + commands + [SQLCommand("SET CONSTRAINTS ALL IMMEDIATE")]
    let outcomes = try link.exchange([batch, Self.rollback, Self.reset], leaving: 1)
    return try result(of: outcomes, after: prelude.count, on: link)
  }

  private func result(
    of outcomes: [[SQLOutcome]], after count: Int, on link: PostgresLink
  ) throws(StepFailure) -> StepResult {
    let done = try completions(outcomes.first ?? [], after: count, on: link)
    return SQLResult(self, done, link.takeNotices()).stepResult()
  }

  private func performSeparately(on link: PostgresLink) throws(StepFailure) -> StepResult {
    let setting = settings.command(for: link, isLocal: false)
    _ = try link.exchange([[setting]])
    var done: [SQLCompletion] = []
    for (index, command) in commands.enumerated() {
      let outcomes = try link.exchange([[command]], mayHaveCommitted: true)
      do throws(StepFailure) {
        done += try completions(outcomes.first ?? [], after: 0, on: link, firstStatement: index)
      } catch {
        resetUnread(link)
        guard index > 0 else { throw error }
        throw StepFailure(
          error.record.cause, error.record.message,
          detail: [
            "\(index) of \(commands.count) statements had taken effect", error.record.detail,
          ]
          .compactMap { $0 }.joined(separator: "\n"),
          hint: error.record.hint, code: error.record.code)
      }
    }
    resetUnread(link)
    return SQLResult(self, done, link.takeNotices()).stepResult()
  }

  private func resetUnread(_ link: PostgresLink) {
    do throws(StepFailure) {
      _ = try link.exchange([Self.reset], leaving: 1)
    } catch {
      // The session is not used again then, and the statements have had their answers.
    }
  }

  var commands: [SQLCommand] { activity.statements.map(\.command) }

  /// What the statements gave, without the `count` commands before them.
  ///
  /// - Throws: the first refusal, with the place of its statement.
  func completions(
    _ outcomes: [SQLOutcome], after count: Int, on link: PostgresLink, firstStatement: Int = 0
  ) throws(StepFailure) -> [SQLCompletion] {
    var done: [SQLCompletion] = []
    for (index, outcome) in outcomes.enumerated() {
      let number = index - count + firstStatement
      switch outcome {
      case .completed(let completion):
        if index >= count, activity.statements.indices.contains(number) { done.append(completion) }
      case .failed(let error):
        let place =
          index >= count && activity.statements.indices.contains(number)
          ? self.place(of: error, in: activity.statements[number]) : nil
        throw StepFailure(error, at: place, holders: link.holders)
      case .skipped: continue
      }
    }
    guard done.count + firstStatement >= min(activity.statements.count, firstStatement + 1) else {
      throw StepFailure(.unreachable, "the server did not answer to all statements")
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
