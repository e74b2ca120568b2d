import RunbookDocument
import RunbookPostgres
import RunbookTestSupport
import Testing

/// Literals are where PostgreSQL's own scanner finds them, and where a text's are not asked of it.
@Suite struct SQLLiteralsTests {
  @Test(arguments: [
    ("SELECT 'a''b', 1", "SELECT '…', …"), ("SELECT E'a\\'b' AS x", "SELECT E'…' AS x"),
    ("SELECT $$it's$$, $a$x$b$y$a$", "SELECT $$…$$, $$…$$"),
    ("SELECT U&'\\0041'", "SELECT U&'…'"), ("-- it's\nSELECT 'x'", "-- it's\nSELECT '…'"),
    ("/* ' /* it's */ */ SELECT 'x'", "/* ' /* it's */ */ SELECT '…'"),
    ("SELECT \"it's\", 'x'", "SELECT \"it's\", '…'"),
    ("SELECT $1, a1, b'01'", "SELECT $1, a1, b'…'"),
    ("SELECT E'a'\n'b\\'c' FROM t", "SELECT E'…' FROM t"), ("SELECT 1.5e-3 + .5", "SELECT … + …"),
    ("SELECT 'x' AS \u{301}y", "SELECT '…' AS \u{301}y"), ("SELECT 'not closed", "SELECT '…'"),
  ])
  func leavesTheirContentsOut(_ sql: String, _ wanted: String) {
    #expect(SQLText.withoutLiterals(sql, literals: SQLLiterals.ranges(in: sql)) == wanted)
    #expect(SQLText.withoutLiterals(sql, literals: nil) == wanted)
  }

  private static let pieces = [
    "'", "''", "E'", "e'", "U&'", "B'", "x'", "N'", "$$", "$a$", "$1", "\\", "\\'", "--", "/*",
    "*/",
    "\n", "\r", " ", "\"", "1", ".5", "1e5", "0x1F", "a", "_b", "é", "\u{301}", "+", "@-", ":", ",",
    "..", "SELECT ", "uescape", "&", "$", "\u{600}", ";",
  ]

  @Test func findsAtLeastWhatPostgresFinds() {
    var read = 0
    let failure = Property().firstFailure { generator in
      var sql = ""
      for _ in 0..<Int.random(in: 1...14, using: &generator) {
        sql += generator.one(of: Self.pieces)
      }
      guard let literals = SQLLiterals.ranges(in: sql) else { return nil }
      read += 1
      var hidden = Set<Int>()
      for own in SQLLiteralScanner.literals(in: Array(sql.utf8)) { hidden.formUnion(own) }
      let missed = literals.first { !hidden.isSuperset(of: $0) }
      return missed.map { "\(sql.debugDescription): \($0)" }
    }
    #expect(failure == nil)
    #expect(read > 0)
  }
}
