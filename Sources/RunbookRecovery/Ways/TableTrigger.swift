import RunbookEngine
package import RunbookModel
package import RunbookPostgres

/// One of a table's own triggers or rules that fires here. A constraint trigger is left alone: it checks what must
/// hold for every row.
///
/// Rows come back into standing tables as they were at the backup: a trigger that stamps, counts or audits
/// changes would take them for changes of today, and a rule would do something else instead.
package struct TableTrigger: Sendable, Hashable {
  /// The statements that silence and wake it.
  package let off: String
  package let on: String

  package init?(_ row: [Value]) {
    guard row.count == 2, let off = row.first?.stringValue, let on = row.last?.stringValue else {
      return nil
    }
    self.off = off
    self.on = on
  }

  /// - Parameters:
  ///   - table: as the statements are to name it.
  ///   - present: its name as of now.
  package static func question(_ table: String, at present: String) -> SQLCommand {
    SQLCommand(
      """
      SELECT pg_catalog.format('ALTER TABLE ONLY %s DISABLE TRIGGER %I', $1::pg_catalog.text, tgname),
        pg_catalog.format('ALTER TABLE ONLY %s ENABLE %s %I', $1::pg_catalog.text,
          CASE tgenabled WHEN 'A' THEN 'ALWAYS TRIGGER' ELSE 'TRIGGER' END, tgname)
      FROM pg_catalog.pg_trigger
      WHERE tgrelid = pg_catalog.to_regclass($2) AND tgconstraint = 0 AND tgenabled IN ('O', 'A')
      UNION ALL
      SELECT pg_catalog.format('ALTER TABLE ONLY %s DISABLE RULE %I', $1::pg_catalog.text, rulename),
        pg_catalog.format('ALTER TABLE ONLY %s ENABLE %s %I', $1::pg_catalog.text,
          CASE ev_enabled WHEN 'A' THEN 'ALWAYS RULE' ELSE 'RULE' END, rulename)
      FROM pg_catalog.pg_rewrite
      WHERE ev_class = pg_catalog.to_regclass($2) AND ev_enabled IN ('O', 'A')
        AND ev_type IN ('2', '3', '4')
      ORDER BY 1
      """, [table, present])
  }

  package static func all(_ answer: SQLCompletion?) -> [TableTrigger] {
    answer?.resultSet?.rows.compactMap { TableTrigger($0) } ?? []
  }
}

extension PostgresGateway {
  /// The triggers of standing tables, by the table.
  ///
  /// - Parameter tables: each with its name as of now.
  package func triggers(
    of tables: [(table: String, present: String)], on connection: String
  ) async throws(StepFailure) -> ExactMap<[TableTrigger]> {
    var found = ExactMap<[TableTrigger]>()
    guard !tables.isEmpty else { return found }
    let answers = try await session(of: connection).use(until: .now + .seconds(60)) {
      (link) throws(StepFailure) in
      try link.answers(to: tables.map { TableTrigger.question($0.table, at: $0.present) }).map {
        TableTrigger.all($0)
      }
    }
    for (one, triggers) in zip(tables, answers) { found[one.table] = triggers }
    return found
  }
}
