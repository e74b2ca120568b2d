import Foundation
import RunbookEngine
import RunbookModel
import RunbookPostgres
import RunbookTestSupport
import Testing

@Suite(.enabled(if: TestServer.isAvailable))
struct SQLPerformTests {
  @Test func givesTypedRows() async throws {
    let fixture = try await SQLFixture()
    let result = try await fixture.perform(
      """
      SELECT true AS b, 1::int2 AS i2, 2::int4 AS i4, 3::int8 AS i8, 4::oid AS o, 1.5::float8 AS f,
        3.00::numeric AS whole, 0.25::numeric AS part, 'x'::text AS t, NULL::int AS n,
        timestamptz '2025-10-18 22:01:13.5+02' AS at, timestamp '2025-10-18 22:01:13' AS local,
        timestamptz 'infinity' AS forever, '{"a":[1,null]}'::jsonb AS j,
        ARRAY[[1,2],[3,NULL]] AS grid, ARRAY['a "b"','c\\d',NULL,'NULL']::text[] AS texts,
        '{}'::int[] AS none, date '2025-10-18' AS d
      """)
    let row = try #require(result.values["rows"]?.listValue?.first?.mapValue)
    #expect(row["b"] == true)
    #expect(row["i2"] == 1 && row["i4"] == 2 && row["i8"] == 3 && row["o"] == 4)
    #expect(row["f"] == 1.5)
    #expect(row["whole"]?.json == "3.00")
    #expect(row["part"] == ExactDecimal("0.25").map { .decimal($0) })
    #expect(row["t"] == "x")
    #expect(row["n"] == .null)
    #expect(row["at"] == Timestamp(rfc3339: "2025-10-18T20:01:13.5Z").map { .timestamp($0) })
    #expect(row["local"] == "2025-10-18 22:01:13")
    #expect(row["forever"] == "infinity")
    #expect(row["j"] == ["a": [1, nil]])
    #expect(row["grid"] == [[1, 2], [3, nil]])
    #expect(row["texts"] == ["a \"b\"", "c\\d", nil, "NULL"])
    #expect(row["none"] == [])
    #expect(row["d"] == "2025-10-18")
    #expect(result.values["row_count"] == 1)
    #expect(result.values["columns"]?.listValue?.count == 18)
    #expect(result.evidence.count == 1)
  }

  @Test func bindsValuesSafely() async throws {
    let fixture = try await SQLFixture()
    let result = try await fixture.perform(
      """
      SELECT :name AS name, :number::int + 1 AS number, :list::text[] AS list,
        :'name' AS quoted, :nothing::text IS NULL AS nothing, :at::timestamptz AS at,
        '{1,2,3}'::int[] AS :"column", (ARRAY[1,2,3])[1:2] AS slice -- not :this
      """,
      values: [
        "name": "Robert'); DROP TABLE x; --\\", "number": 41, "list": ["a,b", "\"c\""],
        "nothing": nil, "at": .timestamp(.epoch), "column": "od\"d",
      ])
    let row = try #require(result.values["rows"]?.listValue?.first?.mapValue)
    #expect(row["name"] == "Robert'); DROP TABLE x; --\\")
    #expect(row["quoted"] == "Robert'); DROP TABLE x; --\\")
    #expect(row["number"] == 42)
    #expect(row["list"] == ["a,b", "\"c\""])
    #expect(row["nothing"] == true)
    #expect(row["at"] == .timestamp(.epoch))
    #expect(row["od\"d"] == [1, 2, 3])
    #expect(row["slice"] == [1, 2])
  }

  /// Whatever is put into a text of SQL by name is what the server itself would put there.
  @Test func aNumberIsWrittenAsTheServerWroteIt() async throws {
    let fixture = try await SQLFixture()
    let numbers =
      "7.00::numeric(10,2), 7.10::numeric, 0::numeric(9,4), 1e30::numeric, 1e-30::numeric, 7::float8, "
      + "-0.5::float8, 1e15::float8, 1e-7::float8, 123456789012345678::float8, 12::int8, 7.0::numeric"
    let list = numbers.components(separatedBy: ", ")
    let columns = list.enumerated().map { "\($1) AS c\($0), (\($1))::text AS t\($0)" }
    let read = try await fixture.perform("SELECT " + columns.joined(separator: ", "))
    let row = try #require(read.values["rows"]?.listValue?.first?.mapValue)
    for (index, number) in list.enumerated() {
      let back = try await fixture.perform(
        "SELECT 'is ' || :'c' AS t, :c::text AS p, ('[' || :'j' || ']')::jsonb->>0 AS j",
        values: ["c": row["c\(index)"] ?? .null, "j": .string(row["c\(index)"]?.json ?? "")])
      let texts = try #require(back.values["rows"]?.listValue?.first?.mapValue)
      let wanted = try #require(row["t\(index)"]?.stringValue)
      #expect(texts["t"]?.stringValue == "is " + wanted, "\(number)")
      #expect(texts["p"]?.stringValue == wanted, "\(number)")
      if number.holds("numeric") { #expect(texts["j"]?.stringValue == wanted, "\(number)") }
    }
  }

  @Test(arguments: [Phase.timeline, .detection, .verification])
  func serverRefusesChangesInReadOnlyPhases(phase: Phase) async throws {
    let fixture = try await SQLFixture()
    fixture.psql("CREATE TABLE t AS SELECT 1 AS a")
    let failure = await failure {
      try await fixture.perform("SELECT 1;\nDELETE FROM t", phase: phase)
    }
    #expect(failure?.record.cause == .refused)
    #expect(failure?.record.code == "25006")
    #expect(failure?.record.message.holds("runbook.yaml:12:7") == true)
    #expect(fixture.psql("SELECT count(*) FROM t") == "1")
  }

  /// Ways by which a text that reads may write.
  private static let hiddenWriters = [
    "SELECT * FROM seen", "SELECT 1 OPERATOR(public.@@@) 2", "SELECT (1, 2)::pair::text",
    "SELECT (row(1, 2)::pair).noted", "SELECT 5::noting", "TABLE seen",
    "WITH a AS (SELECT * FROM seen) SELECT count(*) FROM a", "SELECT 1 WHERE 2 OPERATOR(@@@) 3 > 0",
  ]

  private func withHiddenWriters() async throws -> SQLFixture {
    let fixture = try await SQLFixture()
    fixture.psql(
      """
      CREATE TABLE noted_at (a int);
      CREATE FUNCTION note(int) RETURNS int LANGUAGE sql VOLATILE AS
        'INSERT INTO public.noted_at VALUES ($1) RETURNING a';
      CREATE VIEW seen AS SELECT note(1) AS a;
      CREATE FUNCTION note_sum(int, int) RETURNS int LANGUAGE sql VOLATILE AS 'SELECT note($1 + $2)';
      CREATE OPERATOR @@@ (LEFTARG = int, RIGHTARG = int, FUNCTION = note_sum);
      CREATE TYPE pair AS (a int, b int);
      CREATE FUNCTION noted(pair) RETURNS int LANGUAGE sql VOLATILE AS 'SELECT note($1.a)';
      CREATE FUNCTION pair_text(pair) RETURNS text LANGUAGE sql VOLATILE AS
        'SELECT note($1.a)::text';
      CREATE CAST (pair AS text) WITH FUNCTION pair_text(pair);
      CREATE DOMAIN noting AS int CHECK (note(VALUE) > 0)
      """)
    try await fixture.gateway.prepareReceipts("main")
    return fixture
  }

  @Test(arguments: hiddenWriters)
  func whatReadsByItsTextCannotWriteInRecovery(sql: String) async throws {
    let fixture = try await withHiddenWriters()
    let activity = try fixture.activity(sql, phase: .recovery)
    #expect(activity.effect == .readOnly)
    #expect(activity.settlingMeans == .repeatable)
    let failure = await failure { try await fixture.perform(sql, phase: .recovery) }
    #expect(failure?.record.code == "25006")
    #expect(failure?.record.hint?.holds("effect: mutating") == true)
    #expect(fixture.psql("SELECT count(*) FROM noted_at") == "0")
  }

  @Test(arguments: hiddenWriters)
  func theAuthorsWordMakesItAChangeWithAReceipt(sql: String) async throws {
    let fixture = try await withHiddenWriters()
    let activity = try fixture.activity(sql, phase: .recovery, effect: .mutating)
    #expect(activity.effect == .mutating)
    let result = try await fixture.perform(sql, phase: .recovery, effect: .mutating)
    #expect(result.hasReceipt)
    #expect(fixture.psql("SELECT count(*) FROM noted_at") == "1")
  }

  @Test func serverRefusesToMakeTheTransactionReadWrite() async throws {
    let fixture = try await SQLFixture()
    let failure = await failure {
      try await fixture.perform(
        "SELECT set_config('transaction_read_only', 'off', true); CREATE TABLE t (a int)")
    }
    #expect(failure?.record.code == "25001")
    #expect(fixture.psql("SELECT to_regclass('t') IS NULL") == "t")
    #expect(throws: StepFailure.self) {
      try fixture.activity("SET TRANSACTION READ WRITE; CREATE TABLE t (a int)")
    }
  }

  @Test func resetsTheSessionAfterEachStep() async throws {
    let fixture = try await SQLFixture(keepsReceipts: false)
    try await fixture.perform(
      "SELECT set_config('search_path', '', false); CREATE TEMP TABLE left_over (a int)",
      phase: .recovery)
    let result = try await fixture.perform(
      """
      SELECT current_setting('search_path') AS path, to_regclass('pg_temp.left_over') IS NULL AS gone,
        current_setting('application_name') AS name
      """)
    let row = try #require(result.values["rows"]?.listValue?.first?.mapValue)
    #expect(row["path"] == "\"$user\", public")
    #expect(row["gone"] == true)
    #expect(row["name"] == "runbook run-1 step")
  }

  @Test func rollsTrialsBackAndChecksDeferredConstraints() async throws {
    let fixture = try await SQLFixture()
    fixture.psql(
      """
      CREATE TABLE p (a int PRIMARY KEY);
      CREATE TABLE c (a int REFERENCES p DEFERRABLE INITIALLY DEFERRED)
      """)
    let result = try await fixture.perform(
      "INSERT INTO p VALUES (1); INSERT INTO c VALUES (1) RETURNING a", phase: .verification,
      trial: true)
    #expect(result.values["affected"] == 2)
    #expect(fixture.psql("SELECT count(*) FROM p") == "0")
    let failure = await failure {
      try await fixture.perform("INSERT INTO c VALUES (2)", phase: .verification, trial: true)
    }
    #expect(failure?.record.code == "23503")
    #expect(fixture.psql("SELECT count(*) FROM c") == "0")
  }

  @Test func runsOutsideOfATransactionWhenToldTo() async throws {
    let fixture = try await SQLFixture()
    fixture.psql("CREATE TABLE t AS SELECT 1 AS a")
    let none = [("transaction", FieldValue.text(.plain("none")))]
    try await fixture.perform(
      "CREATE INDEX CONCURRENTLY i ON t (a); VACUUM t", phase: .recovery, fields: none)
    #expect(fixture.psql("SELECT to_regclass('i') IS NOT NULL") == "t")
    let failure = await failure {
      try await fixture.perform(
        "CREATE TABLE one (a int); SELECT * FROM nowhere", phase: .recovery, fields: none)
    }
    #expect(failure?.record.detail?.holds("1 of 2 statements had taken effect") == true)
  }

  @Test func capturesNoticesAndKeepsErrorsWhole() async throws {
    let fixture = try await SQLFixture(keepsReceipts: false)
    let result = try await fixture.perform(
      "DO $$ BEGIN RAISE NOTICE 'two\nlines'; END $$", phase: .recovery)
    #expect(result.notices == ["NOTICE: two\nlines"])
    #expect(fixture.lines.texts == ["NOTICE: two\nlines"])
    let failure = await failure {
      try await fixture.perform(
        "DO $$ BEGIN RAISE 'first\nsecond' USING HINT = 'try'; END $$", phase: .recovery)
    }
    #expect(failure?.record.message.begins(with: "first\nsecond") == true)
    #expect(failure?.record.hint == "try")
    #expect(failure?.record.code == "P0001")
  }

  @Test func tellsThePlaceThatTheServerPointsAt() async throws {
    let fixture = try await SQLFixture()
    let failure = await failure {
      try await fixture.perform(
        "SELECT 1;\nSELECT :é, nowhere FROM pg_class".replacingAll("é", with: "long_name"),
        values: ["long_name": "é"])
    }
    #expect(failure?.record.code == "42703")
    #expect(failure?.record.message.holds("(runbook.yaml:12:26)") == true)
  }

  @Test func holdsManyRowsAndKeepsThemInAFile() async throws {
    let fixture = try await SQLFixture()
    let result = try await fixture.perform("SELECT n FROM generate_series(1, 1500) AS n")
    #expect(result.values["rows"]?.listValue?.count == 1500)
    #expect(result.storedLimits["rows"]?.items == 1000)
    #expect(result.values["row_count"] == 1500)
    let file = try String(contentsOfFile: fixture.evidence + "/rows.jsonl", encoding: .utf8)
    #expect(file.pieces(separatedBy: "\n").count == 1500)
    #expect(file.ends(with: "{\"n\":1500}\n"))
    try FileManager.default.removeItem(atPath: fixture.evidence)
  }

  @Test func readsTheTimeline() async throws {
    let fixture = try await SQLFixture()
    let result = try await fixture.perform(
      "SELECT timestamptz '2025-10-18 22:01:00+00' AS at, 'dropped' AS event, true AS damage",
      phase: .timeline)
    let row = try #require(result.timeline.first)
    #expect(row.text == "dropped" && row.isDamage)
  }

  @Test func saysWhatHasNoTimeForTheTimeline() async throws {
    let fixture = try await SQLFixture()
    let result = try await fixture.perform(
      "SELECT timestamp '2025-10-18 22:01:00' AS at, 'dropped' AS event", phase: .timeline)
    #expect(result.timeline.isEmpty)
    #expect(result.notices.first?.holds("1 row is not in the timeline") == true)
    #expect(fixture.lines.texts == result.notices)
  }

  @Test func narrowsReadOnlyPhasesToTheRole() async throws {
    let server = try #require(TestServer.shared)
    let name = "reader_\(UUID().uuidString.prefixOfScalars(8).lowercased())"
    server.psql("CREATE ROLE \(name)", database: "postgres")
    let fixture = try await SQLFixture(readOnlyRole: name, keepsReceipts: false)
    fixture.psql("CREATE TABLE secret (a int)")
    let failure = await failure { try await fixture.perform("SELECT * FROM secret") }
    #expect(failure?.record.code == "42501")
    try await fixture.perform("INSERT INTO secret VALUES (1)", phase: .recovery)
  }
}

/// The failure that a performance ends with.
func failure(_ body: () async throws -> some Any) async -> StepFailure? {
  do {
    _ = try await body()
    return nil
  } catch {
    return error as? StepFailure
  }
}

extension SourceText {
  static func plain(_ text: String) -> SourceText {
    SourceText(text, at: Place(file: "runbook.yaml", line: 1, column: 1), layout: .line)
  }
}
