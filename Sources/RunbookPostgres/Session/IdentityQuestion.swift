import RunbookEngine
package import RunbookModel

/// Asks a server who it is: all of it when a connection is made, and in each transaction whether it is still that.
///
/// Between two transactions a pooler, a failover, a new address of a name or a promotion can have led elsewhere. What
/// a data folder was put back to, or a copy that calls itself the same, is seen by when the server was started:
/// neither comes about under a server that runs.
package enum IdentityQuestion {
  private static let columns = """
    current_database(), d.oid, current_user, coalesce(r.rolsuper, false),
      current_setting('server_version'), pg_is_in_recovery(), clock_timestamp(),
      \(timeline), current_setting('runbook.search_path'), pg_backend_pid(), \(start),
      host(inet_server_addr()), inet_server_port(),
      CASE WHEN pg_has_role('pg_read_all_settings', 'USAGE')
        THEN current_setting('data_directory') END,
      pg_postmaster_start_time(),
      CASE WHEN pg_is_in_recovery() THEN NULL ELSE pg_current_wal_flush_lsn()::text END,
      \(privileges(of: "r")), session_user, coalesce(l.rolsuper, false), \(privileges(of: "l"))
    """
  private static func privileges(of role: String) -> String {
    """
    array_remove(ARRAY[CASE WHEN \(role).rolbypassrls THEN 'BYPASSRLS' END,
        CASE WHEN \(role).rolreplication THEN 'REPLICATION' END], NULL)
    """
  }
  /// The one that is written to now; a replica writes none.
  private static let timeline = """
    CASE WHEN pg_is_in_recovery() THEN NULL
        ELSE left(pg_walfile_name(pg_current_wal_insert_lsn()), 8) END
    """
  private static let start = "extract(epoch FROM pg_postmaster_start_time())::text"
  private static let system = "(SELECT system_identifier::text FROM pg_control_system())"
  private static let place = """
    FROM pg_database d LEFT JOIN pg_roles r ON r.rolname = current_user
      LEFT JOIN pg_roles l ON l.rolname = session_user
    WHERE d.datname = current_database()
    """
  private static let main = SQLCommand("SELECT \(columns), NULL \(place)")
  /// Not every role may ask this: https://www.postgresql.org/docs/current/functions-info.html
  private static let control = SQLCommand(
    """
    SELECT s.system_identifier::text, c.timeline_id
    FROM pg_control_system() s, pg_control_checkpoint() c
    """)

  /// What was set for the session before this program set anything, but for what it sets itself; and, marked, what
  /// decides what statements mean, wherever that was set. Behind a pooler others may have changed it in the server's
  /// session: `reset_val` is what it is in a new one.
  private static let settings = SQLCommand(
    """
    SELECT name, setting, false FROM pg_catalog.pg_settings
    WHERE source IN ('client', 'user', 'database', 'database user') AND name NOT IN (
      'application_name', 'client_encoding', 'search_path', 'statement_timeout', 'lock_timeout')
    UNION ALL SELECT name, reset_val, true FROM pg_catalog.pg_settings
    WHERE name IN (\(SessionSettings.deciding.map { "'\($0)'" }.joined(separator: ", ")))
    UNION ALL SELECT pg_catalog.split_part(one, '=', 1), one, false
    FROM pg_catalog.pg_db_role_setting AS s, LATERAL pg_catalog.unnest(s.setconfig) AS one
    WHERE (s.setrole = 0 OR s.setrole IN (
        SELECT oid FROM pg_catalog.pg_roles WHERE rolname IN (current_user, session_user)))
      AND s.setdatabase IN (
        0, (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database()))
      AND one LIKE '%.%=%'
    ORDER BY 1, 2, 3
    """)

  /// Fails where the server is not the one that is known, so that nothing behind it in the transaction is carried out.
  ///
  /// - Parameter serverStart: when the server was started, as it said.
  package static func command(
    knowing identity: ConnectionIdentity, _ serverStart: String?
  ) -> SQLCommand {
    var values: [String?] = []
    func isStill(_ expression: String, _ value: String?) -> String {
      values.append(value)
      return "\(expression) IS NOT DISTINCT FROM $\(values.count)"
    }
    var all = [
      isStill("current_database()::text", identity.database),
      isStill("d.oid::text", String(identity.databaseOID)),
      isStill("pg_is_in_recovery()::text", identity.isReplica ? "true" : "false"),
      isStill(start, serverStart),
    ]
    let mayAskSystem = identity.systemIdentifier != nil
    if mayAskSystem { all.append(isStill(system, identity.systemIdentifier)) }
    if !identity.isReplica {
      all.append(isStill(timeline, identity.timelineID.map(fileName(of:))))
    } else if mayAskSystem {
      all.append(
        isStill(
          "(SELECT timeline_id::text FROM pg_control_checkpoint())",
          identity.timelineID.map { String($0) }))
    }
    var command = SQLCommand(
      """
      SELECT \(columns), \(mayAskSystem ? system : "NULL"),
        1 / CASE WHEN \(all.joined(separator: " AND ")) THEN 1 ELSE 0 END \(place)
      """, values)
    command.asksIdentity = true
    return command
  }

  package static func ask(
    _ pq: LibPQ, _ wait: LinkWait, connection: String, facts: SessionFacts,
    now: () -> Timestamp
  ) throws(LinkError) -> ConnectionIdentified {
    let link = PostgresLink(pq, wait: wait, facts: facts) { _ in [] }
    let sent = now()
    // The other one by itself, as the server may refuse it.
    let answers = try link.ask(each: [[main], [control], [settings]])
    let received = now()
    let system = answers.dropFirst().first?.first.flatMap(firstRow)
    if case .completed(let completion)? = answers.last?.first {
      let rows = completion.resultSet?.rows ?? []
      facts.settings = rows.compactMap { row in
        row.first?.stringValue.map { ($0, row.dropFirst().first?.stringValue ?? "") }
      }
      facts.held = rows.compactMap { row in
        guard row.last?.boolValue == true, let name = row.first?.stringValue,
          let value = row.dropFirst().first?.stringValue
        else { return nil }
        return (name, value)
      }
    }
    facts.serverStart = answers.first?.first.flatMap(firstRow)?.dropFirst(10).first?.stringValue
    guard let row = answers.first?.first.flatMap(firstRow),
      let identity = read(
        row, on: link, timeline: system?.last?.intValue, system: system?.first?.stringValue)
    else { throw .lost("the server did not say who it is") }
    return ConnectionIdentified(
      connection: connection, identity: identity,
      clockOffsetMicroseconds: offset(row[6], sent, received))
  }

  /// Takes the answer to `command`.
  ///
  /// - Throws: `elsewhere` where the server is another, and nothing of the transaction was carried out.
  package static func require(_ outcome: SQLOutcome, on link: PostgresLink) throws(LinkError) {
    guard let known = link.facts.identity else { return }
    let connection = link.facts.connection
    switch outcome {
    case .failed(let error) where error.code == "22012":
      throw .elsewhere(
        StepFailure(
          .elsewhere, "connection '\(connection)' does not lead where it led any more",
          detail:
            "it was \(known.summary): another server or database answers there now, or the server was "
            + "started anew; nothing was carried out there"))
    // What came before it says why.
    case .failed, .skipped: return
    case .completed:
      guard
        let now = firstRow(outcome).flatMap({
          read($0, on: link, timeline: known.timelineID, system: known.systemIdentifier)
        })
      else { throw .lost("the server did not say who it is") }
      guard !link.isStateOfStep else { return }
      do throws(StepFailure) {
        try known.requireSame(as: now, connection: connection)
      } catch {
        throw .elsewhere(error)
      }
    }
  }

  private static func read(
    _ row: [Value], on link: PostgresLink, timeline: Int64?, system: String?
  ) -> ConnectionIdentity? {
    guard row.count > 20 else { return nil }
    note(row[9], on: link)
    return ConnectionIdentity(
      systemIdentifier: system, timelineID: Self.timeline(row[7]) ?? timeline,
      database: row[0].stringValue ?? "", databaseOID: row[1].intValue ?? 0,
      role: row[2].stringValue ?? "", isSuperuser: row[3].boolValue ?? false,
      serverVersion: row[4].stringValue ?? "", isReplica: row[5].boolValue ?? false,
      address: link.address, searchPath: row[8].stringValue,
      isPooled: link.facts.isPooled ? true : nil,
      serverAddress: row[11].stringValue.map { "\($0):\(row[12].intValue ?? 0)" },
      dataDirectory: row[13].stringValue, serverStart: time(row[14]),
      walPosition: row[15].stringValue, privileges: texts(row[16]),
      login: row[17].stringValue.map {
        LoginRole(
          role: $0, isSuperuser: row[18].boolValue ?? false, privileges: texts(row[19]))
      })
  }

  private static func texts(_ value: Value) -> [String] {
    value.listValue?.compactMap(\.stringValue) ?? []
  }

  private static func time(_ value: Value) -> Timestamp? {
    guard case .timestamp(let time) = value else { return nil }
    return time
  }

  /// The number that the server told when the connection came about is the process's own, but where a pooler
  /// answered in its place: https://www.postgresql.org/docs/current/libpq-status.html#LIBPQ-PQBACKENDPID
  private static func note(_ process: Value, on link: PostgresLink) {
    guard let process = process.intValue.flatMap({ Int32(exactly: $0) }) else { return }
    link.facts.serverProcess = process
    if process != link.pq.backendPID { link.facts.isPooled = true }
  }

  /// The one that is written to now, from its file's name. The last checkpoint's, which a replica tells, is
  /// the former one for minutes after a promotion.
  private static func timeline(_ fileName: Value) -> Int64? {
    fileName.stringValue.flatMap { Int64($0, radix: 16) }
  }

  /// How the names of a timeline's files begin.
  private static func fileName(of timeline: Int64) -> String {
    let digits = String(timeline, radix: 16, uppercase: true)
    return String(repeating: "0", count: max(0, 8 - digits.utf8.count)) + digits
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
  package var summary: String {
    "database \(database) (OID \(databaseOID)) of system \(systemIdentifier ?? "unknown")"
      + (timelineID.map { ", timeline \($0)" } ?? "") + (isReplica ? ", a replica," : "")
      + " at \(address)"
  }

  /// Refuses what the connection has come to lead to since it led here.
  package func requireSame(
    as now: ConnectionIdentity, connection: String
  ) throws(StepFailure) {
    guard isSameDatabase(as: now) else {
      throw StepFailure(
        .elsewhere, "connection '\(connection)' now leads to another database",
        detail: "it was \(summary), and is \(now.summary)",
        hint: "point it at the first database again, or resume the run, which asks about it")
    }
    let changes = changes(to: now)
    guard changes.isEmpty else {
      throw StepFailure(
        .refused, "connection '\(connection)' is not as it was: \(changes.joined(separator: "; "))",
        hint: "put it back, or resume the run, which asks whether to go on so")
    }
  }
}
