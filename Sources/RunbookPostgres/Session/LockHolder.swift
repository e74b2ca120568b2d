package import RunbookEngine
package import RunbookModel

/// Who holds a lock that a statement waits for.
package struct LockHolder: Sendable, Hashable {
  package let pid: Int64
  package let user: String
  package let application: String
  package let state: String
  /// The holder's last statement, secrets taken out, cut.
  package let query: String
  package let since: Timestamp?

  /// One line for people.
  package var description: String {
    var text = "pid \(pid), user \(user)"
    if !application.isEmpty { text += ", application \(application)" }
    if !state.isEmpty { text += ", \(state)" }
    if let since { text += ", transaction since \(since)" }
    if !query.isEmpty { text += ": \(query)" }
    return text
  }

  /// https://www.postgresql.org/docs/current/functions-info.html (`pg_blocking_pids`)
  package static func query(for pid: Int32) -> SQLCommand {
    query(where: "a.pid = ANY (pg_blocking_pids($1::int))", String(pid))
  }

  /// Those that hold a step's lock.
  package static func query(ofLock key: String) -> SQLCommand {
    query(where: SQLLock.isHolder("$1"), key)
  }

  private static func query(where condition: String, _ parameter: String) -> SQLCommand {
    SQLCommand(
      """
      SELECT a.pid, coalesce(a.usename, ''), coalesce(a.application_name, ''),
        coalesce(a.state, a.backend_type, ''),
        coalesce(a.query, ''), a.xact_start
      FROM pg_stat_activity a
      WHERE \(condition)
      ORDER BY a.xact_start NULLS LAST, a.pid
      """, [parameter])
  }

  package init?(row: [Value], _ redactor: Redactor) {
    guard row.count == 6, let pid = row[0].intValue else { return nil }
    self.pid = pid
    user = row[1].stringValue ?? ""
    application = row[2].stringValue ?? ""
    state = row[3].stringValue ?? ""
    // The server cuts it too.
    query = redactor.line(row[4].stringValue ?? "", bytes: 200, isWhole: false)
    if case .timestamp(let time) = row[5] { since = time } else { since = nil }
  }
}
