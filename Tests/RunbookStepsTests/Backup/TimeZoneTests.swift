import Foundation
import RunbookEngine
import RunbookModel
import RunbookTestSupport
import Testing

@testable import RunbookPostgres
@testable import RunbookRecovery

/// A moment is the same moment in every session, however that writes it.
@Suite(.enabled(if: TestServer.isAvailable))
struct TimeZoneTests {
  private static let table = """
    CREATE TABLE t (at timestamptz PRIMARY KEY, note text, since timestamptz DEFAULT '2024-01-01 00:00+00');
    INSERT INTO t VALUES ('2024-05-01 12:00+00', 'one'), ('2024-12-01 23:30+00', 'two');
    """

  private func setZone(_ name: String, of sql: SQLFixture) {
    sql.psql("ALTER DATABASE \(sql.database) SET timezone = '\(name)'")
  }

  @Test func snapshotsOfTwoSessionsAreTheSame() async throws {
    let sql = try await SQLFixture()
    sql.psql(Self.table)
    var snapshots: [CatalogSnapshot] = []
    for zone in ["Europe/Berlin", "America/New_York"] {
      setZone(zone, of: sql)
      let fixture = try await SQLFixture(database: sql.database)
      snapshots.append(
        try await fixture.gateway.snapshot(of: "main", counting: .keys, in: fixture.context()))
    }
    let (first, second) = (try #require(snapshots.first), try #require(snapshots.last))
    let keys = first.rows.values.compactMap(\.keys)
    #expect(keys.count == 1 && keys.first?.count == 2)
    #expect(second.rows.values.compactMap(\.keys) == keys)
    #expect(second.objects == first.objects)
  }

  /// The backup's session, the one that the restore has, and who looks: three zones.
  @Test func aLostColumnComesBackByATimestampedKey() async throws {
    let sql = try await SQLFixture()
    sql.psql(Self.table)
    setZone("Asia/Tokyo", of: sql)
    let archive = "\(sql.evidence)-backup.dump"
    let dump = SpawnedProgram([
      "\(TestServer.programs)/pg_dump", "-Fc", "-f", archive, "-d",
      sql.server.url(of: sql.database),
    ])
    try #require(dump?.text() == "")
    setZone("Europe/Berlin", of: sql)
    let database = AuthDatabase(sql: sql, archive: archive)
    defer { database.remove() }
    let before = try await database.snapshot()
    sql.psql("ALTER TABLE t DROP COLUMN note")
    try await database.restore(try await database.comparison(with: before, names: nil))
    #expect(sql.psql("SELECT string_agg(note, ' ' ORDER BY at) FROM t") == "one two")
  }
}
