import Foundation
import RunbookEngine
import RunbookModel
import RunbookTestSupport
import Testing

@testable import RunbookPostgres
@testable import RunbookRecovery

/// Whoever owns a type may have made casts of it: the program's own questions call none of them.
@Suite(.serialized, .enabled(if: TestServer.isAvailable))
struct UserCodeTests {
  /// For a type, casts to and from all that a question could write it as, each an error.
  private static func casts(of type: String) -> String {
    let others = ["text", "varchar", "json", "jsonb", "int8", "bytea"]
    return others.map { other in
      """
      CREATE FUNCTION evil_out(\(type), out \(other)) LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'evil cast to \(other)'; END $$;
      """.replacingAll("evil_out", with: "\"evil \(type) to \(other)\"")
        + "CREATE CAST (\(type) AS \(other)) WITH FUNCTION \"evil \(type) to \(other)\" AS IMPLICIT;"
          + """
          CREATE FUNCTION "evil \(other) to \(type)"(\(other), out \(type)) LANGUAGE plpgsql AS
            $$ BEGIN RAISE EXCEPTION 'evil cast from \(other)'; END $$;
          CREATE CAST (\(other) AS \(type)) WITH FUNCTION "evil \(other) to \(type)" AS IMPLICIT;
          """
    }.joined(separator: "\n")
  }

  private static let tables = """
    CREATE TYPE mood AS ENUM ('good', 'bad');
    CREATE TYPE pair AS (a int, b mood);
    CREATE TYPE span AS RANGE (subtype = int4);
    CREATE DOMAIN word AS text;
    CREATE TABLE t (z mood PRIMARY KEY, p pair, s span, w word, l mood[], n numeric, j json, "A b" int);
    INSERT INTO t VALUES ('good', (1, 'bad'), '[1,2]', 'x', '{good}', 1.50, '{"a":1}', 1),
      ('bad', NULL, NULL, '', NULL, NULL, NULL, NULL);
    """

  @Test(arguments: CatalogSnapshot.Counting.allCases)
  func aSnapshotCallsNoCast(_ counting: CatalogSnapshot.Counting) async throws {
    let fixture = try await SQLFixture()
    fixture.psql(Self.tables)
    fixture.psql(["mood", "pair", "span", "t"].map(Self.casts).joined(separator: "\n"))
    try #require(fixture.psql("SELECT count(*) >= 48 FROM pg_cast WHERE oid > 16384") == "t")
    // Without this it would prove nothing.
    #expect(await failure { try await fixture.perform("SELECT to_jsonb(t.*) FROM t") } != nil)
    #expect(await failure { try await fixture.perform("SELECT z::text FROM t") } != nil)
    let context = fixture.context()
    let found = try await fixture.gateway.snapshot(of: "main", counting: counting, in: context)
    let rows = try #require(found.rows["public.t"])
    switch counting {
    case .keys, .contents: #expect(rows.count == 2 && rows.keys?.count == 2)
    case .exact: #expect(rows.count == 2)
    case .estimated, .none: break
    }
  }

  @Test(arguments: [
    "UPDATE t SET p = (2, 'bad') WHERE z = 'good'", "UPDATE t SET n = 1.5 WHERE z = 'good'",
    "UPDATE t SET w = NULL WHERE z = 'bad'", "UPDATE t SET j = '{\"a\": 1}' WHERE z = 'good'",
    "UPDATE t SET \"A b\" = 2 WHERE z = 'good'",
  ])
  func contentsTellEveryChange(_ change: String) async throws {
    let fixture = try await SQLFixture()
    fixture.psql(Self.tables)
    func rows() async throws -> CatalogSnapshot.Rows? {
      try await fixture.gateway.snapshot(of: "main", counting: .contents, in: fixture.context())
        .rows["public.t"]
    }
    let before = try #require(try await rows())
    #expect(try await rows() == before)
    fixture.psql(change)
    let after = try #require(try await rows())
    let numbers = try #require(before.numbers(with: after))
    #expect(Set(numbers.own).subtracting(numbers.others).count == 1)
  }

  /// The columns' order is none of what a row holds.
  @Test func contentsAreByTheColumnsNames() async throws {
    let fixture = try await SQLFixture()
    fixture.psql("CREATE TABLE t (a int, b text); INSERT INTO t VALUES (1, 'x')")
    func rows() async throws -> CatalogSnapshot.Rows? {
      try await fixture.gateway.snapshot(of: "main", counting: .contents, in: fixture.context())
        .rows["public.t"]
    }
    let before = try await rows()
    fixture.psql("DROP TABLE t; CREATE TABLE t (b text, a int); INSERT INTO t VALUES ('x', 1)")
    #expect(try await rows() == before)
  }

  /// Rows set aside, and a column that comes back, of a type whose casts are errors.
  @Test(arguments: [
    (#"TRUNCATE "user" CASCADE"#, #""id":"u7","email":"u7@x.de","aMood":"good""#),
    (#"ALTER TABLE "user" DROP COLUMN "aMood""#, nil),
  ])
  func aRestoreCallsNoCast(_ loss: String, _ aside: String?) async throws {
    let database = try await AuthDatabase()
    defer { database.remove() }
    // Its rows refer to one another, which filling does not follow.
    database.sql.psql("DROP TABLE token")
    let before = try await database.snapshot()
    database.sql.psql(loss)
    let comparison = try await database.comparison(with: before)
    database.sql.psql(Self.casts(of: "mood"))
    if aside != nil {
      // Written after the loss, it has the unique key of one of the backup.
      database.sql.psql(#"INSERT INTO "user" (id, email) VALUES ('new', 'u7@x.de')"#)
    }
    let result = try await database.restore(comparison)
    #expect(database.sql.psql("DROP TYPE mood CASCADE; SELECT 1").ends(with: "1"))
    guard let aside else {
      #expect(result.values["rows"] == 20)
      return
    }
    let texts = try result.evidence.compactMap { draft -> String? in
      guard case .file(let name) = draft.content else { return nil }
      return try String(contentsOfFile: "\(database.sql.evidence)/\(name)", encoding: .utf8)
    }
    let text = texts.joined()
    #expect(text.holds(aside), "\(text)")
  }

  @Test func aRowThatIsNotReadIsSetAsideAsText() {
    let broken = Value.incomplete(.unreadable("a"))
    let rows = ResultSet(
      columns: ["a", "b", "row"],
      rows: [[.int(1), .null, "(1,)"], [.int(1), broken, #"(1,"{""a"":1,""a"":2}")"#]])
    #expect(
      RestoredRows.lines(rows) == [
        #"{"a":1,"b":null}"#, #"{"as_text":"(1,\"{\"\"a\"\":1,\"\"a\"\":2}\")"}"#,
      ])
  }

  // MARK: - Files of the former version

  private func snapshot(_ version: Int, _ numbers: String, of: String? = nil) throws
    -> CatalogSnapshot
  {
    let empty = CatalogSnapshot(
      database: "d", serverVersion: "15", takenAt: nil, objects: [], rows: [:], positions: [:])
    let sort = of.map { #","keys_of":"\#($0)""# } ?? ""
    return try CatalogSnapshot(
      Value(
        json: """
          {"format":"runbook-catalog","version":\(version),"database":"d","server_version":"15",
          "fingerprint":"\(empty.fingerprint.hex)","sequences":[],"objects":[],
          "rows":[{"table":"t","count":3,"counting":"exact","keys":\(numbers)\(sort)}]}
          """))
  }

  /// Of numbers that are not known to be made of the same nothing is said.
  @Test(arguments: [
    (1, "[1,2,3]", nil as String?, "keys", true), (1, "[7,8,9]", nil, "contents", false),
    (1, "[]", nil, "contents", true), (2, "[7,8,9]", "contents", "contents", true),
    (2, "[1,2,3]", "keys", "contents", false),
  ])
  func numbersOfOneSortAreCompared(
    _ version: Int, _ numbers: String, _ sort: String?, _ now: String, _ isCompared: Bool
  ) throws {
    let former = try #require(try snapshot(version, numbers, of: sort).rows["t"])
    let current = try #require(try snapshot(2, "[1,2,4]", of: now).rows["t"])
    #expect((former.numbers(with: current) != nil) == isCompared)
  }

  @Test func aLaterVersionIsRefused() {
    #expect(throws: CatalogSnapshotError.self) { _ = try snapshot(3, "[]") }
  }
}
