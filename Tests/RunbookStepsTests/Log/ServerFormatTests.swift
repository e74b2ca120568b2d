import RunbookEngine
import RunbookModel
import Testing

@testable import RunbookLogs
@testable import RunbookRecovery
@testable import RunbookSystem

/// PostgreSQL's `csvlog` and `jsonlog`.
@Suite struct ServerFormatTests {
  private let fixture: LogFixture

  init() throws { fixture = try LogFixture() }

  private func read(
    _ log: String, _ format: String, _ more: KeyValuePairs<String, FieldValue> = [:]
  ) async throws -> StepResult { try await fixture.read(log, format, more) }

  private static let csv = #"""
    2025-10-18 22:01:12.900 UTC,,,400,,68f40e18.190,1,,2025-10-18 22:01:12 UTC,,0,LOG,00000,"database system is ready to accept connections",,,,,,,,,"","postmaster",,0
    2025-10-18 22:01:13.123 UTC,"app","main",412,"[local]",68f40e19.19c,3,"idle",2025-10-18 22:01:13 UTC,3/15,0,LOG,00000,"statement: 
    DROP TABLE
      ""session"", ""a,b""
    2025-10-18 22:01:13.999 UTC,not a record",,,,,,,,,"alembic","client backend",,0
    2025-10-18 22:04:02.500 UTC,"app","main",413,"10.0.0.1:5",68f40e19.19d,1,"SELECT",2025-10-18 22:04:02 UTC,4/2,0,ERROR,42P01,"relation ""session"" does not exist",,"A hint.",,,"PL/pgSQL function f()","SELECT *
    FROM ""session""",15,,"web"
    """#

  private static let csvRows = [
    "2025-10-18T22:01:12.900Z LOG:  database system is ready to accept connections",
    "2025-10-18T22:01:13.123Z LOG:  statement: DROP TABLE \"session\", \"a,b\" "
      + "2025-10-18 22:01:13.999 UTC,not a record",
    "2025-10-18T22:04:02.500Z ERROR:  relation \"session\" does not exist HINT:  A hint. "
      + "CONTEXT:  PL/pgSQL function f() STATEMENT:  SELECT * FROM \"session\"",
  ]

  @Test func readsCSVWithLineBreaksInItsFields() async throws {
    let result = try await read(Self.csv, "csvlog")
    #expect(result.rows == Self.csvRows)
    #expect(result.notices == [])
    #expect(result.timeline.map(\.source).first == "PostgreSQL log")
    #expect(result.event(0)?["user"] == nil)
    #expect(result.event(1)?["user"] == "app")
    #expect(result.event(1)?["database"] == "main")
    #expect(result.event(1)?["pid"] == 412)
    #expect(result.event(2)?["level"] == "ERROR")
  }

  @Test(arguments: [
    (#"(?i)drop table "session""#, [1]), ("STATEMENT:  SELECT", [2]), ("ERROR: ", [2]),
    ("HINT", [2]), (#"LOG:  database"#, [0]), ("(?i)DETAIL", []), ("session|ready", [0, 1, 2]),
  ])
  func matchesWhatItShows(_ pattern: String, _ indices: [Int]) async throws {
    let result = try await read(Self.csv, "csvlog", ["match": KindFixture.text(pattern)])
    #expect(result.rows == indices.map { Self.csvRows[$0] })
  }

  @Test(arguments: [22, 23, 24, 26, 30])
  func takesTheColumnsOfAnyVersion(_ count: Int) async throws {
    var columns = (0..<count).map { _ in "" }
    columns[0] = "2025-10-18 22:01:13.123 UTC"
    columns[3] = "412"
    columns[11] = "FATAL"
    columns[13] = "\"x, y\""
    let result = try await read(columns.joined(separator: ",") + "\n", "csvlog")
    #expect(result.rows == ["2025-10-18T22:01:13.123Z FATAL:  x, y"])
  }

  @Test(arguments: [
    "2025-10-18 22:01:13.123 UTC,,,412,,,,,,,,LOG,00000,\"cut short", "a,b,c", "",
    "2025-10-18 22:01:13.123 UTC,,,pid,,,,,,,,LOG,00000,\"x\"",
  ])
  func givesNoEventOfHalfARecord(_ log: String) async throws {
    #expect(try await read(log, "csvlog").values["count"] == 0)
  }

  private static let json = #"""
    {"timestamp":"2025-10-18 22:01:13.123 UTC","user":"app","dbname":"main","pid":412,"remote_host":"[local]","session_id":"68f40e19.19c","line_num":3,"ps":"idle","error_severity":"LOG","message":"statement: DROP TABLE\n\t\"session\"","application_name":"alembic","backend_type":"client backend","query_id":0}
    {"timestamp":"2025-10-18 22:04:02.500 CEST","pid":413,"error_severity":"ERROR","state_code":"23505","message":"duplicate key","detail":"Key (id)=(1) already exists.","statement":"INSERT INTO t"}
    {"timestamp":"2025-10-18 22:04:02.500 UTC","message":"of another program"}
    """#

  @Test func readsJSON() async throws {
    let result = try await read(Self.json, "jsonlog")
    #expect(
      result.rows == [
        "2025-10-18T22:01:13.123Z LOG:  statement: DROP TABLE \"session\"",
        "2025-10-18T20:04:02.500Z ERROR:  duplicate key DETAIL:  Key (id)=(1) already exists. "
          + "STATEMENT:  INSERT INTO t",
      ])
    #expect(result.event(0)?["user"] == "app")
    #expect(result.event(0)?["database"] == "main")
    #expect(result.event(0)?["pid"] == 412)
    #expect(result.notices == ["1 lines were left out: no `error_severity`, which a jsonlog has"])
  }

  @Test(arguments: [
    (#"TABLE "session""#, 1), ("DETAIL:  Key", 1), ("(?i)key", 1), ("timestamp", 0),
  ])
  func matchesJSONAsItIsShown(_ pattern: String, _ count: Int64) async throws {
    let result = try await read(Self.json, "jsonlog", ["match": KindFixture.text(pattern)])
    #expect(result.values["count"] == .int(count))
  }
}
