import RunbookEngine
import RunbookModel
import RunbookTestSupport
import Testing

@testable import RunbookPostgres
@testable import RunbookRecovery

/// What is still lost behind a recovery: by the way that was taken, and by what was lost before it.
@Suite(.enabled(if: TestServer.isAvailable))
struct RemainingLossTests {
  struct Case: Sendable, CustomTestStringConvertible {
    /// Nil is that nobody says which way was taken.
    let way: RecoveryWay.Name?
    /// How many rows of `a` the backup has.
    var rows: Int64 = 0
    /// What happens behind the recovery, which makes `a` again without its rows and its comment.
    var later = "SELECT 1"
    let recoverable: [String]
    let beyond: [String]
    var testDescription: String { "\(way?.rawValue ?? "-") \(rows) \(later)" }
  }

  private static let emptied = "emptied public.a"
  private static let comment = "dependent_lost table public.a"

  static let cases = [
    Case(way: .downgrade, recoverable: [], beyond: [emptied, comment]),
    Case(way: .runbook, recoverable: [], beyond: [emptied, comment]),
    Case(way: .archive, rows: 2, recoverable: [emptied, comment], beyond: []),
    // The backup is of before the rows.
    Case(way: .archive, rows: 0, recoverable: [comment], beyond: [emptied]),
    Case(way: .rename, recoverable: [emptied, comment], beyond: []),
    Case(way: RecoveryWay.Name.none, recoverable: [emptied, comment], beyond: []),
    Case(way: nil, recoverable: [emptied, comment], beyond: []),
    // What was there before the recovery is excused by no way.
    Case(
      way: .downgrade, later: "TRUNCATE b", recoverable: ["emptied public.b"],
      beyond: [emptied, comment]),
    Case(
      way: .downgrade, later: "DROP TABLE a", recoverable: ["dropped public.a"], beyond: []),
    Case(
      way: .downgrade, later: "DROP VIEW v", recoverable: ["dependent_lost public.v"],
      beyond: [emptied, comment]),
  ]

  @Test(arguments: cases) func isToldApart(_ one: Case) async throws {
    let fixture = try await SQLFixture()
    fixture.psql(
      """
      CREATE TABLE a (id int PRIMARY KEY); INSERT INTO a VALUES (1), (2), (3);
      COMMENT ON TABLE a IS 'kept';
      CREATE TABLE b (id int PRIMARY KEY); INSERT INTO b VALUES (1); CREATE VIEW v AS SELECT id FROM b
      """)
    func snapshot() async throws -> CatalogSnapshot {
      try await fixture.gateway.snapshot(of: "main", counting: .keys, in: fixture.context())
    }
    let before = try await snapshot()
    fixture.psql("DROP TABLE a")
    let found = CatalogComparison(expected: before, actual: try await snapshot(), names: nil)
    // As it goes through a capture.
    let damage = try #require(CatalogDamage(CatalogDamage(found).value))
    fixture.psql("CREATE TABLE a (id int PRIMARY KEY); \(one.later)")
    let after = CatalogComparison(expected: before, actual: try await snapshot(), names: nil)
    var way = one.way.map { RecoveryWay($0) }
    way?.loads = [
      TableLoad(table: "public.a", mode: .whole, rows: one.rows, key: [], columns: [], types: [])
    ]
    let remaining = RemainingLoss(after, way: way, damage: damage)
    func names(_ findings: [CatalogFinding]) -> [String] {
      findings.map { "\($0.fate.rawValue) \($0.object.identity)" }.sorted()
    }
    #expect(names(remaining.recoverable) == one.recoverable.sorted())
    #expect(names(remaining.beyond) == one.beyond.sorted())
    #expect(
      remaining.lostForGood
        == (one.beyond.contains(Self.comment)
          ? ["1 object of the catalogue, or property of a table"] : []))
  }
}
