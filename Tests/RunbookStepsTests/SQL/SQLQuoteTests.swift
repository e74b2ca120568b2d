import Foundation
import RunbookEngine
import RunbookModel
import RunbookTestSupport
import Testing

@testable import RunbookPostgres

/// Whatever a value is, it is one literal or one name of the statement that it stands in: quoted by the
/// program, sent to a real server, and read back.
@Suite(.enabled(if: TestServer.isAvailable))
struct SQLQuoteTests {
  struct World: Sendable, CustomTestStringConvertible {
    let encoding: String
    let conforming: String
    var share = 1.0
    var testDescription: String { "\(encoding), standard_conforming_strings \(conforming)" }

    static let all = [
      World(encoding: "UTF8", conforming: "on"), World(encoding: "UTF8", conforming: "off"),
      World(encoding: "SQL_ASCII", conforming: "off", share: 0.5),
      World(encoding: "LATIN1", conforming: "on", share: 0.2),
      World(encoding: "LATIN1", conforming: "off", share: 0.5),
    ]

    func fixture() async throws -> SQLFixture {
      let server = try #require(TestServer.shared)
      let number = Int.random(in: 0..<1_000_000_000)
      let name = "quote_\(encoding)_\(conforming)_\(number)".lowercased()
      server.psql(
        """
        CREATE DATABASE \(name) ENCODING '\(encoding)' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0
        """, database: "postgres")
      for (setting, value) in [
        ("standard_conforming_strings", conforming), ("backslash_quote", "on"),
        ("array_nulls", "off"), ("DateStyle", "German"), ("IntervalStyle", "iso_8601"),
        ("extra_float_digits", "-3"), ("bytea_output", "escape"), ("quote_all_identifiers", "on"),
      ] {
        server.psql("ALTER DATABASE \(name) SET \(setting) = '\(value)'", database: "postgres")
      }
      return try await SQLFixture(keepsReceipts: false, database: name)
    }

    func value(_ generator: inout SeededGenerator) -> String {
      let text = HostileText.text(&generator, excluding: ["\0"])
      guard encoding == "LATIN1" else { return text }
      return String(
        String.UnicodeScalarView(text.unicodeScalars.map { $0.value > 0xFF ? "\u{AD}" : $0 }))
    }
  }

  private static let batch = 100

  @Test(arguments: World.all) func aValueIsOneLiteral(_ world: World) async throws {
    let fixture = try await world.fixture()
    let property = Property(share: world.share)
    var values: [(seed: UInt64, text: String)] = []
    property.each { seed, generator in values.append((seed, world.value(&generator))) }
    let sql =
      "SELECT "
      + (0..<Self.batch).map { "'C:\\' AS b\($0), :'v\($0)' AS v\($0), E'\\'' AS a\($0)" }
      .joined(separator: ", ")
    for start in stride(from: 0, to: values.count, by: Self.batch) {
      let part = (0..<Self.batch).map { values[(start + $0) % values.count] }
      let named = Dictionary(
        uniqueKeysWithValues: part.enumerated().map { ("v\($0)", Value.string($1.text)) })
      let row = try #require(
        try await fixture.perform(sql, values: named).values["rows"]?.listValue?.first?.mapValue)
      for (index, value) in part.enumerated() {
        #expect(row["v\(index)"] == .string(value.text), "seed \(value.seed)")
        #expect(row["b\(index)"] == "C:\\" && row["a\(index)"] == "'", "seed \(value.seed)")
      }
    }
  }

  @Test(arguments: World.all) func aValueIsOneName(_ world: World) async throws {
    let fixture = try await world.fixture()
    let property = Property(share: world.share)
    var names: [(seed: UInt64, text: String)] = []
    property.each { seed, generator in
      var text = world.value(&generator)
      while text.utf8.count > 60 { text.unicodeScalars.removeLast() }
      names.append((seed, text))
    }
    let sql =
      "SELECT " + (0..<Self.batch).map { "'\($0)\\' AS :\"v\($0)\"" }.joined(separator: ", ")
    for start in stride(from: 0, to: names.count, by: Self.batch) {
      // A number and a letter before it make each another one, and none empty.
      let part = (0..<Self.batch).map { (index: Int) -> String in
        "\(index)x" + names[(start + index) % names.count].text
      }
      let named = Dictionary(
        uniqueKeysWithValues: part.enumerated().map { ("v\($0)", Value.string($1)) })
      let result = try await fixture.perform(sql, values: named)
      #expect(
        result.values["columns"] == .list(part.map { .string($0) }), "from \(names[start].seed)")
      let row = try #require(result.values["rows"]?.listValue?.first?.mapValue)
      for (index, name) in part.enumerated() { #expect(row[name] == .string("\(index)\\")) }
    }
  }

  @Test func aParameterAndAnArrayAreWhatTheyWere() async throws {
    let fixture = try await World(encoding: "UTF8", conforming: "off").fixture()
    let property = Property()
    var values: [Value] = []
    property.each { _, generator in
      values.append(.string(HostileText.text(&generator, excluding: ["\0"])))
    }
    let all = Value.list(values)
    let result = try await fixture.perform(
      """
      SELECT :all::text[] AS bound, :'all'::text[] AS quoted, ARRAY[NULL, :one] AS own,
        '{NULL}'::text[] AS nulls
      """, values: ["all": all, "one": values[0]])
    let row = try #require(result.values["rows"]?.listValue?.first?.mapValue)
    #expect(row["bound"] == all)
    #expect(row["quoted"] == all)
    #expect(row["own"] == .list([.null, values[0]]))
    #expect(row["nulls"] == .list([.null]))
  }

  /// The member of the issue: U+0600 beside a backslash and a quote.
  @Test func whatJoinsWithABackslashEndsNoLiteral() async throws {
    let fixture = try await World(encoding: "UTF8", conforming: "on").fixture()
    fixture.psql("CREATE TABLE victim (id int, balance int, note text)")
    fixture.psql("INSERT INTO victim VALUES (1, 10, ''), (2, 20, '')")
    let note = "\u{0600}\\' , balance = 0 --"
    try await fixture.perform(
      "UPDATE victim SET note = :'note' WHERE id = 2", phase: .recovery,
      values: ["note": .string(note)])
    #expect(
      fixture.psql("SELECT string_agg(balance::text, ',' ORDER BY id) FROM victim") == "10,20")
    #expect(fixture.psql("SELECT note FROM victim WHERE id = 2") == note)
  }

  /// A function in the database may set at run time how SQL is read; no diagnostic sees that.
  @Test(
    arguments: [
      ("standard_conforming_strings", "off"), ("client_encoding", "SJIS"),
      ("client_encoding", "BIG5"),
      ("client_encoding", "LATIN1"), ("backslash_quote", "off"),
    ], [Phase.detection, .recovery])
  func whatAStatementSetsChangesNoValue(_ setting: (String, String), _ phase: Phase) async throws {
    let fixture = try await World(encoding: "UTF8", conforming: "on").fixture()
    fixture.psql(
      """
      CREATE FUNCTION turn() RETURNS text LANGUAGE sql AS
        $$ SELECT set_config('\(setting.0)', '\(setting.1)', false) $$
      """)
    for value in ["\u{301}\\' , 1/0 --", "\u{81}\\", "ł'\\", "\u{0600}\\' || x --"] {
      let result = try await fixture.perform(
        "SELECT turn(); SELECT 'C:\\data\\' || :'v' AS v, :p AS p, 'n\\' AS n", phase: phase,
        values: ["v": .string(value), "p": .string(value)])
      let row = try #require(result.values["rows"]?.listValue?.first?.mapValue)
      #expect(row["v"] == .string("C:\\data\\" + value))
      #expect(row["p"] == .string(value))
      #expect(row["n"] == "n\\")
    }
  }

  @Test func whatAStepSetsDoesNotReachTheNext() async throws {
    let fixture = try await World(encoding: "UTF8", conforming: "off").fixture()
    let settings = """
      SELECT current_setting('standard_conforming_strings') AS a, current_setting('DateStyle') AS b,
        current_setting('IntervalStyle') AS c, current_setting('bytea_output') AS d,
        current_setting('client_encoding') AS e, current_setting('array_nulls') AS f,
        current_setting('quote_all_identifiers') AS g, current_setting('extra_float_digits') AS h
      """
    let before = try await fixture.perform(settings).values["rows"]
    let row = try #require(before?.listValue?.first?.mapValue)
    #expect(row["a"] == "on" && row["d"] == "hex" && row["e"] == "UTF8" && row["f"] == "on")
    #expect(row["c"] == "postgres" && row["g"] == "off" && row["h"] == "3")
    #expect(row["b"]?.stringValue?.utf8.starts(with: "ISO".utf8) == true)
    let disturbance = """
      SET DateStyle = 'SQL'; SET bytea_output = 'escape'; SET search_path = ''; RESET ALL;
      """
    for phase in [Phase.detection, .recovery] {
      try await fixture.perform(disturbance, phase: phase)
      #expect(try await fixture.perform(settings).values["rows"] == before)
    }
    try await fixture.perform(
      "RESET ALL; DISCARD ALL", phase: .recovery,
      fields: [("transaction", .text(.plain("none")))])
    #expect(try await fixture.perform(settings).values["rows"] == before)
  }

  @Test(arguments: [
    "SELECT 'a'\n:'v'", "SELECT :'v'\n'C:\\'", "SELECT :'v'\n:'w'", "SELECT 'a':'v'",
    "SELECT :'v':'w'",
    "SELECT E'a'\n:'v'", "SELECT U&'a'\n:'v'",
  ])
  func aLiteralBesideALiteralIsRefused(_ sql: String) throws {
    let found = Step.sql(sql).sqlCodes(names: ["v", "w"])
    // Where the scanner has made one constant of the two there is no reference, and a stray colon.
    #expect(found.contains(.sqlLiteralBeside) || found.contains(.sqlSyntax), "\(sql)")
  }

  /// `LIMIT$1` is a name, and the limit gone.
  @Test(arguments: [
    "SELECT 1 LIMIT:v", "DELETE FROM w WHERE:v", "SELECT 1 OFFSET:v LIMIT :v", "SELECT é:v",
    "SELECT 1:v", "SELECT $1, :v",
  ])
  func aParameterRightAfterAWordIsRefused(_ sql: String) throws {
    let found = Step.sql(sql).sqlCodes(names: ["v", "w"])
    #expect(found.contains(.sqlLiteralBeside) || found.contains(.sqlUndefinedName), "\(sql)")
  }

  @Test(arguments: [
    ("SELECT E:'v' AS x", "E"), ("SELECT U&:'v' AS x", "U"), ("SELECT N:'v' AS x", "N"),
    ("SELECT B:'v' AS x", "B"), ("SELECT X:'v' AS x", "X"),
  ])
  func noTokenBeforeALiteralIsPartOfIt(_ sql: String, _ letter: String) async throws {
    let fixture = try await SQLFixture()
    // As a type's or a function's name it fails; nothing of the value is ever read as SQL.
    let failure = await failure {
      try await fixture.perform(sql, values: ["v": .string("\\0027 || pg_sleep(9) --")])
    }
    #expect(failure?.record.message.holds("pg_sleep") != true)
    #expect(failure != nil)
  }

  /// What a gate shows is what is sent, but for a parameter's name.
  @Test(arguments: [
    ("SELECT U&:'v'", "SELECT U& 'AB'"), ("SELECT E:'v'", "SELECT E 'AB'"),
    ("SELECT U&:\"v\"", "SELECT U& \"AB\""), ("SELECT x:'v' || y", "SELECT x 'AB' || y"),
    ("SELECT -:'v'", "SELECT - 'AB'"), ("SELECT (:'v')", "SELECT ('AB')"),
    ("SELECT :\"v\":'v'", "SELECT \"AB\" 'AB'"),
  ])
  func whatIsShownIsWhatIsSent(_ sql: String, _ sent: String) throws {
    let text = SQLText(try #require(SQLKind.source(of: .sql(sql))), names: ["v"])
    let statement = try #require(text.statements.first)
    let rendered = try RenderedStatement(statement, of: text, values: ["v": "AB"])
    // A copy for others has the name in the value's place.
    #expect(rendered.template?.holds("AB") != true)
    #expect(rendered.command.text == sent)
    #expect(rendered.shownText == sent)
  }

  @Test(arguments: [
    "SELECT '--:v', '/*', :'v' AS x, '*/'", "SELECT $$:'v'$$, :'v' AS x",
    "SELECT $a$'$a$, :'v' AS x",
    "SELECT /* :'v' /* ' */ */ :'v' AS x", "SELECT -- :'v' '\n :'v' AS x",
    "SELECT E'\\':', :'v' AS x",
    "SELECT ':''v', U&'\\0027' , \":'v'\".y, :'v' AS x FROM (SELECT 1 AS y) \":'v'\"",
    "SELECT('a'),:'v' AS x", "SELECT 1 AS a,2 AS b WHERE ''=:'v' UNION SELECT 1, 2 WHERE :'v'=:'v'",
  ])
  func neighboursStayWhatTheyAre(_ sql: String) async throws {
    let fixture = try await SQLFixture()
    let value = "\u{600}\\' '' $$ */ -- \u{301}"
    let named = sql.replacingAll("SELECT '--:v', '/*'", with: "SELECT '--:v' AS p, '/*' AS q")
      .replacingAll(", '*/'", with: ", '*/' AS r").replacingAll("$$:'v'$$,", with: "$$:'v'$$ AS p,")
      .replacingAll("$a$'$a$,", with: "$a$'$a$ AS p,").replacingAll(
        "E'\\':',", with: "E'\\':' AS p,"
      )
      .replacingAll("':''v', U&'\\0027' ,", with: "':''v' AS p, U&'\\0027' AS q,")
      .replacingAll("\".y,", with: "\".y AS r,").replacingAll("('a'),", with: "('a')AS p,")
    let result = try await fixture.perform(named, values: ["v": .string(value)])
    let row = try #require(result.values["rows"]?.listValue?.first?.mapValue)
    if let x = row["x"] { #expect(x == .string(value)) } else { #expect(row["a"] == 1) }
  }

  @Test func aNameThatIsTooLongIsRefused() async throws {
    let fixture = try await SQLFixture()
    let failure = await failure {
      try await fixture.perform(
        "SELECT 1 AS :\"v\"", values: ["v": .string(String(repeating: "x", count: 64))])
    }
    #expect(failure?.record.message.holds("longer than 63 bytes") == true)
  }

  @Test func twoColumnsOfOneNameAreRefused() async throws {
    let fixture = try await SQLFixture()
    let twice = await failure { try await fixture.perform("SELECT 1 AS a, 2 AS b, 3 AS a, 4, 5") }
    #expect(
      twice?.record.message == "more than one column of the rows is named 'a', '?column?'")
    // Of the last statement that gives rows only: no other's rows are seen by anything.
    try await fixture.perform("SELECT 1 AS a, 2 AS a; SELECT 3 AS b")
    fixture.psql("CREATE TABLE t (a int)")
    let change = await failure {
      try await fixture.perform(
        "INSERT INTO t VALUES (1) RETURNING a, a", phase: .recovery)
    }
    #expect(change?.record.cause == .invalid)
    #expect(fixture.psql("SELECT count(*) FROM t") == "0")
  }

  /// An actor's name, a step's and what a result holds may lack in the database's encoding.
  @Test(arguments: [
    ("UTF8", "Łukasz 👩‍👩‍👧 é"), ("SQL_ASCII", "Łukasz 👩‍👩‍👧 é"),
    ("LATIN1", "\\u0141ukasz \\ud83d\\udc69\\u200d\\ud83d\\udc69\\u200d\\ud83d\\udc67 é"),
    ("WIN1251", "\\u0141ukasz \\ud83d\\udc69\\u200d\\ud83d\\udc69\\u200d\\ud83d\\udc67 \\u00e9"),
  ])
  func anActorThatTheEncodingLacksLeavesAReceipt(_ encoding: String, _ stored: String) async throws
  {
    let server = try #require(TestServer.shared)
    let name = "actor_\(encoding)".lowercased()
    server.psql(
      """
      CREATE DATABASE \(name) ENCODING '\(encoding)' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0
      """, database: "postgres")
    let fixture = try await SQLFixture(database: name)
    try await fixture.gateway.prepareReceipts("main")
    fixture.psql("CREATE TABLE t (a int)")
    let activity = try fixture.activity(
      "INSERT INTO t VALUES (1) RETURNING a", phase: .recovery, id: "Łös")
    func context(_ attempt: Int) -> AttemptContext {
      AttemptContext(
        run: fixture.run, step: StepID("Łös"), attempt: attempt,
        actor: Actor(account: "ann", name: "Łukasz 👩‍👩‍👧 é"), timeout: nil, generation: 1,
        evidenceFolder: fixture.evidence, output: { _ in }, now: testNow, keepsResult: true)
    }
    #expect(try await activity.perform(in: context(1)).hasReceipt)
    #expect(try await activity.perform(in: context(2)).isFormer)
    #expect(try await activity.receipt(in: context(3)) != nil)
    #expect(
      fixture.psql("SET client_encoding = UTF8; SELECT actor FROM runbook.receipt").utf8
        .elementsEqual("\(stored) (account ann)".utf8))
    #expect(fixture.psql("SELECT count(*) FROM t") == "1")
    #expect(
      SQLRemnants.applicationName(fixture.run, StepID("Łös")) == "runbook run-1 \\u0141\\u00f6s")
  }

  /// No digit of a number is lost on its way to the runbook and back.
  @Test func aNumberIsWhatItWas() async throws {
    let fixture = try await World(encoding: "UTF8", conforming: "on").fixture()
    let property = Property()
    var texts: [Value] = ["12345678901234567890", "0.1", "-0.30", "1e-30", "9223372036854775807"]
    property.each { _, generator in
      let whole = (0..<Int.random(in: 1...40, using: &generator)).map { _ in
        String(generator.below(10))
      }.joined()
      let fraction = (0..<Int.random(in: 0...30, using: &generator)).map { _ in
        String(generator.below(10))
      }.joined()
      let sign = generator.below(2) == 0 ? "-" : ""
      texts.append(.string(sign + whole + (fraction.isEmpty ? "" : "." + fraction)))
    }
    let all = Value.list(texts)
    let read = try await fixture.perform(
      "SELECT :all::numeric[] AS n, to_jsonb(:all::numeric[]) AS j", values: ["all": all])
    let row = try #require(read.values["rows"]?.listValue?.first?.mapValue)
    let check = """
      SELECT count(*) AS c FROM unnest(:all::text[], :n::numeric[], (:'quoted')::numeric[])
        WITH ORDINALITY AS t(a, b, c, i)
      WHERE a::numeric::text IS DISTINCT FROM b::text OR a::numeric::text IS DISTINCT FROM c::text
        OR a::numeric IS DISTINCT FROM ((:j::text::jsonb)->>((i - 1)::int))::numeric
      """
    // Parsing the document for each number would take long: a part of them is enough for that.
    let some = Value.list(Array(texts.prefix(300)))
    let numbers = Value.list(Array(try #require(row["n"]?.listValue).prefix(300)))
    let documents = Value.list(Array(try #require(row["j"]?.listValue).prefix(300)))
    let answer = try await fixture.perform(
      check,
      values: [
        "all": some, "n": numbers, "quoted": numbers, "j": .string(documents.json),
      ])
    #expect(answer.values["rows"]?.listValue?.first?.mapValue?["c"] == 0)
    let back = try await fixture.perform(
      """
      SELECT count(*) AS c FROM unnest(:all::text[], :n::numeric[]) AS t(a, b)
      WHERE a::numeric::text IS DISTINCT FROM b::text
      """, values: ["all": all, "n": row["n"] ?? .null])
    #expect(back.values["rows"]?.listValue?.first?.mapValue?["c"] == 0)
    let json = try #require(row["j"]?.listValue)
    let same = zip(json, row["n"]?.listValue ?? []).allSatisfy { a, b in
      ExactDecimal(a.json) == ExactDecimal(b.json)
    }
    #expect(same && json.count == texts.count)
  }

  /// Far more rows than memory has room for: all are counted and written, and an expression has no answer.
  @Test func rowsOfAnyNumberAreStreamed() throws {
    let folder = NSTemporaryDirectory() + "runbook-rows-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let secret = "s3cret-value"
    let rows = StepRows(folder: folder, room: 1 << 20, redactor: Redactor(secrets: [secret]))
    rows.begin(["gone"])
    for number in 0..<5000 { rows.take([.int(Int64(number))]) }
    rows.begin(["n", "t"])
    for number in 1...20_000 { rows.take([.int(Int64(number)), .string("\(secret) \(number)")]) }
    #expect(rows.finish())
    #expect(rows.count == 20_000)
    let mark = try #require(rows.incomplete)
    #expect(mark.total == 20_000 && mark.held == Int64(rows.held.count) && mark.held > 1000)
    #expect(rows.held.last?.mapValue?["t"] == .string("\(secret) \(rows.held.count)"))
    let lines = try String(contentsOfFile: folder + "/rows.jsonl", encoding: .utf8)
    #expect(Int64(lines.utf8.count) == rows.size)
    #expect(lines.utf8.count { $0 == UInt8(ascii: "\n") } == 20_000)
    #expect(!lines.holds(secret))
    #expect(lines.ends(with: "{\"n\":20000,\"t\":\"[redacted] 20000\"}\n"))
  }

  /// A secret of digits is one as a number too: in a column, in JSON, in an array.
  @Test func rowsHoldNoSecretNumber() throws {
    let folder = NSTemporaryDirectory() + "runbook-rows-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let rows = StepRows(folder: folder, redactor: Redactor(secrets: ["8675309123"]))
    rows.begin(["i", "j", "a", "d"])
    let secret = Value.int(8_675_309_123)
    for _ in 0..<2000 {
      rows.take([
        secret, .map(ValueMap([("pw", secret), ("n", 7)])), .list([secret, 1_234_567]),
        .double(8_675_309_123),
      ])
    }
    #expect(rows.finish())
    let lines = try String(contentsOfFile: folder + "/rows.jsonl", encoding: .utf8)
    #expect(!lines.holds("8675309123"))
    let mark = #""[redacted]""#
    #expect(
      lines.begins(
        with: #"{"i":\#(mark),"j":{"pw":\#(mark),"n":7},"a":[\#(mark),1234567],"d":\#(mark)}"#
          + "\n"))
  }

  @Test func rowsComeOneByOneFromTheServer() async throws {
    let fixture = try await SQLFixture()
    defer { try? FileManager.default.removeItem(atPath: fixture.evidence) }
    let result = try await fixture.perform(
      """
      SELECT n AS gone FROM generate_series(1, 3000) AS n; SET search_path = ''; SELECT '\\' AS a;
      SELECT n, 'x' || n AS t, NULL::int AS e FROM pg_catalog.generate_series(1, 5000) AS n;
      SET search_path = public
      """)
    #expect(result.values["row_count"] == 5000)
    let rows = try #require(result.values["rows"]?.listValue)
    let last: Value = ["n": 5000, "t": "x5000", "e": .null]
    #expect(rows.count == 5000 && rows.last == last)
    let late = await failure {
      try await fixture.perform("SELECT 1 / (4000 - n) AS q FROM generate_series(1, 5000) AS n")
    }
    #expect(late?.record.code == "22012")
    let one: Value = ["a": 1]
    #expect(try await fixture.perform("SELECT 1 AS a").values["rows"] == .list([one]))
    #expect(try await fixture.perform("SELECT 1 AS a WHERE false").values["row_count"] == 0)
  }
}

extension Step {
  fileprivate func sqlCodes(names: Set<String>) -> [DiagnosticCode] {
    let text = SQLKind.source(of: self).map { SQLText($0, names: names) }
    return text?.diagnostics.map(\.code) ?? []
  }
}
