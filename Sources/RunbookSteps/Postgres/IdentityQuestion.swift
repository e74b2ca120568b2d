import RunbookModel

/// Asks a server who it is, in one round trip.
enum IdentityQuestion {
  private static let main = SQLCommand(
    """
    SELECT current_database(), d.oid, current_user, coalesce(r.rolsuper, false),
      current_setting('server_version'), pg_is_in_recovery(), clock_timestamp(),
      CASE WHEN pg_is_in_recovery() THEN NULL
        ELSE left(pg_walfile_name(pg_current_wal_insert_lsn()), 8) END,
      current_setting('runbook.search_path')
    FROM pg_database d LEFT JOIN pg_roles r ON r.rolname = current_user
    WHERE d.datname = current_database()
    """)
  /// Not every role may ask this: https://www.postgresql.org/docs/current/functions-info.html
  private static let control = SQLCommand(
    """
    SELECT s.system_identifier::text, c.timeline_id
    FROM pg_control_system() s, pg_control_checkpoint() c
    """)

  static func ask(
    _ pq: LibPQ, _ wait: LinkWait, connection: String, now: () -> Timestamp
  ) throws(LinkError) -> ConnectionIdentified {
    let link = PostgresLink(pq, wait: wait) { _ in [] }
    let sent = now()
    let outcomes = try link.run([SessionSettings.commands + [main], [control]])
    let received = now()
    guard outcomes.count == 2, let answer = outcomes[0].last, let row = firstRow(answer),
      row.count == 9
    else { throw .lost("the server did not say who it is") }
    let system = outcomes[1].first.flatMap { firstRow($0) }
    let identity = ConnectionIdentity(
      systemIdentifier: system?.first?.stringValue,
      timelineID: timeline(row[7]) ?? system?.last?.intValue,
      database: row[0].stringValue ?? "", databaseOID: row[1].intValue ?? 0,
      role: row[2].stringValue ?? "", isSuperuser: row[3].boolValue ?? false,
      serverVersion: row[4].stringValue ?? "", isReplica: row[5].boolValue ?? false,
      address: pq.address, searchPath: row[8].stringValue)
    return ConnectionIdentified(
      connection: connection, identity: identity,
      clockOffsetMicroseconds: offset(row[6], sent, received))
  }

  /// The one that is written to now, from its file's name. The last checkpoint's, which a replica tells, is
  /// the former one for minutes after a promotion.
  private static func timeline(_ fileName: Value) -> Int64? {
    fileName.stringValue.flatMap { Int64($0, radix: 16) }
  }

  private static func firstRow(_ outcome: SQLOutcome) -> [Value]? {
    guard case .completed(let completion) = outcome else { return nil }
    return completion.resultSet?.rows.first
  }

  /// The server's clock less the middle of the round trip.
  private static func offset(_ clock: Value, _ sent: Timestamp, _ received: Timestamp) -> Int64? {
    guard case .timestamp(let server) = clock,
      let middle = sent.adding(received.since(sent) / 2),
      let nanoseconds = server.since(middle).wholeNanoseconds
    else { return nil }
    return nanoseconds / 1000
  }
}

extension ConnectionIdentity {
  /// Database and server, for messages.
  var summary: String {
    "database \(database) (OID \(databaseOID)) of system \(systemIdentifier ?? "unknown")"
      + (timelineID.map { ", timeline \($0)" } ?? "") + (isReplica ? ", a replica," : "")
      + " at \(address)"
  }
}
