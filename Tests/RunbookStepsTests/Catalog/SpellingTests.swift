import Foundation
import RunbookEngine
import RunbookModel
import RunbookTestSupport
import Testing

@testable import RunbookPostgres
@testable import RunbookRecovery

/// Names that differ for PostgreSQL and look the same: "é" in one code point, and in two.
@Suite(.enabled(if: TestServer.isAvailable))
struct SpellingTests {
  private static let one = "caf\u{e9}"
  private static let other = "cafe\u{301}"

  private func fixture() async throws -> SQLFixture {
    let fixture = try await SQLFixture()
    fixture.psql(
      """
      CREATE TABLE "\(Self.one)" (id int PRIMARY KEY, "\(Self.one)" text, "\(Self.other)" int);
      CREATE TABLE "\(Self.other)" (id int PRIMARY KEY);
      INSERT INTO "\(Self.one)" SELECT n FROM generate_series(1, 3) n;
      INSERT INTO "\(Self.other)" SELECT n FROM generate_series(1, 5) n;
      CREATE TABLE words (word text DEFAULT '\(Self.one)');
      """)
    return fixture
  }

  private func snapshot(_ fixture: SQLFixture) async throws -> CatalogSnapshot {
    try await fixture.gateway.snapshot(of: "main", counting: .keys, in: fixture.context())
  }

  private func findings(after sql: String) async throws -> [String] {
    let fixture = try await fixture()
    let before = try await snapshot(fixture)
    fixture.psql(sql)
    let comparison = CatalogComparison(
      expected: before, actual: try await snapshot(fixture), names: nil)
    return comparison.findings.filter { $0.fate != .intact }.map {
      "\($0.fate.rawValue) \($0.object.identity)"
    }
  }

  private func bytes(_ texts: [String]) -> [[UInt8]] { texts.map { Array($0.utf8) } }

  @Test func bothTablesAreCounted() async throws {
    let snapshot = try await snapshot(try await fixture())
    #expect(snapshot.tables.count == 3)
    #expect(snapshot.rows["public.\"\(Self.one)\""]?.count == 3)
    #expect(snapshot.rows["public.\"\(Self.other)\""]?.count == 5)
    let read = try CatalogSnapshot(snapshot.value)
    #expect(read.rows == snapshot.rows && read.objects.count == snapshot.objects.count)
  }

  @Test(arguments: [one, other]) func theTableThatIsGoneIsFound(_ name: String) async throws {
    let found = try await findings(after: "DROP TABLE \"\(name)\"")
    #expect(bytes(found) == bytes(["dropped public.\"\(name)\""]))
  }

  @Test(arguments: [one, other]) func theTableThatIsEmptiedIsFound(_ name: String) async throws {
    let found = try await findings(after: "TRUNCATE \"\(name)\"")
    #expect(bytes(found) == bytes(["emptied public.\"\(name)\""]))
  }

  @Test(arguments: [one, other]) func theColumnThatIsGoneIsFound(_ name: String) async throws {
    let found = try await findings(after: "ALTER TABLE \"\(Self.one)\" DROP COLUMN \"\(name)\"")
    #expect(bytes(found) == bytes(["column_lost public.\"\(Self.one)\".\"\(name)\""]))
  }

  @Test func anotherSpellingOfADefaultIsAChange() async throws {
    let found = try await findings(
      after: "ALTER TABLE words ALTER COLUMN word SET DEFAULT '\(Self.other)'")
    #expect(found == ["changed public.words.word"])
  }

  @Test func onlyTheTableThatWasNamedCounts() async throws {
    let fixture = try await fixture()
    let before = try await snapshot(fixture)
    fixture.psql("DROP TABLE \"\(Self.other)\"")
    let comparison = CatalogComparison(
      expected: before, actual: try await snapshot(fixture), names: [Self.one])
    #expect(!comparison.isDamaged && comparison.tables.count == 1)
  }

  @Test func aTableThatGetsTheOtherSpellingIsRenamed() async throws {
    let fixture = try await SQLFixture()
    fixture.psql("CREATE TABLE \"\(Self.one)\" (id int PRIMARY KEY)")
    let before = try await snapshot(fixture)
    fixture.psql("ALTER TABLE \"\(Self.one)\" RENAME TO \"\(Self.other)\"")
    let actual = try await snapshot(fixture)
    let comparison = CatalogComparison(expected: before, actual: actual, names: nil)
    #expect(comparison.findings.map(\.fate).contains(.renamed))
    let statements = RenameBack(damage: CatalogDamage(comparison), live: actual).statements
    #expect(statements.contains { $0.ends(with: "RENAME TO \"\(Self.one)\"") })
  }
}
