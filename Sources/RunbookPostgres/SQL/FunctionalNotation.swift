import RunbookModel

/// Calls that are not written as calls: `o.total` is `total(o)` where the row `o` has no such column
/// (https://www.postgresql.org/docs/current/rowtypes.html#ROWTYPES-USAGE).
///
/// Of a text it cannot be told which of the two it is. So the functions are asked for that could be meant: of one
/// argument, a row or whatever may stand for one. PostgreSQL's own are not among them: none of theirs changes anything.
package struct FunctionalNotation {
  private let fields: [String]
  private let isAnywhere: Bool

  /// - Parameters:
  ///   - fields: the names that stand behind a dot.
  ///   - texts: the statements: where they set a `search_path`, functions of any schema are meant.
  package init(_ fields: [String], in texts: [String]) {
    self.fields = fields
    isAnywhere = ReadingSettings.folded(texts.joined(separator: ";\n")).holds("search_path")
  }

  /// - Returns: the functions' names; nil where it cannot be looked at.
  package func calls(on link: PostgresLink) throws(LinkError) -> [String]? {
    guard !fields.isEmpty else { return [] }
    guard case .completed(let completion)? = try link.ask(SessionPath.commands + [command]).last
    else { return nil }
    return completion.resultSet?.rows.compactMap { $0.first?.stringValue }
  }

  private var command: SQLCommand {
    SQLCommand(
      """
      WITH path AS (
        SELECT string_to_array(current_setting('runbook.path'), '/') AS schemas
      )
      SELECT DISTINCT p.proname::text
      FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
        JOIN pg_type t ON t.oid = p.proargtypes[0], path
      WHERE p.proname = ANY ($1::text[]) AND ($2::boolean OR n.nspname = ANY (path.schemas))
        AND n.nspname NOT IN ('pg_catalog', 'information_schema')
        AND p.pronargs - p.pronargdefaults <= 1
        AND (t.typtype IN ('p', 'd')
          OR t.typtype = 'c' AND NOT EXISTS (
            SELECT FROM pg_attribute a
            WHERE a.attrelid = t.typrelid AND a.attname = p.proname AND NOT a.attisdropped)
          OR EXISTS (
            SELECT FROM pg_cast c JOIN pg_type s ON s.oid = c.castsource
            WHERE c.casttarget = t.oid AND c.castcontext = 'i' AND s.typtype = 'c'))
      ORDER BY 1
      """, [SQLValue.array(fields), isAnywhere ? "t" : "f"])
  }
}
