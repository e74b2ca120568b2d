import RunbookEngine
import RunbookModel
import RunbookTestSupport
import Testing

@testable import RunbookPostgres

/// What is sent of a text is all of it: each token ends where it ends, of whatever kind it is.
struct SQLTokenEndTests {
  private static let names = [
    "a", "_b1", "é", "日本", "A$c", "\"q\"", "\"q\"\"r;--\"", "\"👩‍👩‍👧 '\"", "U&\"\\00e9\"",
    "u&\"d\\0061\"\"t\"",
    "U&\"\"\"\"", "u&\"a;b\"", "U&\"日--本 \"", "U&\"/*\"",
  ]
  private static let strings = [
    "'x'", "''", "'it''s;'", "'👩‍👩‍👧\u{301}'", "'a'\n 'b'", "E'x\\'y;'", "e'\\\\'", "E'a'\n'b\\'c'",
    "B'01'", "b''",
    "X'1f'", "x'A'", "$$a;$b'$$", "$é$x$$y$é$", "$a$--$a$", "U&'d\\0061t'", "u&''", "U&'it''s;'",
    "U&'日本--'", "u&'a'\n\t'b''c'", "U&'/*'", "U&'x \t'",
  ]
  private static let numbers = [
    "0", "12", "1.5", ".5", "5.", "1e3", "2.5e-3", "99999999999999999999",
  ]
  private static let signs = [
    "+", "-", "*", "/", "<", "<=", "<>", "!=", "||", "@>", "@@", "%", "^", "&",
  ]
  private static let comments = [
    "-- c; '\n", "--\n", "/* ; ' */", "/* a /* \" */ b */", "/**/", "--é👩‍👩‍👧  \n",
  ]
  private static let spaces = [" ", "  ", "\t", "\n", "\r\n", " \u{C}"]

  private static func space(_ generator: inout SeededGenerator) -> String {
    generator.chance(0.2)
      ? " " + generator.one(of: comments) + generator.one(of: spaces) : generator.one(of: spaces)
  }

  @Test func areWhereTheTokenEnds() throws {
    var read = 0
    let failure = try Property().firstFailure { generator in
      var text = ""
      var wanted: [String] = []
      for _ in 0..<Int.random(in: 1...8, using: &generator) {
        let token = generator.one(
          of: generator.one(of: [
            Self.names, Self.strings, Self.numbers, Self.signs,
            ["(", ")", ",", ";", "$1", "SELECT"],
            ["::", ":", ":=", "=>", "..", "[", "]", "not", "TABLE", "uescape"],
          ]))
        if let last = wanted.last {
          // Constants with a line break between them are one.
          text += last.utf8.last == UInt8(ascii: "'") ? " " : generator.one(of: Self.spaces)
        }
        text += token
        wanted.append(token)
        guard generator.chance(0.2) else { continue }
        let comment = generator.one(of: ["/* ; ' */", "/* a /* \" */ b */", "/**/"])
        text += " " + comment
        wanted.append(comment)
      }
      if generator.chance(0.3) { text += generator.one(of: Self.spaces) }
      let bytes = Array(text.utf8)
      let found = try PGQuery.scan(text).map {
        String(decoding: bytes[$0.start..<$0.end], as: UTF8.self)
      }
      read += 1
      return found == wanted ? nil : "\(text.debugDescription): \(found)"
    }
    #expect(failure == nil)
    #expect(read > 0)
  }

  private static func name(_ generator: inout SeededGenerator) -> String {
    var name = generator.one(of: names)
    if name.utf8.dropFirst().first == UInt8(ascii: "&"), generator.chance(0.2) {
      name += space(&generator) + "UESCAPE" + space(&generator) + "'!'"
    }
    return name
  }

  private static func operand(_ generator: inout SeededGenerator) -> String {
    switch generator.below(5) {
    case 0: return generator.one(of: numbers)
    case 1: return name(&generator)
    case 2: return generator.chance(0.5) ? "$1" : "N'n;'"
    default:
      var text = generator.one(of: strings)
      if text.utf8.dropFirst().first == UInt8(ascii: "&"), generator.chance(0.3) {
        text += space(&generator) + "uescape" + space(&generator) + "'!'"
      }
      return text
    }
  }

  private static func statement(_ generator: inout SeededGenerator) -> String {
    var words: [String]
    switch generator.below(6) {
    case 0: words = ["DROP", "TABLE", name(&generator)]
    case 1:
      words = [
        "DELETE", "FROM", name(&generator), "WHERE", name(&generator), "=", operand(&generator),
      ]
    case 2: words = ["SELECT"]
    case 3: words = ["TRUNCATE", name(&generator), ",", name(&generator)]
    case 4: words = ["UPDATE", name(&generator), "SET", name(&generator), "=", operand(&generator)]
    default:
      words = ["SELECT", operand(&generator)]
      for _ in 0..<generator.below(4) { words += [generator.one(of: signs), operand(&generator)] }
      if generator.chance(0.5) { words += ["AS", name(&generator), ",", operand(&generator)] }
      if generator.chance(0.5) { words += ["FROM", name(&generator), name(&generator)] }
    }
    return words.map { $0 + space(&generator) }.joined()
  }

  /// The parser's tree without the places in the text.
  private static func tree(_ text: String) throws -> [UInt8] {
    try SQLParser.parse(text) { json in
      var kept: [UInt8] = []
      let marks = ["\"location\":", "\"stmt_location\":", "\"stmt_len\":"].map { Array($0.utf8) }
      var index = 0
      while index < json.count {
        if let mark = marks.first(where: { json[index...].starts(with: $0) }) {
          index += mark.count
          while index < json.count, (48...57).contains(json[index]) || json[index] == 45 {
            index += 1
          }
        } else {
          // Which of them are left depends on what is.
          if json[index] != UInt8(ascii: ",") { kept.append(json[index]) }
          index += 1
        }
      }
      return kept
    }
  }

  @Test func whatIsSentIsTheSameStatement() throws {
    var parsed = 0
    let failure = try Property(share: 0.3).firstFailure { generator in
      var sql = generator.chance(0.3) ? Self.space(&generator) : ""
      let count = Int.random(in: 1...3, using: &generator)
      for number in 1...count {
        let statement = Self.statement(&generator)
        sql += number == count && generator.chance(0.5) ? statement.trimmedEnd : statement
        if number < count || generator.chance(0.5) { sql += ";" + Self.space(&generator) }
      }
      let text = SQLText(.plain(sql), names: [])
      guard text.diagnostics.isEmpty else { return nil }
      parsed += 1
      let sent = try text.statements.map {
        try RenderedStatement($0, of: text, values: [:]).command.text
      }
      // A comment at the end would take the semicolon along.
      guard try Self.tree(sent.joined(separator: "\n;")) == Self.tree(sql) else {
        return "\(sql.debugDescription): \(sent)"
      }
      var position = 0
      for bound in text.statements.map(\.range) + [text.bytes.count..<text.bytes.count] {
        let between = String(decoding: text.bytes[position..<bound.lowerBound], as: UTF8.self)
        let lost = try PGQuery.scan(between).first {
          !SQLTokenKind.comments.contains($0.kind) && $0.kind != SQLTokenKind.semicolon
        }
        guard lost == nil else { return "\(sql.debugDescription): not sent: \(between)" }
        position = bound.upperBound
      }
      return nil
    }
    #expect(failure == nil)
    #expect(parsed > 0)
  }

  @Test(arguments: [
    "DROP TABLE U&\"\\00e9\"", "DELETE FROM acct WHERE name = U&\"\\006fther\"",
    "SELECT U&'d\\0061t'", "SELECT u&'it''s'", "SELECT U&\"a\"\"b\"", "SELECT U&'a'\n'b'",
    "SELECT U&'d!0061t' UESCAPE '!'",
  ])
  func aTokenWithUnicodeEscapesIsSent(_ sql: String) throws {
    for tail in ["", ";", " ; -- c", "\n/* c */", " ;SELECT 2"] {
      let text = SQLText(.plain(sql + tail), names: [])
      let statement = try #require(text.statements.first)
      #expect(try RenderedStatement(statement, of: text, values: [:]).command.text == sql)
    }
  }

  @Test(.enabled(if: TestServer.isAvailable)) func aServerReadsWhatIsWritten() async throws {
    let fixture = try await SQLFixture(keepsReceipts: false)
    let result = try await fixture.perform("SELECT U&'d\\0061t'")
    #expect(result.values["rows"] == [["?column?": "dat"]])
    fixture.psql("CREATE TABLE u (a int); CREATE TABLE é (a int)")
    fixture.psql("CREATE TABLE acct (name text, other text)")
    fixture.psql("INSERT INTO acct VALUES ('a', 'a'), ('b', 'c')")
    try await fixture.perform("DROP TABLE U&\"\\00e9\"", phase: .recovery, id: "drop")
    #expect(
      fixture.psql("SELECT to_regclass('u') || ' ' || coalesce(to_regclass('é')::text, '-')")
        == "u -")
    try await fixture.perform(
      "DELETE FROM acct WHERE name = U&\"\\006fther\";", phase: .recovery, id: "delete")
    #expect(fixture.psql("SELECT name FROM acct") == "b")
  }
}

extension String {
  fileprivate var trimmedEnd: String {
    let spaces = Set(" \t\r\n\u{C}".utf8)
    var bytes = Array(utf8)
    while let last = bytes.last, spaces.contains(last) { bytes.removeLast() }
    return String(decoding: bytes, as: UTF8.self)
  }
}
