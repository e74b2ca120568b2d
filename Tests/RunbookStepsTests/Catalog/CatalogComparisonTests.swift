import Foundation
import RunbookEngine
import RunbookModel
import RunbookTestSupport
import Testing

@testable import RunbookPostgres
@testable import RunbookRecovery
@testable import RunbookSandbox

/// Faults on a real database, and what a comparison says of each.
///
/// One after the other: each blocks a thread now and then that others need.
@Suite(.serialized, .enabled(if: TestServer.isAvailable))
struct CatalogComparisonTests {
  struct Fault: Sendable, CustomTestStringConvertible {
    let sql: String
    /// Fates with the objects that they befell, without those that are intact.
    let findings: [String]
    var testDescription: String { sql }
  }

  static let faults = [
    Fault(sql: "SELECT 1", findings: []),
    Fault(
      sql: "DROP TABLE token",
      findings: ["dropped public.token"]),
    Fault(
      sql: #"DROP TABLE "user" CASCADE"#,
      findings: [
        #"dropped public."user""#, #"dependent_lost public.session."session_userId_fkey""#,
        "dependent_lost public.users.users_auth_fkey", "dependent_lost public.newest",
        "dependent_lost public.open_sessions",
      ]),
    Fault(
      sql: "ALTER TABLE token RENAME TO old_token",
      findings: ["renamed public.token"]),
    Fault(
      sql: "CREATE SCHEMA attic; ALTER TABLE token SET SCHEMA attic",
      findings: ["renamed public.token"]),
    Fault(
      sql: "CREATE TABLE copy AS SELECT * FROM token; DROP TABLE token",
      findings: ["dropped public.token"]),
    Fault(
      sql: #"ALTER TABLE "user" DROP COLUMN "aMood""#,
      findings: [#"column_lost public."user"."aMood""#]),
    Fault(
      sql: "ALTER TABLE session DROP COLUMN token",
      findings: [
        "column_lost public.session.token", "dependent_lost public.session.session_token_check",
        "dependent_lost public.session.session_token_key", "dependent_lost public.session_lower",
        "dependent_lost public.session_stats",
        "dependent_lost table column public.session.token",
        "dependent_lost index public.session_lower",
      ]),
    Fault(sql: "TRUNCATE token", findings: ["emptied public.token"]),
    Fault(sql: "DELETE FROM token", findings: ["emptied public.token"]),
    Fault(sql: "DELETE FROM token WHERE id > 5", findings: ["rows_lost public.token"]),
    Fault(sql: "DELETE FROM token WHERE id > 50", findings: []),
    Fault(sql: "DROP TRIGGER touch ON token", findings: ["dependent_lost public.token.touch"]),
    Fault(
      sql: "ALTER TABLE session DISABLE ROW LEVEL SECURITY",
      findings: ["property_lost public.session"]),
    Fault(
      sql: #"REVOKE SELECT ON "user" FROM reader"#,
      findings: [#"dependent_lost table public."user" to reader"#]),
    Fault(
      sql: #"ALTER TABLE "user" ALTER email DROP NOT NULL"#,
      findings: [#"changed public."user".email"#]),
    Fault(
      sql: """
        CREATE FUNCTION f() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM token';
        DROP TABLE token
        """,
      findings: ["dropped public.token", "dependent_lost public.f()"]),
  ]

  @Test(arguments: faults) func tellsWhatBecameOfIt(_ fault: Fault) async throws {
    let database = try await AuthDatabase()
    defer { database.remove() }
    let before = try await database.snapshot()
    database.sql.psql(fault.sql)
    let comparison = try await database.comparison(with: before)
    let found = comparison.findings.filter { $0.fate != .intact }
      .map { "\($0.fate.rawValue) \($0.object.identity)" }
    #expect(found.sorted() == fault.findings.sorted())
    let isLoss = fault.findings.contains { !$0.begins(with: "changed") }
    #expect(comparison.isDamaged == isLoss)
  }

  /// Every row counts, also one that is the same as another: none hides or makes up for one.
  @Test(
    arguments: [
      ("SELECT 1", 0, 0, "is as it was"),
      (
        "INSERT INTO twin SELECT * FROM twin", 0, 6,
        "is defined as it was; of its 6 rows 0 are gone, and 6 are new"
      ),
      ("DELETE FROM twin WHERE a = 1 AND ctid <> (SELECT min(ctid) FROM twin)", 2, 0, nil),
      ("UPDATE twin SET a = 2 WHERE a = 1", 3, 3, nil),
      ("UPDATE twin SET a = 3 - a", 6, 6, nil),
      // As many rows, in as many groups.
      ("UPDATE twin SET a = 3 WHERE ctid = (SELECT min(ctid) FROM twin WHERE a = 1)", 1, 1, nil),
    ] as [(String, Int64, Int64, String?)])
  func rowsAreComparedAsOftenAsTheyAreThere(
    _ change: String, _ gone: Int64, _ new: Int64, _ words: String?
  ) async throws {
    let fixture = try await SQLFixture()
    fixture.psql(
      "CREATE TABLE twin (a int, b text); INSERT INTO twin VALUES (1, 'x'), (1, 'x'), (1, 'x'), (2, NULL), (2, NULL), (3, 'x')"
    )
    func snapshot() async throws -> CatalogSnapshot {
      try await fixture.gateway.snapshot(of: "main", counting: .contents, in: fixture.context())
    }
    // As it is read from a file, too.
    let before = try CatalogSnapshot(try Value(json: try await snapshot().value.json))
    fixture.psql(change)
    let comparison = CatalogComparison(
      expected: before, actual: try await snapshot(), names: nil)
    let row = comparison.values["rows"]?.listValue?.first?.mapValue
    #expect(row?["gone"] == .int(gone) && row?["new"] == .int(new), "\(row?["gone"] ?? .null)")
    let found = comparison.findings(.intact) + comparison.findings(.rowsLost)
    let finding = try #require(found.first)
    #expect(finding.detail.holds("is as it was") == (gone + new == 0))
    if let words { #expect(finding.detail == "twin \(words)") }
  }

  /// No sentence says more of rows than was looked at.
  @Test(arguments: [
    (CatalogSnapshot.Counting.contents, "is as it was"),
    (.keys, "is defined as it was, with rows of the same keys"),
    (.exact, "is defined as it was, with as many rows"),
    (.none, "is defined as it was; its rows were not compared"),
  ])
  func saysWhatIsKnownOfRows(_ counting: CatalogSnapshot.Counting, _ words: String) async throws {
    let fixture = try await SQLFixture()
    fixture.psql("CREATE TABLE t (a int PRIMARY KEY); INSERT INTO t VALUES (1)")
    func snapshot() async throws -> CatalogSnapshot {
      try await fixture.gateway.snapshot(of: "main", counting: counting, in: fixture.context())
    }
    let before = try await snapshot()
    let same = CatalogComparison(expected: before, actual: try await snapshot(), names: nil)
    #expect(same.findings.map(\.detail) == ["t \(words)"])
    fixture.psql("INSERT INTO t VALUES (2)")
    let more = CatalogComparison(expected: before, actual: try await snapshot(), names: nil)
    let detail = try #require(more.findings.first?.detail)
    #expect(counting == .none ? detail == "t \(words)" : detail != "t \(words)")
  }

  /// A mark is no number and no definition.
  @Test func withASecretTakenOutNothingIsComparedWithIt() async throws {
    let fixture = try await SQLFixture()
    fixture.psql(
      "CREATE TABLE t (a int PRIMARY KEY, b text DEFAULT 'hunter2-Secret'); INSERT INTO t VALUES (1)"
    )
    defer { try? FileManager.default.removeItem(atPath: fixture.evidence) }
    let snapshot = try await fixture.gateway.snapshot(
      of: "main", counting: .keys, in: fixture.context())
    let number = try #require(snapshot.rows["public.t"]?.keys?.first)
    for secret in ["hunter2-Secret", "\(number.magnitude)"] {
      let redacted = Redactor(secrets: [secret]).redact(snapshot.value)
      try #require(Redactor.hasMark(redacted))
      let error = #expect(throws: CatalogSnapshotError.self) { try CatalogSnapshot(redacted) }
      #expect(error?.message.holds("secrets were taken out of it") == true)
    }
    let result = try await SnapshotActivity(
      gateway: fixture.gateway, source: "main", counting: .exact
    ).perform(in: fixture.context(redactor: Redactor(secrets: ["hunter2-Secret"])))
    #expect(result.notices.count == 1)
  }

  @Test(arguments: [
    #"{"table":"t","count":"3","counting":"exact"}"#, #"{"table":"t","count":3,"counting":"x"}"#,
    #"{"table":"t","count":3,"counting":"exact","keys":[1,"2"]}"#,
    #"{"table":"t","count":3,"counting":"exact","keys":[1],"keys_of":"x"}"#,
    #"{"table":"t","count":3,"counting":"exact"},{"table":"t","count":4,"counting":"exact"}"#,
    #"{"count":3,"counting":"exact"}"#, "1",
  ]) func rowsOfAFileAreReadOrRefused(_ rows: String) throws {
    let empty = CatalogSnapshot(
      database: "d", serverVersion: "15", takenAt: nil, objects: [], rows: [:], positions: [:])
    #expect(throws: CatalogSnapshotError.self) {
      try CatalogSnapshot(
        try Value(
          json: """
            {"format":"runbook-catalog","version":2,"fingerprint":"\(empty.fingerprint.hex)",
            "sequences":[],"objects":[],"rows":[\(rows)]}
            """))
    }
  }

  @Test func saysWhereARenamedTableIs() async throws {
    let database = try await AuthDatabase()
    defer { database.remove() }
    let before = try await database.snapshot()
    database.sql.psql("ALTER TABLE token RENAME TO old_token")
    let finding = try #require(
      try await database.comparison(with: before).findings(.renamed).first)
    #expect(finding.foundAs == "public.old_token" && finding.isCertain)
    #expect(finding.detail == "token is called old_token now")
  }

  @Test func readsABackupAsTheDatabaseItWasMadeOf() async throws {
    let database = try await AuthDatabase()
    defer { database.remove() }
    let live = try await database.snapshot()
    let answer = try await ExpectedCatalog(
      path: database.archive, environment: [:], servers: PostgresSandbox(environment: [:]),
      now: testNow
    ).read(name: "test-\(database.sql.database)", counting: nil)
    #expect(answer.troubles == [])
    let comparison = CatalogComparison(expected: answer.snapshot, actual: live, names: nil)
    #expect(comparison.findings.filter { $0.fate != .intact }.map(\.detail) == [])
    #expect(comparison.equalCount == live.objects.count)
    #expect(answer.snapshot.rows.mapValues(\.count) == live.rows.mapValues(\.count))
    // A new database has the server's own privileges, and no other object.
    #expect(answer.snapshot.fingerprint == live.fingerprint)
  }

  @Test func readsItsOwnFile() async throws {
    let database = try await AuthDatabase()
    defer { database.remove() }
    let snapshot = try await database.snapshot()
    let read = try CatalogSnapshot(Value(json: snapshot.value.prettyJSON))
    #expect(read.value.json == snapshot.value.json)
    #expect(read.fingerprint == snapshot.fingerprint)
    #expect(read.takenAt == snapshot.takenAt)
    let forged = snapshot.value.json.replacingAll("who is signed in", with: "who was")
    #expect(throws: CatalogSnapshotError.self) { _ = try CatalogSnapshot(Value(json: forged)) }
  }

  @Test func leavesOutWhatIsOurs() async throws {
    let database = try await AuthDatabase()
    defer { database.remove() }
    let before = try await database.snapshot()
    try await database.sql.gateway.prepareReceipts("main")
    #expect(try await database.snapshot().fingerprint == before.fingerprint)
  }
}
