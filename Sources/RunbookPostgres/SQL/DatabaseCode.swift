package import RunbookEngine
package import RunbookModel

/// What decides in the database what statements do: the functions, views and rules that they name, and the triggers of
/// their tables, of those below views, partitions and keys that cascade, and of the database for definitions, with the
/// functions of these. What those call in turn is not among it, nor what defaults, checks, operators and casts call.
///
/// An approval binds it as it is defined, with its owner; who may use it is not among that. What a step of the run has
/// changed is the run's own: the row of the catalogue is then of a transaction that has left a receipt of the run.
package struct DatabaseCode {
  private let names: [NamesInText.Name]
  private let isAnywhere: Bool
  /// Whether it may be one that event triggers are for.
  private let isDefinition: Bool
  private let run: RunID?

  package init(_ texts: [String], run: RunID?) {
    names = NamesInText.names(in: texts)
    isAnywhere = ReadingSettings.folded(texts.joined(separator: ";\n")).holds("search_path")
    isDefinition = NamesInText.mayDefine(names)
    self.run = run
  }

  /// What of it is found there.
  package func found(on link: PostgresLink) throws(StepFailure) -> DefinedCode {
    let outcomes: [SQLOutcome]
    let own = try ownTransactions(on: link)
    do throws(LinkError) {
      outcomes = try link.ask(SessionPath.commands + [command(own)])
    } catch {
      throw StepFailure(link: error, mayHaveCommitted: false, holders: [])
    }
    guard case .completed(let completion)? = outcomes.last else { return .unknown }
    let parts = completion.resultSet?.rows.compactMap { row -> DefinedCode.Part? in
      guard row.count == 3, let name = row[0].stringValue, let definition = row[1].stringValue
      else { return nil }
      return .init(name: name, definition: definition, isOwn: row[2].boolValue ?? false)
    }
    return DefinedCode(parts)
  }

  /// By what the run's receipts were written.
  private func ownTransactions(on link: PostgresLink) throws(StepFailure) -> [String] {
    guard let run else { return [] }
    let standing = try ReceiptTables.standing(link)
    // A view could say anything, and run anything.
    guard standing.isMade, standing.isUsable, standing.faults.isEmpty else { return [] }
    let key = ServerText.escaped(run.rawValue, for: link.serverEncoding)
    let question = SQLCommand("SELECT xmin::text FROM runbook.receipt WHERE run = $1", [key])
    let rows = try link.answers(to: [question]).first?.resultSet?.rows ?? []
    return rows.compactMap { $0.first?.stringValue }
  }

  private func command(_ own: [String]) -> SQLCommand {
    SQLCommand(
      """
      WITH RECURSIVE path AS (
        SELECT string_to_array(current_setting('runbook.path'), '/') AS schemas
      ), start AS (
        SELECT DISTINCT schema, name FROM unnest($1::text[], $2::text[]) AS s (schema, name)
      ), reached (id) AS (
        SELECT c.oid
        FROM start s JOIN pg_class c ON c.relname = s.name
          JOIN pg_namespace n ON n.oid = c.relnamespace, path
        WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f')
          AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
          AND coalesce(n.nspname = s.schema, $3::boolean OR n.nspname = ANY (path.schemas))
        UNION
        SELECT e.next FROM reached JOIN (
          SELECT inhparent AS id, inhrelid AS next FROM pg_inherits
          UNION ALL SELECT confrelid, conrelid FROM pg_constraint
          WHERE contype = 'f' AND (confdeltype IN ('c', 'n', 'd') OR confupdtype IN ('c', 'n', 'd'))
          UNION ALL SELECT w.ev_class, d.refobjid FROM pg_rewrite w
            JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid
              AND d.refclassid = 'pg_class'::regclass AND d.refobjid <> w.ev_class
        ) AS e ON e.id = reached.id
      ), relation AS (
        SELECT c.oid, n.nspname, c.relname, c.relkind
        FROM reached JOIN pg_class c ON c.oid = reached.id
          JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
      ), trigger AS (
        SELECT t.oid, t.tgfoid, format('trigger %I of %I.%I', t.tgname, r.nspname, r.relname) AS name
        FROM relation r JOIN pg_trigger t ON t.tgrelid = r.oid
        WHERE NOT t.tgisinternal
      ), event AS (
        SELECT e.oid, e.evtfoid FROM pg_event_trigger e WHERE $5::boolean
      ), called AS (
        SELECT p.oid FROM start s JOIN pg_proc p ON p.proname = s.name
          JOIN pg_namespace n ON n.oid = p.pronamespace, path
        WHERE n.nspname = s.schema OR $3::boolean OR n.nspname = ANY (path.schemas)
        UNION SELECT tgfoid FROM trigger
        UNION SELECT evtfoid FROM event
      )
      SELECT format('function %s', p.oid::regprocedure), (to_jsonb(p) - '{oid,proacl}'::text[])::text,
        p.xmin::text = ANY ($4::text[])
      FROM called JOIN pg_proc p ON p.oid = called.oid JOIN pg_namespace n ON n.oid = p.pronamespace
      WHERE n.nspname NOT IN ('pg_catalog', 'information_schema')
      UNION SELECT t.name, (to_jsonb(g) - 'oid')::text, g.xmin::text = ANY ($4::text[])
      FROM trigger t JOIN pg_trigger g ON g.oid = t.oid
      UNION SELECT format('event trigger %I', g.evtname), (to_jsonb(g) - 'oid')::text,
        g.xmin::text = ANY ($4::text[])
      FROM event JOIN pg_event_trigger g ON g.oid = event.oid
      UNION SELECT format('rule %I of %I.%I', w.rulename, r.nspname, r.relname),
        (to_jsonb(w) - 'oid')::text, w.xmin::text = ANY ($4::text[])
      FROM relation r JOIN pg_rewrite w ON w.ev_class = r.oid WHERE r.relkind <> 'm'
      ORDER BY 1
      """,
      [
        SQLValue.array(names.map(\.schema)), SQLValue.array(names.map(\.name)),
        isAnywhere ? "t" : "f", SQLValue.array(own), isDefinition ? "t" : "f",
      ])
  }
}
