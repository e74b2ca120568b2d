import Foundation

/// What is mutated: the repository's own files, by their kind, and a few small ones of the languages that it
/// holds too little of.
struct Corpus {
  private var items: [Kind: [[UInt8]]] = [:]
  /// Short pieces of all of them, which are put into one another.
  private(set) var tokens: [[UInt8]] = []

  enum Kind: String, CaseIterable {
    case runbook, drill, sql, expression, journal, template, log, migration, archive
  }

  /// - Parameter root: the repository.
  init(root: String) {
    for path in FileManager.default.subpaths(atPath: root) ?? [] {
      guard let kind = Self.kind(of: path), !path.hasPrefix("."),
        let data = FileManager.default.contents(atPath: "\(root)/\(path)"), data.count < 200_000
      else { continue }
      items[kind, default: []].append(Array(data))
      if kind == .runbook || path.hasSuffix(".md") {
        takeExpressions(String(decoding: data, as: UTF8.self))
      }
    }
    for (kind, texts) in Self.small { items[kind, default: []] += texts.map { Array($0.utf8) } }
    for text in items.values.joined() {
      for word in text.split(whereSeparator: { $0 == 0x20 || $0 == 0x0A }).prefix(400)
      where word.count < 40 {
        tokens.append(Array(word))
      }
    }
  }

  func items(_ kind: Kind) -> [[UInt8]] { items[kind] ?? [] }

  mutating func add(_ item: [UInt8], to kind: Kind) { items[kind, default: []].append(item) }

  private static func kind(of path: String) -> Kind? {
    let name = path.split(separator: "/").last.map(String.init) ?? path
    switch (path.split(separator: ".").last ?? "", path) {
    case ("yaml", _) where name == "drill.yaml": return .drill
    case ("yaml", _), ("yml", _): return .runbook
    case ("sql", _): return .sql
    case ("mustache", _): return .template
    case ("journal", _): return .journal
    case ("log", _): return .log
    case ("py", _) where path.contains("version") || path.contains("migration"): return .migration
    default: return nil
    }
  }

  /// What stands behind `when:`, `expect:`, `confirms:` and in `${{ }}`.
  private mutating func takeExpressions(_ text: String) {
    for line in text.split(separator: "\n") {
      for key in ["when: ", "expect: ", "confirms: ", "${{ "] {
        guard let found = line.range(of: key) else { continue }
        let expression = line[found.upperBound...].trimmingCharacters(
          in: CharacterSet(charactersIn: "\"' }"))
        items[.expression, default: []].append(Array(expression.utf8))
      }
    }
  }

  private static let small: [Kind: [String]] = [
    .expression: [
      "1 + 2 * 3", "[1, 2, 3].map(x, x * 2).filter(y, y > 2)", "'a' + \"b\" == r'ab'",
      "{'a': 1}.exists(k, k.startsWith('a'))",
      "timestamp('2025-10-18T22:01:13Z') + duration('90s')",
      "int('9223372036854775807') - 1", "'x'.matches('^(a|b)*c{1,1000}$')", "size('é') > 0 ? 1 : 2",
      "[[1, 2], [3]].all(l, l.all(x, x > 0))", "'a,b'.split(',').join('-').trim()",
    ],
    .log: [
      """
      2025-10-18 22:01:13.412 UTC [123] app@shop LOG:  statement: DROP TABLE session
      2025-10-18 22:01:14.000 UTC [124] app@shop ERROR:  relation "session" does not exist at character 15
      2025-10-18 22:01:14.000 UTC [124] app@shop STATEMENT:  SELECT * FROM session
      """,
      "{\"timestamp\":\"2025-10-18 22:01:13.412 UTC\",\"pid\":1,\"message\":\"DROP TABLE x\"}\n",
    ],
    .migration: [
      """
      revision = "a1"
      down_revision = None
      def upgrade():
          op.drop_table("session")
          op.execute("DROP TABLE " + "account")
          with op.batch_alter_table("user") as batch:
              batch.drop_column("email")
      def downgrade():
          op.create_table("session", sa.Column("id", sa.Text(), primary_key=True))
      """, "-- +goose Up\nDROP TABLE session;\n-- +goose Down\nCREATE TABLE session (id int);\n",
    ],
    .sql: [
      "SELECT count(*) FROM public.session WHERE id = :id",
      "DO $$ BEGIN PERFORM 1; END $$; COPY t FROM stdin;\n1\t2\n\\.\n",
      "CREATE INDEX CONCURRENTLY i ON t (a)",
      "SELECT :'name', :\"name\", 'it''s', E'\\'', U&\"d\\0061t\" /* /* nested */ */",
    ],
  ]
}
