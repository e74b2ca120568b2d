package import RunbookEngine
package import RunbookModel

/// The server settings of one attempt, and how long it may take in all.
package struct SQLSettings: Sendable {
  package let lockTimeout: Duration
  package let statementTimeout: Duration
  /// How long to wait for another process that still performs this step: as long as its statement
  /// may take.
  package let receiptWait: Duration
  /// For the whole attempt.
  package let deadline: Duration
  /// How long a commit, with what waits for it, may take before its connection is given up. It is never
  /// cancelled from here, and PostgreSQL's own `statement_timeout` does not count it.
  package let commitDeadline: Duration
  private let applicationName: String

  /// - Parameters:
  ///   - step: its `lock_timeout:` and `statement_timeout:` count.
  ///   - usual: how long a statement may take where nothing says it.
  ///   - statements: how many there are.
  package init(_ step: Step, _ context: AttemptContext, usual: Duration, statements: Int) {
    lockTimeout = step.body["lock_timeout"]?.duration ?? .seconds(5)
    statementTimeout = step.body["statement_timeout"]?.duration ?? context.timeout(else: usual)
    // The server ends each statement by itself; this is for a server that does not answer.
    let all = min(statementTimeout, .seconds(86_400)) * (statements + 1)
    let receiptWait = max(statementTimeout, .seconds(30))
    self.receiptWait = receiptWait
    let longest = Duration.seconds(86_400)
    commitDeadline =
      max((statementTimeout > .zero ? min(statementTimeout, longest) : longest), .seconds(60))
      + .seconds(15)
    deadline = context.ownTimeout ?? (all + receiptWait)
    applicationName = SQLRemnants.applicationName(context.run, context.step)
  }

  /// When to look who holds the locks: early enough before `lock_timeout` has passed, as afterwards
  /// it cannot be asked; and again and again, as a statement may wait for one lock after the other.
  package var stallInterval: Duration? { lockTimeout > .zero ? lockTimeout * 0.4 : nil }

  /// Sets everything by one query, which by being one also fixes the transaction's mode: afterwards
  /// `SET TRANSACTION READ WRITE` is an error.
  /// https://www.postgresql.org/docs/current/sql-set-transaction.html
  ///
  /// - Parameters:
  ///   - isLocal: whether they end with the transaction.
  ///   - mayIdle: whether the transaction waits for us between its statements.
  ///   - isBeforeStatements: whether the step's own statements come next, which are looked up where the
  ///     session's `search_path` says; until then nothing is found but what is PostgreSQL's own.
  package func command(
    for link: PostgresLink, isLocal: Bool = true, mayIdle: Bool = true,
    statement: Duration? = nil, lock: Duration? = nil, isBeforeStatements: Bool = true
  ) -> SQLCommand {
    var all = [
      ("statement_timeout", Self.text(statement ?? statementTimeout)),
      ("lock_timeout", Self.text(lock ?? lockTimeout)), ("application_name", applicationName),
    ]
    if mayIdle { all.append(("idle_in_transaction_session_timeout", "120s")) }
    // What BEGIN READ WRITE says in a transaction.
    if !isLocal { all.append(("default_transaction_read_only", "off")) }
    if !link.writesISODates { all.append(("datestyle", "ISO")) }
    if link.serverVersion >= 140_000 { all.append(("client_connection_check_interval", "1s")) }
    var calls = all.enumerated().map { number, setting in
      "pg_catalog.set_config('\(setting.0)', $\(number + 1), \(isLocal))"
    }
    if isBeforeStatements { calls.append(SessionSettings.ownPath(isLocal: isLocal)) }
    return SQLCommand("SELECT " + calls.joined(separator: ", "), all.map(\.1))
  }

  /// Has the server end each statement from here on within what is left of the attempt's time.
  package func limit(to left: Duration) -> SQLCommand {
    let least = max(left, .milliseconds(1))
    let limit = statementTimeout > .zero ? min(statementTimeout, least) : least
    return SQLCommand(
      "SELECT pg_catalog.set_config('statement_timeout', $1, true)", [Self.text(limit)])
  }

  private static func text(_ duration: Duration) -> String {
    let milliseconds = (duration.wholeNanoseconds ?? .max) / 1_000_000
    let atLeastOne = duration > .zero ? max(1, milliseconds) : 0
    return "\(min(atLeastOne, Int64(Int32.max)))ms"
  }
}
