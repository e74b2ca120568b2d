import RunbookEngine
import RunbookModel
import Testing

@testable import RunbookMigrations
@testable import RunbookSteps
@testable import RunbookSystem

/// Each file in a folder of migrations is read, belongs to one that is, or is told as not read.
struct UnreadFilesTests {
  private static func read(
    _ files: [String: String], at path: String = ""
  ) async throws -> StepResult {
    let project = try TestProject()
    for (name, text) in files { try project.write("p/\(name)", text) }
    return try await project.read(path: "\(project.folder)/p\(path)")
  }

  @Test(arguments: [
    ("0002_gone.go", "package m", "it is a migration in Go, which is not read"),
    ("0002_gone.py", "", "it is a migration in Python, which is not read"),
    ("extra.ts", "db.schema.dropTable('x')", "it is a migration in TypeScript, which is not read"),
    ("0002_gone.psql", "DROP TABLE x", "its name does not end in `.sql`"),
    ("0002_gone.sql.gz", "", "its name does not end in `.sql`"),
    ("0002_gone.SQL", "DROP TABLE x", "by its name this tool is not known to take it"),
    ("later/0002.sql", "DROP TABLE x", "it is in a folder in which this tool is not known to look"),
    ("rows.csv", "1", "it is no file of SQL"),
  ])
  func tellsOfAFileThatIsNotRead(name: String, text: String, reason: String) async throws {
    let result = try await Self.read([
      "0001_a.sql": "-- +goose Up\nCREATE TABLE a (id int);", name: text,
    ])
    let unread = result.maps("unreadable")
    #expect(unread.map { $0["file"]?.stringValue } == [name])
    #expect(unread.map { $0["error"]?.stringValue } == [reason])
    #expect(result.notices.first == "cannot be read: \(name): \(reason)")
    #expect(result.notices.last == "of 2 files, 1 were read whole, 0 in part, and 1 not")
  }

  @Test(arguments: [
    "README.md", "atlas.sum", "migration_lock.toml", "0001_a.down.sql", "LICENSE", "embed.go",
  ])
  func saysNothingOfWhatBelongsToTheOthers(name: String) async throws {
    let result = try await Self.read(["0001_a.sql": "SELECT 1", name: "package migrations"])
    #expect(result.maps("unreadable").isEmpty)
    #expect(result.notices == [])
  }

  @Test func readsTheCallbacksOfFlyway() async throws {
    let result = try await Self.read([
      "V1__a.sql": "CREATE TABLE a (id int)", "afterMigrate__Clean.sql": "TRUNCATE b",
      "V2__b.java": "class V2__b {}", "other.sql": "DROP TABLE c",
    ])
    #expect(result.maps("revisions").map { $0["revision"] } == ["1", "afterMigrate__Clean"])
    #expect(result.maps("unreadable").map { $0["file"] } == ["V2__b.java", "other.sql"])
  }

  @Test(
    arguments: [
      ([
        "sqitch.conf": "[core]\n\ttop_dir = ./database/\n", "database/sqitch.plan": plan,
        "database/deploy/gone.sql": "DROP TABLE t",
      ]),
      ([
        "sqitch.conf": "[core]\n  plan_file=plans/x.plan\n[engine \"pg\"]\n deploy_dir = \"up\"\n",
        "plans/x.plan": plan, "up/gone.sql": "DROP TABLE t",
      ]),
      ([
        "flyway.conf": "flyway.locations=filesystem:./own/sql\n",
        "own/sql/V1__x.sql": "DROP TABLE t",
      ]),
      ([
        "drizzle.config.ts": "export default { out: './own', dialect: 'postgresql' }",
        "own/meta/_journal.json": "{\"entries\": [{\"tag\": \"0000_x\", \"idx\": 0}]}",
        "own/0000_x.sql": "DROP TABLE t",
      ]),
      ([".env": "DBMATE_MIGRATIONS_DIR=./own\n", "own/1_x.sql": "-- migrate:up\nDROP TABLE t"]),
      (["migrations/2020_x/up.sql": "DROP TABLE t", "migrations/2020_x/down.sql": "SELECT 1"]),
      (["supabase/migrations/20250101000000_x.sql": "DROP TABLE t"]),
    ] as [[String: String]])
  func findsTheFolderThatTheToolIsTold(files: [String: String]) async throws {
    let result = try await Self.read(files)
    #expect(result.names("drops") == ["t"])
    #expect(result.notices == [])
  }

  private static let plan = "%project=x\n\ngone 2025-03-01T10:11:12Z A <a@example.org> # x\n"

  @Test(arguments: [
    ("db/migrate/20250101_x.rb", "Rails in Ruby"), ("app/db.changelog.xml", "Liquibase in XML"),
    ("priv/repo/migrations/1_x.exs", "Ecto in Elixir"),
    ("shop/migrations/0001_initial.py", "Django, yoyo or another tool in Python"),
  ])
  func namesAToolThatIsNotKnown(name: String, tool: String) async throws {
    let result = try await Self.read([name: "x = 1"])
    #expect(result.maps("unreadable").map { $0["file"]?.stringValue } == [name])
    #expect(
      result.notices.first
        == "cannot be read: \(name): it looks like a migration of \(tool), which is not read")
    #expect(result.notices.last?.begins(with: "no migration is in ") == true)
  }

  @Test(
    arguments: [
      [0xEF, 0xBB, 0xBF] + Array("DROP TABLE t".utf8),
      [0xFF, 0xFE] + "DROP TABLE t".utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] },
      "DROP TABLE t".utf16.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] },
    ] as [[UInt8]])
  func readsAFileOfAnyEncoding(bytes: [UInt8]) throws {
    #expect(SQLJudge.read(TextEncoding.text(of: bytes)).losses.map(\.table) == ["t"])
  }
}
