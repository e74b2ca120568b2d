package import RunbookEngine
package import RunbookModel

/// Sessions of the server in which a step's statements still run or wait though their client is gone.
///
/// They are known by their `application_name`, which names the run and the step, or by the step's lock, which they
/// hold whatever they call themselves.
package enum SQLRemnants {
  /// https://www.postgresql.org/docs/current/monitoring-stats.html#MONITORING-PG-STAT-ACTIVITY-VIEW
  package static func query(_ context: AttemptContext) -> SQLCommand {
    SQLCommand(
      """
      SELECT a.pid, coalesce(a.state, ''), coalesce(a.wait_event_type || ': ' || a.wait_event, ''),
        coalesce(a.query, ''),
        coalesce(a.xact_start, a.query_start, a.backend_start),
        coalesce((SELECT string_agg(DISTINCT l.mode || ' on ' || l.relation::regclass::text, ', ')
          FROM pg_locks l WHERE l.pid = a.pid AND l.granted AND l.mode LIKE '%Exclusive%'
            AND l.database = a.datid AND l.relation IS NOT NULL), ''),
        array_to_string(pg_blocking_pids(a.pid), ', ')
      FROM pg_stat_activity a
      WHERE (a.application_name = $1 OR \(SQLLock.isHolder("$2"))) AND a.pid <> pg_backend_pid()
        AND a.datname = current_database()
      ORDER BY a.pid
      """, [applicationName(context.run, context.step), SQLLock.key(context)])
  }

  package static func remnant(_ row: [Value], _ redactor: Redactor) -> Remnant? {
    guard row.count == 7, let pid = row[0].intValue else { return nil }
    var since: Timestamp?
    if case .timestamp(let time) = row[4] { since = time }
    var text = "the server's process \(pid), \(row[1].stringValue ?? "")"
    if let since { text += ", since \(since)" }
    if let wait = row[2].stringValue, !wait.isEmpty { text += ", waits for \(wait)" }
    if let blockers = row[6].stringValue, !blockers.isEmpty { text += " held by \(blockers)" }
    if let locks = row[5].stringValue, !locks.isEmpty { text += ", holds \(locks)" }
    if let query = row[3].stringValue, !query.isEmpty {
      // The server cuts it too.
      text += ": \(redactor.line(query, bytes: 200, isWhole: false))"
    }
    return Remnant(pid: pid, summary: text, since: since)
  }

  package static func termination(_ context: AttemptContext) -> SQLCommand {
    SQLCommand(
      """
      SELECT a.pid, pg_terminate_backend(a.pid) FROM pg_stat_activity a
      WHERE (a.application_name = $1 OR \(SQLLock.isHolder("$2"))) AND a.pid <> pg_backend_pid()
        AND a.datname = current_database()
      """, [applicationName(context.run, context.step), SQLLock.key(context)])
  }

  /// `runbook RUN STEP` in ASCII, cut to what PostgreSQL keeps: 63 bytes.
  package static func applicationName(_ run: RunID, _ step: StepID) -> String {
    String(decoding: ServerText.ascii("runbook \(run) \(step)").utf8.prefix(63), as: UTF8.self)
  }
}
