import RunbookEngine
package import RunbookModel

/// Indexes that a `CONCURRENTLY` which failed leaves: they are there, are kept up to date, and serve no
/// query
/// (https://www.postgresql.org/docs/current/sql-createindex.html#SQL-CREATEINDEX-CONCURRENTLY).
package enum InvalidIndexes {
  /// Of all that are shown at most so many.
  package static let most = 10

  package static let query = SQLCommand(
    """
    SELECT c.relname::pg_catalog.text, pg_catalog.format('%I.%I', n.nspname, c.relname),
      pg_catalog.format('%I.%I', tn.nspname, t.relname)
    FROM pg_catalog.pg_index i
    JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) i.indexrelid
    JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
    JOIN pg_catalog.pg_class t ON t.oid OPERATOR(pg_catalog.=) i.indrelid
    JOIN pg_catalog.pg_namespace tn ON tn.oid OPERATOR(pg_catalog.=) t.relnamespace
    WHERE NOT i.indisvalid ORDER BY 2 LIMIT \(most + 1)
    """)

  package struct Index {
    package let name: String
    /// One line for people.
    package let summary: String

    package init?(_ row: [Value]) {
      guard row.count == 3, let name = row[0].stringValue, let index = row[1].stringValue,
        let table = row[2].stringValue
      else { return nil }
      self.name = name
      summary = "the index \(index) of \(table) is there, and invalid"
    }
  }

  /// - Returns: nil where the server does not tell.
  package static func found(on link: PostgresLink) throws(StepFailure) -> [Index]? {
    try link.answers(to: [query]).first?.resultSet?.rows.compactMap(Index.init)
  }
}
