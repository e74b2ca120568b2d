import RunbookEngine
import RunbookModel
import RunbookTestSupport
import Testing

@testable import RunbookPostgres

/// A value that is captured and bound again is the value that it was, whatever the server takes it for.
@Suite(.enabled(if: TestServer.isAvailable))
struct BoundValueTests {
  private static let types = """
    CREATE DOMAIN document AS jsonb;
    CREATE DOMAIN titled AS document CHECK (jsonb_typeof(VALUE) <> '');
    CREATE DOMAIN moment AS timestamp;
    CREATE TYPE mood AS ENUM ('sad', 'a, b');
    CREATE TYPE pair AS (a int, b text)
    """

  /// Type and value, as SQL has it.
  static let values: [(type: String, text: String)] =
    [
      "[]", "{}", "\"5\"", "\"null\"", "\"{}\"", "\"true\"", "[1,2]", "\"abc\"", "[[]]", "[null]",
      "{\"a\": [1.10, -0, 1e400, \"x\"]}", "\"a\\\"b\\\\c\"", "5", "1.50", "true",
      "12345678901234567890",
      "\"2026-01-01T00:00:00Z\"",
    ].flatMap { text in ["json", "jsonb", "document", "titled"].map { ($0, text) } } + [
      ("jsonb[]", "{}"), ("jsonb[]", "{\"[1,2]\",2,\"\\\"x\\\"\",NULL,\"{}\",\"[]\"}"),
      ("json[]", "{\"[1, 2]\"}"),
      ("jsonb[]", "{{1,2},{3,4}}"), ("jsonb[]", "[0:1]={1,2}"),
      ("document[]", "{\"[1]\",\"\\\"x\\\"\"}"),
      ("int[]", "[2:3]={7,8}"), ("int[]", "{{1,2},{3,NULL}}"), ("int[]", "{}"),
      ("text[]", "{\"[]\",\"{}\",NULL}"),
      ("timestamp", "2026-03-08 02:30:00.123456"), ("timestamp", "infinity"),
      ("moment", "2026-01-01"),
      ("timestamptz", "2026-01-01 00:00:00.123456"), ("timestamptz", "-infinity"),
      ("timestamptz", "0044-03-15 BC"), ("timestamp[]", "{\"2026-01-01 00:00:00\",infinity,NULL}"),
      ("timestamptz[]", "{\"2026-01-01 00:00:00\",infinity,NULL}"), ("date", "2026-01-01"),
      ("time", "24:00:00"), ("timetz", "00:00:00+15:59"),
      ("interval", "1 mon -3 days +04:05:06.789"),
      ("mood", "a, b"), ("mood[]", "{\"a, b\",sad}"), ("pair", "(1,\"x, y\")"),
      ("pair[]", "{\"(1,x)\"}"),
      ("bytea", "\\xdeadbeef"), ("bytea[]", "{\"\\\\x00ff\"}"), ("numeric", "7.00"),
      ("numeric", "NaN"),
      ("numeric[]", "{1.10,NaN}"), ("float8", "-0"), ("float8", "Infinity"), ("name", "x"),
      ("oidvector", "1 2 3"), ("box[]", "{(1,1),(0,0);(3,3),(2,2)}"), ("int4range", "[1,5)"),
      ("bit(4)", "0101"), ("text", "[1]"), ("varchar", "null"),
      ("uuid", "00000000-0000-0000-0000-000000000001"),
    ]

  @Test func isWhatItWas() async throws {
    let fixture = try await SQLFixture(keepsReceipts: false)
    fixture.psql(Self.types)
    fixture.psql("ALTER DATABASE \(fixture.database) SET timezone = 'America/New_York'")
    let columns = Self.values.enumerated().map { "v\($0) \($1.type)" }
    fixture.psql("CREATE TABLE held (id int, \(columns.joined(separator: ", ")))")
    let literals = Self.values.map { "\(SQLQuote.literal($0.text))::\($0.type)" }
    fixture.psql("INSERT INTO held VALUES (1, \(literals.joined(separator: ", ")))")
    let row = try #require(
      try await fixture.perform("SELECT * FROM held").values["rows"]?.listValue?.first?.mapValue)
    for (index, (type, text)) in Self.values.enumerated() {
      let value = try #require(row["v\(index)"])
      for (phase, sql) in [
        (Phase.recovery, "INSERT INTO held (id, v\(index)) VALUES (2, :v)"),
        (.recovery, "UPDATE held SET v\(index) = :v WHERE id = 1"),
      ] {
        try await fixture.perform(sql, phase: phase, id: "step-\(index)", values: ["v": value])
      }
      // The text of `json` is kept as it is written, blanks included: its value counts.
      let asOne = ["json": "jsonb", "json[]": "jsonb[]"][type] ?? type
      let same = try await fixture.perform(
        "SELECT count(*) AS n FROM held WHERE v\(index)::text::\(asOne)::text "
          + "= (\(literals[index]))::text::\(asOne)::text")
      let count = same.values["rows"]?.listValue?.first?.mapValue?["n"]
      #expect(count == 2, "\(type) \(text) became \(value.json)")
      let explicit = try await fixture.perform(
        "SELECT (:v::\(type))::text IS NOT DISTINCT FROM v\(index)::text AS same FROM held WHERE id = 1",
        values: ["v": value])
      #expect(
        explicit.values["rows"]?.listValue?.first?.mapValue?["same"] == true, "\(type) \(text)")
      fixture.psql("DELETE FROM held WHERE id = 2")
    }
  }

  /// Between the two sorts of timestamps the server converts, by the session's zone, as it does without us.
  @Test func isConvertedAsTheServerConverts() async throws {
    let fixture = try await SQLFixture(keepsReceipts: false)
    fixture.psql("ALTER DATABASE \(fixture.database) SET timezone = 'America/New_York'")
    fixture.psql(
      """
      CREATE DOMAIN moment AS timestamp;
      CREATE TABLE ev (at timestamp, z timestamptz, d date, m moment, l timestamp[]);
      INSERT INTO ev VALUES ('2026-01-01 00:00', '2026-01-01 00:00', '2026-01-01', '2026-01-01 00:00',
        '{2026-01-01 00:00}')
      """)
    let read = try await fixture.perform("SELECT at, z, ARRAY[z] AS zs FROM ev")
    let row = try #require(read.values["rows"]?.listValue?.first?.mapValue)
    #expect(row["at"] == "2026-01-01 00:00:00")
    #expect(row["z"] == Timestamp(rfc3339: "2026-01-01T05:00:00Z").map { .timestamp($0) })
    let values = ["at": row["at"] ?? .null, "z": row["z"] ?? .null, "zs": row["zs"] ?? .null]
    for condition in [
      "z = :at", "at = :z", "at = ANY(:zs)", "z = ANY(:zs)", "d = :z::date", "m = :z",
      "at >= :z AND at <= :z",
      "at = :z::timestamp", "coalesce(at, :z) = :at", "at = :at AND z = :z",
      "to_char(:z::timestamptz, 'HH24:MI') = '00:00'", "date_trunc('day', :z::timestamptz) = :z",
      "l = :zs::timestamp[]",
      "at + interval '1 hour' = :z::timestamptz + interval '1 hour'",
    ] {
      let found = try await fixture.perform(
        "SELECT count(*) AS n FROM ev WHERE \(condition)", values: values)
      #expect(found.values["rows"]?.listValue?.first?.mapValue?["n"] == 1, "\(condition)")
    }
    for (phase, fields) in [
      (Phase.recovery, [(String, FieldValue)]()),
      (.recovery, [("transaction", FieldValue.text(.plain("none")))]),
    ] {
      try await fixture.perform(
        "UPDATE ev SET z = :at, at = :z; UPDATE ev SET d = :z, l = :zs; UPDATE ev SET m = :z",
        phase: phase,
        id: "step-\(fields.count)", values: values, fields: fields)
      #expect(
        fixture.psql("SELECT * FROM ev")
          == "2026-01-01 00:00:00|2026-01-01 00:00:00-05|2026-01-01|2026-01-01 00:00:00|"
          + "{\"2026-01-01 00:00:00\"}")
    }
  }

  /// The types are those at the time that the statement runs.
  @Test func isBoundToWhatAnEarlierStatementMade() async throws {
    let fixture = try await SQLFixture(keepsReceipts: false)
    let result = try await fixture.perform(
      """
      CREATE TABLE made (a jsonb);
      INSERT INTO made VALUES (:text);
      ALTER TABLE made ADD b text;
      UPDATE made SET b = :text;
      INSERT INTO made VALUES (:list), (:map);
      SELECT a::text AS a, b FROM made ORDER BY a
      """, phase: .recovery, values: ["text": "[1]", "list": [], "map": ["a": []]])
    #expect(result.values["row_count"] == 3)
    #expect(
      fixture.psql("SELECT string_agg(a::text || coalesce(b, '-'), ' ' ORDER BY a::text) FROM made")
        == "\"[1]\"[1] []- {\"a\": []}-")
  }

  @Test func whatFailsBeforeOrInItEndsTheStep() async throws {
    let fixture = try await SQLFixture(keepsReceipts: false)
    fixture.psql("CREATE TABLE t (a text)")
    for (sql, code) in [
      ("INSERT INTO t VALUES ('x'); SELECT 1/0; INSERT INTO t VALUES (:v)", "22012"),
      (
        "INSERT INTO t VALUES ('x'); INSERT INTO nowhere VALUES (:v); INSERT INTO t VALUES (:v)",
        "42P01"
      ),
      ("INSERT INTO t VALUES ('x'); INSERT INTO t VALUES (:v); SELECT :v::int", "22P02"),
    ] {
      let failure = await failure {
        try await fixture.perform(sql, phase: .recovery, values: ["v": "word"])
      }
      #expect(failure?.record.code == code, "\(sql)")
      #expect(fixture.psql("SELECT count(*) FROM t") == "0")
    }
  }

  @Test func aTextIsReadAsJSONWhereItIsSaidToBe() async throws {
    let fixture = try await SQLFixture()
    let result = try await fixture.perform(
      "SELECT (:v::text::jsonb)->>'a' AS read, jsonb_typeof(:v::jsonb) AS kept",
      values: ["v": "{\"a\": 1}"])
    #expect(result.values["rows"] == [["read": "1", "kept": "string"]])
  }

  /// Elsewhere a name is one parameter, so that an expression of a group is the same one twice.
  @Test func aNameIsOfTheTypeOfEachCast() async throws {
    let fixture = try await SQLFixture()
    let result = try await fixture.perform(
      """
      SELECT :v::jsonb::text AS one, :v:: TEXT AS two, :v::text || x AS three, (:v::text[])[1] AS four,
        count(*) AS n FROM (VALUES ('')) AS t(x) WHERE :v::text <> '' GROUP BY :v::text || x
      """, values: ["v": "{5}"])
    #expect(
      result.values["rows"] == [
        ["one": "\"{5}\"", "two": "{5}", "three": "{5}", "four": "5", "n": 1]
      ])
    let optional = try await fixture.perform(
      "SELECT 1 AS a WHERE 1 = :v::int OR :v IS NULL", values: ["v": 1])
    #expect(optional.values["row_count"] == 1)
  }

  @Test(arguments: [
    Value.list([]), .timestamp(.epoch), .list([.timestamp(.epoch)]),
    .list([.list([.timestamp(.epoch)])]),
  ])
  func aLiteralIsNothingThatTypesReadOtherwise(_ value: Value) async throws {
    let fixture = try await SQLFixture()
    let failure = await failure {
      try await fixture.perform("SELECT :'v'", values: ["v": value])
    }
    #expect(failure?.record.cause == .invalid)
    #expect(failure?.record.hint?.holds(":v") == true)
  }

  @Test func nothingIsMadeOfWhatIsHeldInPart() async throws {
    let fixture = try await SQLFixture()
    for value in [["a": .incomplete(.unreadable("as JSON"))], [.incomplete(.unreadable("x"))]]
      as [Value]
    {
      let failure = await failure {
        try await fixture.perform("SELECT :v::text", values: ["v": value])
      }
      #expect(failure?.record.message.holds("cannot be used") == true)
    }
  }

  /// Any JSON value, also within arrays, is the same document again.
  @Test func aDocumentIsWhatItWas() async throws {
    let fixture = try await SQLFixture(keepsReceipts: false)
    let property = Property(share: 0.2)
    var documents: [Value] = []
    property.each { _, generator in documents.append(Self.document(&generator, depth: 3)) }
    let texts = Value.list(documents.map { .string($0.json) })
    let read = try await fixture.perform(
      "SELECT array_agg(t::jsonb ORDER BY i) AS all FROM unnest(:t::text[]) WITH ORDINALITY AS u(t, i)",
      values: ["t": texts])
    let all = try #require(read.values["rows"]?.listValue?.first?.mapValue?["all"])
    let same = try await fixture.perform(
      """
      SELECT :all::jsonb[] = (SELECT array_agg(t::jsonb ORDER BY i)
        FROM unnest(:t::text[]) WITH ORDINALITY AS u(t, i)) AS same
      """, values: ["all": all, "t": texts])
    #expect(
      same.values["rows"]?.listValue?.first?.mapValue?["same"] == true, "from \(property.seed)")
    for document in documents.prefix(50) {
      let back = try await fixture.perform(
        "SELECT :d::jsonb = :t::text::jsonb AS same",
        values: ["d": document, "t": .string(document.json)])
      #expect(
        back.values["rows"]?.listValue?.first?.mapValue?["same"] == true, "\(document.json)")
    }
  }

  private static func document(_ generator: inout SeededGenerator, depth: Int) -> Value {
    switch generator.below(depth > 0 ? 8 : 5) {
    case 0: .string(HostileText.text(&generator, excluding: ["\0"]))
    case 1: generator.one(of: ["null", "true", "[]", "{}", "5", "", "NULL", "{1}"])
    case 2: .int(Int64(generator.below(1000)) - 500)
    case 3: .bool(generator.below(2) == 0)
    case 4: ExactDecimal("\(generator.below(1000)).\(generator.below(10))0").map(Value.decimal) ?? 1
    case 5, 6:
      .list((0..<generator.below(4)).map { _ in document(&generator, depth: depth - 1) })
    default:
      .map(
        ValueMap(
          (0..<generator.below(3)).map { ("k\($0)", document(&generator, depth: depth - 1)) }))
    }
  }
}
