import RunbookEngine
import RunbookModel
import RunbookTestSupport
import Testing

@testable import RunbookSteps

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
      path: database.archive, environment: [:], now: testNow
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
