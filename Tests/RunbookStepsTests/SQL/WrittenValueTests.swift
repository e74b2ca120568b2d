import RunbookEngine
import RunbookModel
import RunbookTestSupport
import Testing

@testable import RunbookPostgres

/// What a function of the database does to the settings by which values are written.
@Suite(.enabled(if: TestServer.isAvailable))
struct WrittenValueTests {
  private static let settings = [
    ("extra_float_digits", "-10"), ("bytea_output", "escape"), ("IntervalStyle", "iso_8601"),
    ("DateStyle", "German"), ("array_nulls", "off"), ("quote_all_identifiers", "on"),
    ("xmloption", "document"), ("transform_null_equals", "on"), ("client_encoding", "LATIN1"),
  ]
  private static let values =
    "SELECT 0.1::float8 + 0.2::float8 AS f, '\\x00ff'::bytea AS b, interval '90 minutes' AS i, "
    + "timestamp '2025-10-18 22:01:13' AS t, 'é' AS e"

  private static func fixture(_ name: String, _ value: String) async throws -> SQLFixture {
    let fixture = try await SQLFixture(keepsReceipts: false)
    fixture.psql(
      """
      CREATE FUNCTION sets() RETURNS text LANGUAGE sql AS
        $$ SELECT set_config('\(name)', '\(value)', false) $$;
      CREATE VIEW setting AS SELECT sets() AS one
      """)
    return fixture
  }

  @Test(arguments: settings)
  func failsWhereTheStatementHasItsOwnRowsWrittenOtherwise(name: String, value: String)
    async throws
  {
    let fixture = try await Self.fixture(name, value)
    for (sql, phase, fields) in [
      ("SELECT sets(), 0.1::float8 + 0.2::float8 AS f", Phase.detection, [(String, FieldValue)]()),
      ("SELECT 1; SELECT one FROM setting", .detection, []),
      ("SELECT one FROM setting", .recovery, []),
      ("SELECT one FROM setting", .recovery, [("transaction", FieldValue.text(.plain("none")))]),
    ] {
      let failure = await failure {
        try await fixture.perform(sql, phase: phase, fields: fields)
      }
      #expect(failure?.record.cause == .invalid, "\(sql)")
      #expect(failure?.record.message.holds("changed \(name)") == true, "\(sql)")
    }
  }

  /// These are the session's and the step's own: they only must not change while rows are written.
  private static let own = [
    ("TimeZone", "JST-9"), ("xmlbinary", "hex"), ("lc_monetary", "POSIX"),
  ]

  @Test(arguments: own)
  func failsWhereTheStatementChangesWhatIsItsSessions(name: String, value: String) async throws {
    let fixture = try await Self.fixture(name, value)
    let outside = [("transaction", FieldValue.text(.plain("none")))]
    for (sql, phase, fields) in [
      ("SELECT sets(), now() AS n", Phase.detection, [(String, FieldValue)]()),
      ("SELECT 1; SELECT one FROM setting", .recovery, []),
      ("SELECT one FROM setting", .recovery, outside),
    ] {
      let failure = await failure {
        try await fixture.perform(sql, phase: phase, fields: fields)
      }
      #expect(failure?.record.cause == .invalid, "\(sql)")
      #expect(failure?.record.message.holds("changed \(name)") == true, "\(sql)")
      _ = try await fixture.perform(
        "SELECT sets(); SELECT now() AS n", phase: phase, fields: fields)
    }
  }

  @Test(arguments: settings + own)
  func failsWhereACursorHasItsRowsWrittenOtherwise(name: String, value: String) async throws {
    let fixture = try await Self.fixture(name, value)
    let failure = await failure {
      try await fixture.perform("DECLARE c CURSOR FOR SELECT one FROM setting; FETCH c")
    }
    #expect(failure?.record.cause == .invalid)
    #expect(failure?.record.message.holds("changed \(name)") == true)
  }

  @Test(arguments: settings)
  func writesTheNextStatementsRowsAsEver(name: String, value: String) async throws {
    let fixture = try await Self.fixture(name, value)
    for (phase, fields) in [
      (Phase.detection, [(String, FieldValue)]()), (.recovery, []),
      (.recovery, [("transaction", FieldValue.text(.plain("none")))]),
    ] {
      let result = try await fixture.perform(
        "SELECT sets(); \(Self.values)", phase: phase, id: "\(phase)-\(fields.count)",
        fields: fields)
      let row = try #require(result.values["rows"]?.listValue?.first?.mapValue)
      #expect(row["f"] == 0.30000000000000004)
      #expect(row["b"] == "\\x00ff")
      #expect(row["i"] == "01:30:00")
      #expect(row["t"] == "2025-10-18 22:01:13")
      #expect(row["e"] == "é")
    }
  }
}
