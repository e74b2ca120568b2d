private import GRDBSQLite
import RunbookEngine
import RunbookModel

/// What a file's schema defines: tables, indexes, views and triggers, each as SQLite keeps its statement. A file has no
/// functions, and no other schema is there: it is opened anew for each step, and attaches nothing.
struct SQLiteSchema: Sendable, Hashable {
  struct Object: Sendable, Hashable {
    let type: String
    let name: String
    let table: String
    let sql: String

    /// For people: `trigger audit on item`.
    var words: String {
      switch type {
      case "trigger", "index": "\(type) \(name) on \(table)"
      default: "\(type) \(name)"
      }
    }

    var digest: Digest { .of([type, name, table, sql]) }
  }

  /// Tables first, in the order in which they can be made.
  let objects: [Object]

  /// - Throws: SQLite's reason.
  init(of handle: SQLiteHandle) throws(SQLiteError) {
    objects = try handle.ask(
      """
      SELECT type, name, tbl_name, sql, hex(type), hex(name), hex(tbl_name), hex(sql)
      FROM main.sqlite_schema
      WHERE sql IS NOT NULL
        AND NOT (type = 'table' AND name IN ('sqlite_sequence', 'sqlite_stat1', 'sqlite_stat4'))
      ORDER BY CASE type WHEN 'table' THEN 0 WHEN 'index' THEN 1 WHEN 'view' THEN 2 ELSE 3 END, rowid
      """
    ).map { row in
      // What is no text is there all the same, and must not go unseen.
      let texts = (0..<4).map { row[$0].stringValue ?? row[$0 + 4].stringValue ?? "" }
      return Object(type: texts[0], name: texts[1], table: texts[2], sql: texts[3])
    }
  }

  /// What is not this program's own.
  private var others: [Object] {
    objects.filter { !SQLiteReceipts.tables.contains(StatementJudge.folded($0.table)) }
  }

  /// Of all of it, in whatever order: `VACUUM` makes another one.
  var digest: Digest { .of(others.map(\.digest.hex).sorted()) }

  /// All of it, type by type, for an approval to bind.
  var code: [Surrounding] {
    ["table", "index", "view", "trigger"].map { type in
      let found = others.filter { $0.type.isIdentical(to: type) }
      return Surrounding(
        name: SealedPart.databaseCode + (type == "index" ? "indexes" : type + "s"),
        content: Digest.of(found.map(\.digest.hex).sorted()).hex,
        group: SealedPart.Group(count: Int64(found.count), newest: []))
    }
  }

  /// What of it decides what statements do that touch these names: with the triggers and the indexes of tables, as one
  /// may hold an expression.
  func objects(touching names: Set<String>) -> [Object] {
    others.filter { object in
      names.contains(StatementJudge.folded(object.name))
        || names.contains(StatementJudge.folded(object.table))
    }
  }
}

extension Digest {
  /// Of texts, each told from the next by its length.
  fileprivate static func of(_ texts: [String]) -> Digest {
    var hasher = Hasher()
    for text in texts { hasher.update("\(text.utf8.count):\(text)") }
    return hasher.finalize()
  }
}

/// By what the content of a file is told from other content that was copied into it, as far as it can be.
///
/// The header's change counter and the number of its schema only grow while the file is worked with
/// (https://www.sqlite.org/fileformat2.html#file_change_counter): where one is lower, older or other content was put in.
/// Content with higher numbers and the same schema is not told from what an application has written.
struct SQLiteContent: Sendable, Hashable {
  let changeCounter: Int64
  let schemaVersion: Int64
  let schema: SQLiteSchema

  /// - Precondition: a transaction has begun, so that nobody writes the header meanwhile.
  init(of handle: SQLiteHandle) throws(SQLiteError) {
    schemaVersion = try handle.value("PRAGMA main.schema_version")?.intValue ?? 0
    schema = try SQLiteSchema(of: handle)
    changeCounter = try handle.changeCounter()
  }

  /// For a run that has left nothing in the file yet.
  var facts: [IdentityFact] {
    [
      IdentityFact(
        "change counter", String(changeCounter), mayChange: true, tellsContent: .byGrowing),
      IdentityFact(
        "schema version", String(schemaVersion), mayChange: true, tellsContent: .byGrowing),
      IdentityFact(
        "schema", String(schema.digest.hex.prefixOfScalars(16)), mayChange: true,
        tellsContent: .byItself),
    ]
  }
}
