import Foundation
import RunbookEngine
import RunbookModel
import Testing

@testable import RunbookMigrations
@testable import RunbookSystem

/// Folders of SQL, as each tool lays them out.
struct SQLFolderTests {
  /// `ID MESSAGE @CREATED: ACTION TABLE LINE, …` for each revision.
  private static func read(
    _ files: KeyValuePairs<String, String>, at path: String = "", tool: MigrationTool? = nil
  ) async throws -> (shown: [String], result: StepResult) {
    let project = try TestProject()
    for (name, text) in files { try project.write("sql-project/\(name)", text) }
    let result = try await project.read(path: project.folder + "/sql-project" + path, tool: tool)
    let shown = result.maps("revisions").map { one in
      let created =
        if case .timestamp(let time)? = one["created"] { " @\(time)" } else { "" }
      let losses = one.maps("drops").map { loss in
        "\(loss["action"]?.stringValue ?? "?") \(loss["table"]?.stringValue ?? "?")"
          + " \(loss["line"]?.intValue ?? 0)"
      }
      return "\(one["revision"]?.stringValue ?? "?") \(one["message"]?.stringValue ?? "?")"
        + created + ": " + losses.joined(separator: ", ")
    }
    return (shown, result)
  }

  @Test func readsFlyway() async throws {
    let (shown, result) = try await Self.read([
      "src/main/resources/db/migration/V10__Last.sql": "DROP TABLE c;",
      "src/main/resources/db/migration/V2.1__Drop_old_users.sql": "SELECT 1;\nDROP TABLE a;",
      "src/main/resources/db/migration/more/V2__First.sql": "CREATE TABLE a (id int);",
      "src/main/resources/db/migration/U2.1__Drop_old_users.sql": "CREATE TABLE a (id int);",
      "src/main/resources/db/migration/R__Views.sql": "DROP VIEW v; CREATE VIEW v AS SELECT 1;",
      "src/main/resources/db/migration/B2__Base.sql": "DROP TABLE z;",
      "src/main/resources/db/migration/V20251018220113__T.sql": "TRUNCATE d",
      "src/main/resources/db/migration/V1_no.sql": "DROP TABLE n;",
    ])
    #expect(
      shown == [
        "2 First: ", "2.1 Drop old users: drop a 2", "10 Last: drop c 1",
        "20251018220113 T @2025-10-18T22:01:13Z: truncate d 1", "R__Views Views: drop ? 1",
      ])
    #expect(result.values["tool"] == "flyway" && result.values["head"] == "R__Views")
    let second = try #require(result.maps("revisions").dropFirst().first)
    #expect(second.maps("drops").first?["recreated_by_downgrade"] == true)
    #expect(second.maps("operations").map { $0["op"] } == ["select", "drop"])
    #expect(second.maps("intended").map { $0["line"] } == [1])
    #expect(result.notices.first?.holds("B2__Base.sql is a baseline") == true)
    #expect(result.names("drops") == ["a", "c"])
  }

  @Test func readsPrisma() async throws {
    let (shown, result) = try await Self.read([
      "prisma/schema.prisma": "", "prisma/migrations/migration_lock.toml": "provider = 'x'",
      "prisma/migrations/20251018220113_drop_users/migration.sql":
        "/*\n  Warnings:\n  DROP TABLE nothing\n*/\n-- DropTable\nDROP TABLE \"User\";\n",
      "prisma/migrations/20240101000000_init/migration.sql": "CREATE TABLE \"User\" (id int);",
    ])
    #expect(
      shown == [
        "20240101000000_init init @2024-01-01T00:00:00Z: ",
        "20251018220113_drop_users drop users @2025-10-18T22:01:13Z: drop User 6",
      ])
    #expect(result.values["tool"] == "prisma")
    let culprit = try #require(result.maps("culprits").first)
    #expect(culprit["file"] == "20251018220113_drop_users/migration.sql")
    #expect(culprit["source"]?.stringValue?.begins(with: "/*") == true)
    #expect(result.timeline.first?.at == Timestamp(rfc3339: "2025-10-18T22:01:13Z"))
  }

  @Test func readsDrizzle() async throws {
    let (shown, result) = try await Self.read([
      "drizzle/meta/_journal.json": """
      {"version": "7", "dialect": "postgresql", "entries": [
        {"idx": 1, "version": "7", "when": 1760824873250, "tag": "0001_tiny_hawk", "breakpoints": true},
        {"idx": 0, "version": "7", "when": 1700000000000, "tag": "0000_init", "breakpoints": true},
        {"idx": 2, "when": 1760824873251, "tag": "0002_gone"}]}
      """,
      "drizzle/0000_init.sql": "CREATE TABLE a (id int);",
      "drizzle/0001_tiny_hawk.sql":
        "ALTER TABLE b ADD c int;--> statement-breakpoint\nDROP TABLE a CASCADE;",
      "drizzle/0009_stray.sql": "DROP TABLE x;",
    ])
    #expect(
      shown == [
        "0000_init init @2023-11-14T22:13:20Z: ",
        "0001_tiny_hawk tiny hawk @2025-10-18T22:01:13.250Z: drop a 2",
      ])
    #expect(result.values["tool"] == "drizzle")
    #expect(result.maps("unreadable").map { $0["file"] } == ["0002_gone.sql"])
    #expect(
      result.notices.contains { $0.begins(with: "0009_stray.sql is not in meta/_journal.json") })
  }

  @Test func readsDbmate() async throws {
    let (shown, result) = try await Self.read([
      "db/migrations/20251018220113_drop_users.sql":
        "-- migrate:up transaction:false\nDROP TABLE a;\n\n-- migrate:down\nDROP TABLE b;\nCREATE TABLE a (id int);",
      "db/migrations/20240101000000_init.sql":
        "-- migrate:up\nCREATE TABLE a (id int);\n--migrate:down\nDROP TABLE a;",
    ])
    #expect(
      shown == [
        "20240101000000 init @2024-01-01T00:00:00Z: ",
        "20251018220113 drop users @2025-10-18T22:01:13Z: drop a 2",
      ])
    #expect(result.values["tool"] == "dbmate")
    let drop = result.maps("revisions").last?.maps("drops").first
    #expect(drop?["recreated_by_downgrade"] == true)
  }

  @Test func readsSqitch() async throws {
    let (shown, result) = try await Self.read([
      "sqitch.plan": """
      %syntax-version=1.0.0
      %project=auth
      # a comment

      users 2024-01-01T00:00:00Z A Writer <a@example.com> # Adds users
      +clean [users !other] 2025-10-18T22:01:13Z B Writer <b@example.com> # Cleans up
      @v1.0 2025-10-19T00:00:00Z A Writer <a@example.com> # Tag
      clean [clean@v1.0] 2025-10-20T00:00:00Z B Writer <b@example.com>
      ../evil 2025-10-20T00:00:00Z B
      """,
      "deploy/users.sql": "BEGIN;\nCREATE TABLE a (id int);\nCOMMIT;",
      "deploy/clean@v1.0.sql": "-- Deploy auth:clean to pg\nBEGIN;\nDROP TABLE a;\nCOMMIT;",
      "revert/clean@v1.0.sql": "CREATE TABLE a (id int);",
      "deploy/clean.sql": "DELETE FROM b;", "revert/users.sql": "DROP TABLE a;",
    ])
    #expect(
      shown == [
        "users Adds users @2024-01-01T00:00:00Z: ",
        "clean@v1.0 Cleans up @2025-10-18T22:01:13Z: drop a 3",
        "clean  @2025-10-20T00:00:00Z: delete b 1",
      ])
    #expect(result.values["tool"] == "sqitch")
    let second = try #require(result.maps("revisions").dropFirst().first)
    #expect(second["depends_on"] == ["users"])
    #expect(second["planner"] == "B Writer <b@example.com>")
    #expect(second.maps("drops").first?["recreated_by_downgrade"] == true)
    #expect(second.maps("operations").map { $0["line"] } == [3])
  }

  @Test func readsPlainFiles() async throws {
    let (shown, result) = try await Self.read([
      "2_drop_a.up.sql": "DROP TABLE a;", "2_drop_a.down.sql": "CREATE TABLE a (id int);",
      "10_b.sql": "-- +goose Up\nTRUNCATE b;\n-- +goose Down\nDROP TABLE c;", "README.md": "no",
    ])
    #expect(shown == ["2 drop a: drop a 1", "10 b: truncate b 2"])
    #expect(result.values["tool"] == "sql")
    #expect(
      result.maps("revisions").first?.maps("drops").first?["recreated_by_downgrade"] == true)
  }

  /// A folder of Alembic's may hold files of SQL that are no migrations.
  @Test(arguments: ["versions/x.py", "migrations/versions/x.py", "x.py", "alembic/versions/x.py"])
  func takesNoOtherFilesForMigrations(name: String) async throws {
    let (shown, result) = try await Self.read([
      name: "revision = 'x'\n", "seeds.sql": "TRUNCATE a", "migrations/seeds.sql": "DROP TABLE a",
    ])
    #expect(result.values["tool"] == "alembic")
    #expect(shown == ["x : "])
  }

  @Test func readsOneFile() async throws {
    let (shown, _) = try await Self.read(["V3__Gone.sql": "DROP TABLE a;"], at: "/V3__Gone.sql")
    #expect(shown == ["3 Gone: drop a 1"])
  }

  @Test func heedsTheToolThatIsGiven() async throws {
    let (shown, result) = try await Self.read(["V3__Gone.sql": "DROP TABLE a;"], tool: .sql)
    #expect(shown == ["V3__Gone V3  Gone: drop a 1"])
    #expect(result.values["tool"] == "sql")
  }

  @Test func saysWhereAFileCannotBeRead() async throws {
    let (shown, result) = try await Self.read([
      "1.sql":
        "DROP TABLE a;\nDROP TABEL b;\nDO $$ BEGIN EXECUTE x; END $$;\nDROP TABLE ${schema}.c;"
    ])
    #expect(shown == ["1 : drop a 1, drop c 4"])
    #expect(result.maps("unreadable").map { $0["line"] } == [2])
    #expect(result.maps("undetermined").map { $0["line"] } == [3])
    #expect(result.maps("revisions").first?.maps("intended").isEmpty == true)
  }

  @Test(
    arguments: [
      ["meta/_journal.json": "[[[["],
      ["meta/_journal.json": #"{"entries": [{"tag": "../../etc/x"}, 3]}"#],
      ["sqitch.plan": "[\n[[ ]]\n@\n+\n-x\n#\na [b\n"], ["sqitch.plan": "\u{0}\u{1}"],
      ["V__x.sql": ""], ["V999999999999999999999__x.sql": "DROP TABLE a"],
      ["a/migration.sql": "\u{0}"], ["1.sql": String(repeating: "(", count: 100_000)],
    ] as [[String: String]])
  func survivesHostileFolders(files: [String: String]) async throws {
    let project = try TestProject()
    for (name, text) in files { try project.write("p/\(name)", text) }
    _ = try await project.read(path: "\(project.folder)/p")
  }
}
