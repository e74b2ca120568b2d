import RunbookEngine
package import RunbookModel

/// What decides in the database what statements do: the functions, views and rules that they name, and the triggers of
/// their tables with the functions of these. What those call in turn is not among it.
///
/// An approval binds it as it is defined, with its owner; who may use it is not among that. What a step of the run has
/// changed is the run's own: the row of the catalogue is then of a transaction that has left a receipt of the run.
package struct DatabaseCode {
  package struct Part: Sendable, Hashable {
    /// For people: `function public.f(integer)`.
    package let name: String
    package let definition: String
    package let isOwn: Bool
  }

  private let names: [NamesInText.Name]
  private let isAnywhere: Bool
  private let run: RunID?

  package init(_ texts: [String], run: RunID?) {
    names = NamesInText.names(in: texts)
    isAnywhere = ReadingSettings.folded(texts.joined(separator: ";\n")).holds("search_path")
    self.run = run
  }

  /// - Returns: nil where it cannot be looked at.
  package func parts(on link: PostgresLink) throws(StepFailure) -> [Part]? {
    let outcomes: [SQLOutcome]
    let own = try ownTransactions(on: link)
    do throws(LinkError) {
      outcomes = try link.ask(SessionPath.commands + [command(own)])
    } catch {
      throw StepFailure(link: error, mayHaveCommitted: false, holders: [])
    }
    guard case .completed(let completion)? = outcomes.last else { return nil }
    return completion.resultSet?.rows.compactMap { row in
      guard row.count == 3, let name = row[0].stringValue, let definition = row[1].stringValue
      else { return nil }
      return Part(name: name, definition: definition, isOwn: row[2].boolValue ?? false)
    }
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
      WITH path AS (
        SELECT string_to_array(current_setting('runbook.path'), '/') AS schemas
      ), start AS (
        SELECT DISTINCT schema, name FROM unnest($1::text[], $2::text[]) AS s (schema, name)
      ), relation AS (
        SELECT c.oid, n.nspname, c.relname, c.relkind
        FROM start s JOIN pg_class c ON c.relname = s.name
          JOIN pg_namespace n ON n.oid = c.relnamespace, path
        WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f')
          AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
          AND coalesce(n.nspname = s.schema, $3::boolean OR n.nspname = ANY (path.schemas))
      ), trigger AS (
        SELECT t.oid, t.tgfoid, format('trigger %I of %I.%I', t.tgname, r.nspname, r.relname) AS name
        FROM relation r JOIN pg_trigger t ON t.tgrelid = r.oid
        WHERE NOT t.tgisinternal
      ), called AS (
        SELECT p.oid FROM start s JOIN pg_proc p ON p.proname = s.name
          JOIN pg_namespace n ON n.oid = p.pronamespace, path
        WHERE coalesce(n.nspname = s.schema, $3::boolean OR n.nspname = ANY (path.schemas))
        UNION SELECT tgfoid FROM trigger
      )
      SELECT format('function %s', p.oid::regprocedure), (to_jsonb(p) - '{oid,proacl}'::text[])::text,
        p.xmin::text = ANY ($4::text[])
      FROM called JOIN pg_proc p ON p.oid = called.oid JOIN pg_namespace n ON n.oid = p.pronamespace
      WHERE n.nspname NOT IN ('pg_catalog', 'information_schema')
      UNION SELECT t.name, (to_jsonb(g) - 'oid')::text, g.xmin::text = ANY ($4::text[])
      FROM trigger t JOIN pg_trigger g ON g.oid = t.oid
      UNION SELECT format('rule %I of %I.%I', w.rulename, r.nspname, r.relname),
        (to_jsonb(w) - 'oid')::text, w.xmin::text = ANY ($4::text[])
      FROM relation r JOIN pg_rewrite w ON w.ev_class = r.oid WHERE r.relkind <> 'm'
      ORDER BY 1
      """,
      [
        SQLValue.array(names.map(\.schema)), SQLValue.array(names.map(\.name)),
        isAnywhere ? "t" : "f", SQLValue.array(own),
      ])
  }
}
