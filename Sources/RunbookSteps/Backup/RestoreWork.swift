import RunbookEngine
import RunbookModel

/// Takes one way of recovery in an open transaction.
struct RestoreWork {
  let way: RecoveryWay
  let link: PostgresLink
  let context: AttemptContext
  /// What the archive's data come from; nil for a way without rows.
  let channel: ByteChannel?
  let check: ArchiveCheck?

  /// As `pg_restore` sets them for what it writes; they end with the transaction. What Alembic renders
  /// names no schemas.
  static let setting = SQLCommand(
    """
    SELECT pg_catalog.set_config('search_path', '', true),
      pg_catalog.set_config('check_function_bodies', 'off', true),
      pg_catalog.set_config('row_security', 'off', true),
      pg_catalog.set_config('xmloption', 'content', true),
      pg_catalog.set_config('client_min_messages', 'warning', true)
    """)

  func perform() throws(StepFailure) -> ReceiptTransaction.Work {
    var tables = RestoredTables(way: way, link: link, context: context)
    if way.archive != nil { try run([Self.setting]) }
    try run(statements: way.before)
    if let channel {
      try tables.prepare()
      try ArchiveData(next: channel.next).read(into: &tables)
      try check?.wait()
      try tables.withoutTriggers { (tables) throws(StepFailure) in try tables.fill() }
    }
    try run(statements: try tables.withoutUnfilled(way.after))
    if channel != nil { try tables.setOrphansAside() }
    try run(statements: try tables.checked(way.last))
    let result = tables.result(notices: link.takeNotices())
    return ReceiptTransaction.Work(
      result: result, affected: tables.restored, rowCount: Int64(way.statements.count))
  }

  /// One after the other: a server that refuses one names it.
  private func run(statements: [String]) throws(StepFailure) {
    for statement in statements {
      context.output(OutputLine(.notice, statement.firstLine))
      try run([SQLCommand(statement)])
    }
  }

  private func run(_ commands: [SQLCommand]) throws(StepFailure) {
    try link.exchangeAll(commands)
  }
}

extension PostgresLink {
  /// Runs commands in one batch.
  ///
  /// - Returns: each one's completion.
  /// - Throws: what the server refused, with the statement.
  @discardableResult
  func exchangeAll(_ commands: [SQLCommand]) throws(StepFailure) -> [SQLCompletion] {
    let outcomes = try exchange([commands]).first ?? []
    var done: [SQLCompletion] = []
    for (command, outcome) in zip(commands, outcomes) {
      switch outcome {
      case .completed(let completion): done.append(completion)
      case .failed(let error):
        let failure = StepFailure(error, holders: holders).record
        throw StepFailure(
          failure.cause, failure.message,
          detail: [failure.detail, "in: \(command.text)"].compactMap { $0 }
            .joined(separator: "\n"),
          hint: failure.hint, code: failure.code, mayRetryHelp: failure.mayRetryHelp)
      case .skipped: break
      }
    }
    guard done.count == commands.count else {
      throw StepFailure(.unreachable, "the server did not answer to all statements")
    }
    return done
  }
}

extension String {
  fileprivate var firstLine: String {
    let line = prefixOfScalars { $0 != "\n" }
    return line.unicodeScalars.count < unicodeScalars.count ? "\(line) …" : self
  }
}
