import RunbookEngine
package import RunbookModel

/// Other runs that are at work in a database, by what the server shows of them.
extension PostgresGateway {
  package func othersAtWork(
    on connection: String, besides run: RunID, lookingAtReceipts: Bool, since start: Timestamp?,
    now: Timestamp
  ) async throws(StepFailure) -> [OtherRun] {
    let sessions = try await ask(Self.sessions, on: connection).compactMap(Self.session)
    var found = Dictionary(
      sessions.map { ($0.run, $0) }, uniquingKeysWith: { first, _ in first })
    if lookingAtReceipts,
      try await ask(Self.hasReceipts, on: connection).first?.first?.boolValue == true
    {
      let rows = try await ask(Self.receipts(since: start, now: now, besides: run), on: connection)
      for other in rows.compactMap(Self.receipt)
      where found[other.run] == nil {
        found[other.run] = other
      }
    }
    found[run] = nil
    return found.values.sorted { $0.run.rawValue < $1.run.rawValue }
  }

  /// Sessions carry `runbook RUN STEP` while a step is performed, and `runbook RUN` between steps.
  private static let sessions = SQLCommand(
    """
    SELECT a.application_name, coalesce(a.usename, ''), coalesce(host(a.client_addr), ''),
      a.backend_start
    FROM pg_stat_activity a
    WHERE a.datname = current_database() AND a.application_name LIKE 'runbook %'
    ORDER BY length(a.application_name) DESC, a.pid
    """)

  private static func session(_ row: [Value]) -> OtherRun? {
    guard row.count == 4, let words = row[0].stringValue?.pieces(separatedBy: " "),
      words.count > 1, RunID(rawValue: String(words[1])).isWhole
    else { return nil }
    let step = words.count > 2 ? ", step '\(words[2])'" : ""
    let host = row[2].stringValue.flatMap { $0.isEmpty ? nil : " from \($0)" } ?? ""
    var since: Timestamp?
    if case .timestamp(let time) = row[3] { since = time }
    return OtherRun(
      run: RunID(rawValue: String(words[1])),
      // A session may call itself anything.
      summary:
        "run \(words[1]): a session\(host) of role \(row[1].stringValue ?? "") bears its name\(step)"
        + (since.map { ", its session since \($0)" } ?? ""), since: since)
  }

  private static let hasReceipts = SQLCommand(
    """
    SELECT count(*) = 2 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = 'runbook' AND c.relname IN ('receipt', 'lease') AND c.relkind = 'r'
      AND has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT')
    """)

  /// Of runs that changed something a short while ago, or since a run began, whose process may be on any host: an
  /// hour is allowed for how far its clock is from the server's. Runs that began later by their ids, and have noted
  /// in their lease alone that a step begins, have left no time. Of those that have marked their end only those are
  /// meant that changed something since this one began, by the server's clock: what was there before its detection has
  /// seen.
  private static func receipts(
    since start: Timestamp?, now: Timestamp, besides run: RunID
  ) -> SQLCommand {
    SQLCommand(
      """
      WITH at_work AS (
        SELECT r.run, (array_agg(r.actor ORDER BY r.recorded_at DESC))[1] AS actor,
          max(r.recorded_at) AS last,
          EXISTS (SELECT FROM runbook.lease e WHERE e.run = r.run || '\(RunEndMark.suffix)') AS ended
        FROM runbook.receipt r
        WHERE r.recorded_at > least(clock_timestamp(), $1::timestamptz) - interval '1 hour'
        GROUP BY r.run
        UNION ALL
        SELECT DISTINCT split_part(l.run, ' ', 1), NULL, NULL::timestamptz,
          EXISTS (SELECT FROM runbook.lease e
            WHERE e.run = split_part(l.run, ' ', 1) || '\(RunEndMark.suffix)')
        FROM runbook.lease l
        WHERE l.run COLLATE "C" > $2 AND NOT EXISTS (
          SELECT FROM runbook.receipt r WHERE r.run = split_part(l.run, ' ', 1)))
      SELECT run, actor, last, ended FROM at_work
      WHERE NOT ended OR last IS NULL
        OR last > $1::timestamptz + (clock_timestamp() - $3::timestamptz)
      ORDER BY 1
      """, [start?.description, run.rawValue, now.description])
  }

  private static func receipt(_ row: [Value]) -> OtherRun? {
    guard row.count == 4, let run = row[0].stringValue else { return nil }
    let hasEnded = row[3].boolValue == true
    let end = hasEnded ? "it has ended since" : "whether it has ended cannot be seen from here"
    guard case .timestamp(let time) = row[2] else {
      return OtherRun(
        run: RunID(rawValue: run),
        summary:
          "run \(run) began later and has begun to change it; when cannot be seen from here, and \(end)",
        since: nil, isByReceipt: true, hasEnded: hasEnded ? true : nil)
    }
    return OtherRun(
      run: RunID(rawValue: run),
      summary:
        "run \(run) of \(row[1].stringValue ?? "somebody") last changed it at \(time); \(end)",
      since: time, isByReceipt: true, hasEnded: hasEnded ? true : nil)
  }
}
