package import RunbookEngine
package import RunbookModel

/// The lock that a change holds from before its first statement to its end, whatever the connection's
/// receipts: the advisory lock of run and step.
///
/// Once it is held, the run's generation is read. So a process that the run was taken from either has the lock,
/// which is waited for, or finds when it gets it that the run is no longer its own.
package enum SQLLock {
  /// What PostgreSQL knows it by: of the run's own key, as who may only connect could otherwise take it first.
  package static func key(_ context: AttemptContext) -> String {
    var hasher = context.key.hasher
    hasher.update("\(context.run)\n\(context.step)")
    let digest = hasher.finalize()
    return String(Int64(bitPattern: UInt64(digest.hex.prefixOfScalars(16), radix: 16) ?? 0))
  }

  /// It is held to the end.
  ///
  /// - Parameter holders: by whom, as far as the server tells; they may be anybody's.
  package static func failure(_ holders: [LockHolder], code: String? = nil) -> StepFailure {
    StepFailure(
      .lock, "another session holds this step's lock",
      detail: holders.isEmpty
        ? nil : holders.map { "it is \($0.description)" }.joined(separator: "\n"),
      code: code, mayRetryHelp: true)
  }

  /// Takes it for the session. It is asked for again and again, and never waited for by the server: whoever
  /// waits keeps a snapshot, which `CREATE INDEX CONCURRENTLY` would wait for in turn.
  ///
  /// - Throws: `lock` where another session has it to the end.
  package static func takeForSession(
    _ key: String, on link: PostgresLink, within time: Duration, _ redactor: Redactor
  ) throws(StepFailure) {
    let deadline = ContinuousClock.now + time
    let question = SQLCommand("SELECT pg_catalog.pg_try_advisory_lock($1::pg_catalog.int8)", [key])
    while true {
      let outcomes = try link.exchange([[question]])
      if case .failed(let error)? = outcomes.first?.first { throw StepFailure(error) }
      guard case .completed(let completion)? = outcomes.first?.first else {
        throw StepFailure(.unreachable, "the server did not answer about the step's lock")
      }
      if completion.resultSet?.rows.first?.first?.boolValue == true { return }
      guard .now < deadline else {
        let rows = try link.answers(to: [LockHolder.query(ofLock: key)]).first?.resultSet?.rows
        throw failure((rows ?? []).compactMap { LockHolder(row: $0, redactor) })
      }
      _ = try link.exchange([[SQLCommand("SELECT pg_catalog.pg_sleep(0.1)")]])
    }
  }

  /// Ends sessions that hold the lock and are this role's, and whose end undoes what they did; one that is committing
  /// is left alone. Gives their numbers. What they call themselves a step's statements can change.
  package static func ending(_ key: String) -> SQLCommand {
    holders(
      "a.pid, pg_catalog.pg_terminate_backend(a.pid)", key,
      "AND NOT (a.state = 'active' AND a.query = 'COMMIT')")
  }

  /// The numbers of those that hold it.
  package static func holding(_ key: String) -> SQLCommand { holders("a.pid", key, "") }

  private static func holders(_ what: String, _ key: String, _ more: String) -> SQLCommand {
    SQLCommand(
      """
      SELECT \(what) FROM pg_stat_activity a
      WHERE a.pid <> pg_backend_pid()
        AND a.datname = current_database() AND a.usename = current_user \(more)
        AND \(isHolder("$1"))
      """, [key])
  }

  /// Whether the session `a` holds the lock. The key is there in two halves:
  /// https://www.postgresql.org/docs/current/view-pg-locks.html
  package static func isHolder(_ key: String) -> String {
    """
    EXISTS (SELECT FROM pg_locks l
      WHERE l.pid = a.pid AND l.locktype = 'advisory' AND l.objsubid = 1
        AND l.database = a.datid
        AND (l.classid::bigint << 32) | l.objid::bigint = \(key)::bigint)
    """
  }
}
