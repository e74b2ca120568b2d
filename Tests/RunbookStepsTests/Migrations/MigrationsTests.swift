import Foundation
import RunbookEngine
import RunbookExpression
import RunbookModel
import Testing

@testable import RunbookLogs
@testable import RunbookMigrations
@testable import RunbookSystem

struct MigrationsTests {
  /// `KIND SCHEMA.TABLE NAME @LINE BY` for each drop of the only revision.
  private static func drops(
    head: String = "from alembic import op", upgrade: String, downgrade: String = "pass"
  ) async throws -> [String] {
    let project = try TestProject()
    try project.revise("a1", head: head, upgrade: upgrade, downgrade: downgrade)
    let revision = try #require(try await project.read().maps("revisions").first)
    return revision.maps("drops").map { drop in
      func text(_ key: String) -> String { drop[key]?.stringValue ?? "?" }
      let schema = drop["schema"]?.stringValue.map { "\($0)." } ?? ""
      let name = text("kind") == "table" ? "" : " \(text("name"))"
      return "\(text("kind")) \(schema)\(text("table"))\(name) @\(drop["line"]?.intValue ?? 0)"
        + (text("by") == "text" ? " by text" : "")
    }
  }

  @Test(arguments: [
    ("from alembic import op", "op.drop_table('user')"),
    ("from alembic import op as o", "o.drop_table('user')"),
    ("import alembic", "alembic.op.drop_table('user')"),
    ("import alembic.op as migrate", "migrate.drop_table(table_name='user')"),
    ("from alembic.op import drop_table as gone", "gone('user')"),
    ("from alembic.op import *", "drop_table('user')"),
    ("from alembic import op", "getattr(op, 'drop_' + 'table')('user')"),
    ("from alembic import op", "list(map(op.drop_table, ['user']))"),
    ("from alembic import op", "[op.drop_table(t) for t in ('user',)]"),
    ("from alembic import op\nT = 'user'", "op.drop_table(T)"),
  ])
  func findsADropByAnyOfItsNames(head: String, call: String) async throws {
    let found = try await Self.drops(head: head, upgrade: call)
    let line = 15 + head.pieces(separatedBy: "\n").count - 1
    #expect(found == ["table user @\(line)"])
  }

  @Test func namesTheTablesOfALoop() async throws {
    let found = try await Self.drops(
      head: "from alembic import op\nTABLES = ['user', 'session']",
      upgrade: """
        for name in reversed(TABLES + ["account"]):
            op.drop_table(f"{name}")
        """)
    #expect(found == ["table account @17", "table session @17", "table user @17"])
  }

  @Test func followsFunctionsOfTheFile() async throws {
    let found = try await Self.drops(
      head: "from alembic import op\ndef gone(*, name):\n    op.drop_table(name, schema='auth')",
      upgrade: "gone(name='user')")
    #expect(found == ["table auth.user @11"])
  }

  @Test func readsBatches() async throws {
    let found = try await Self.drops(
      upgrade: """
        with op.batch_alter_table("user", schema=None) as batch_op:
            batch_op.drop_column("email")
            batch_op.drop_index(batch_op.f("ix_user_email"))
            batch_op.drop_constraint("user_email_key", type_="unique")
            batch_op.add_column(sa.Column("name", sa.String()))
        """)
    #expect(
      found == [
        "column user email @16", "index user ix_user_email @17",
        "constraint user user_email_key @18",
      ])
  }

  @Test func placesTheStatementsOfATextInTheFile() async throws {
    let found = try await Self.drops(
      upgrade: """
        op.execute(sa.text(\"\"\"
            CREATE TABLE a (id int);
            DROP TABLE auth."user";
            ALTER TABLE b DROP COLUMN c
        \"\"\"))
        SQL = "SELECT 1; TRUNCATE d"
        op.execute(SQL)
        """)
    #expect(
      found == [
        "table auth.user @17 by text", "column b c @18 by text", "rows d ? @21 by text",
      ])
  }

  /// What is refused by the parser, and what only running tells, is told with its place.
  @Test func saysWhatItCannotRead() async throws {
    let project = try TestProject()
    try project.revise(
      "a1",
      upgrade: """
        op.execute("DROP TABLE")
        op.execute(f"DROP TABLE {name}")
        connection.execute(statement)
        op.execute(sa.select(table))
        op.execute(table.delete())
        op.execute(table.delete().where(table.c.id == 1))
        op.drop_table(name)
        op.execute(sa.text("DELETE FROM t WHERE id = :id"))
        metadata.drop_all(op.get_bind())
        op.execute("DO $$ BEGIN\\nEXECUTE x;\\nEND $$")
        """)
    let result = try await project.read()
    let revision = try #require(result.maps("revisions").first)
    #expect(revision.maps("unreadable").map { $0["line"] } == [15])
    #expect(revision.maps("undetermined").map { $0["line"] } == [16, 17, 19, 21, 23, 24])
    #expect(revision.maps("intended").map { $0["line"] } == [18, 20, 22])
    #expect(result.maps("unreadable").first?["file"] == "versions/a1_change.py")
    #expect(
      result.notices.first
        == "cannot be read: versions/a1_change.py line 15: syntax error at end of input")
    #expect(result.notices.count == 8)
    #expect(result.notices.last == "of 1 files, 0 were read whole, 1 in part, and 0 not")
  }

  @Test func findsTypesAndTablesThatAreDroppedAsObjects() async throws {
    let found = try await Self.drops(
      upgrade: """
        sa.Enum("a", "b", name="mood").drop(op.get_bind())
        sa.Table("user", sa.MetaData(), schema="auth").drop(op.get_bind())
        op.rename_table("a", "b")
        op.alter_column("t", "x", new_column_name="y")
        op.alter_column("t", "x", nullable=True)
        """)
    #expect(
      found == ["type ? mood @15", "table auth.user @16", "table a @17", "column t x @18"])
  }

  @Test func findsSQLThatAConnectionRuns() async throws {
    let found = try await Self.drops(
      upgrade: "connection = op.get_bind()\nconnection.execute(sa.text('DROP TABLE ' + 'users'))")
    #expect(found == ["table users @16 by text"])
  }

  @Test func doesNotGuessWhatOnlyRunningTells() async throws {
    let found = try await Self.drops(
      upgrade: """
        name = input()
        op.drop_table(name)
        if name:
            name = "user"
        op.drop_table(name)
        op.drop_table("%9999999999s" % "x")
        for other in names():
            op.drop_table(other)
        """)
    #expect(found == ["table ? @16", "table ? @19", "table ? @20", "table ? @22"])
  }

  @Test func setsTheIntendedApartAndHeedsTheDowngrade() async throws {
    let project = try TestProject()
    try project.revise(
      "a1",
      upgrade: """
        op.add_column("users", sa.Column("nickname", sa.String(40)))
        op.drop_table(
            "user")
        op.drop_table("session")
        """, downgrade: "op.create_table('user', sa.Column('id', sa.Text()))")
    let revision = try #require(try await project.read().maps("revisions").first)
    let intended = try #require(revision.maps("intended").first)
    #expect(revision.maps("intended").count == 1)
    #expect(intended["op"] == "add_column")
    #expect(intended["table"] == "users")
    #expect(intended["column"] == "nickname")
    #expect(
      revision.maps("operations").compactMap { $0["is_drop"]?.boolValue } == [false, true, true])
    let drops = revision.maps("drops")
    #expect(drops.compactMap { $0["recreated_by_downgrade"]?.boolValue } == [true, false])
    #expect(drops.first?["line"] == 16)
    #expect(drops.first?["end_line"] == 17)
    #expect(drops.first?["text"] == "    op.drop_table(\n        \"user\")")
  }

  /// What could not be read may be what is looked for.
  @Test(arguments: [true, false]) func findingNoneIsAnAnswerOnlyWhereAllWasRead(
    _ isBroken: Bool
  ) async throws {
    let project = try TestProject()
    try project.revise("a1", created: "2025-01-02 00:00:00", upgrade: "pass")
    if isBroken { try project.write("versions/broken.py", "def upgrade(:\n") }
    let result = try await project.read()
    #expect(result.values["culprits"] == [])
    #expect(result.incomplete["culprits"]?.isUnreadable == (isBroken ? true : nil))
  }

  @Test func ordersRevisionsAndNamesTheHead() async throws {
    let project = try TestProject()
    try project.revise("c3", from: "a1", created: "2025-01-01 00:00:00", upgrade: "pass")
    try project.revise("a1", from: "b2", created: "2025-01-02 00:00:00", upgrade: "pass")
    try project.revise("b2", created: "2025-01-03 00:00:00", upgrade: "op.drop_table('t')")
    try project.write("versions/broken.py", "def upgrade(:\n")
    try project.write("versions/other.py", "x = 1\n")
    let result = try await project.read()
    #expect(result.maps("revisions").map { $0["revision"] } == ["b2", "a1", "c3"])
    #expect(result.values["head"] == "c3")
    #expect(result.maps("unreadable").map { $0["file"] } == ["versions/broken.py"])
    #expect(result.maps("unreadable").first?["error"]?.stringValue?.begins(with: "line 1:") == true)

    let since = try #require(Timestamp(rfc3339: "2025-01-02T00:00:00Z"))
    let later = try await project.read(since: since)
    #expect(later.maps("revisions").map { $0["revision"] } == ["b2", "a1"])
    let one = try await project.read(revision: "a1")
    #expect(one.maps("revisions").count == 1)
    #expect(one.values["head"] == "c3")
    #expect(one.names("drops") == [])
  }

  @Test func namesTheCulpritsOfSomeTables() async throws {
    let project = try TestProject()
    try project.revise("a1", upgrade: "op.drop_table('old')")
    try project.revise("b2", from: "a1", upgrade: "op.drop_table('user', schema='auth')")
    let all = try await project.read()
    #expect(all.names("drops") == ["old", "user"])
    let some = try await project.read(tables: ["auth.user", "session"])
    #expect(some.names("drops") == ["user"])
    let culprit = try #require(some.maps("culprits").first)
    #expect(some.maps("culprits").count == 1)
    #expect(some.maps("revisions").count == 2)
    let source = try #require(culprit["source"]?.stringValue)
    #expect(source.begins(with: "\"\"\"Change of b2"))
    #expect(culprit["sha256"] == .string(Digest.sha256(of: source).hex))
    #expect(culprit["size"] == .int(Int64(source.utf8.count)))
    #expect(some.evidence.count == 1)
    let made = try #require(Timestamp(rfc3339: "2025-10-18T22:01:13.25Z"))
    #expect(culprit["created"] == .timestamp(made))
    let row = try #require(some.timeline.first)
    #expect(row.at == made)
    #expect(row.text == "Migration versions/b2_change.py generated (no zone given, read as UTC)")
    #expect(!row.isDamage)
  }

  /// A short secret would be found by trying until the file's hash fits.
  @Test func keysTheHashOfAFileThatHoldsASecret() throws {
    let fixture = try AttemptFixture()
    let text = "ALTER ROLE app PASSWORD 'hunter22';"
    let path = try fixture.file("V1__role.sql", text)
    let key = try #require(RunKey([UInt8](repeating: 7, count: RunKey.size)))
    func hash(_ redactor: Redactor, _ key: RunKey?, of stored: String) -> Value? {
      var revision = MigrationRevision(
        id: "1", downs: [], file: "V1__role.sql", path: path,
        facts: ValueMap([("sha256", .string(Digest.sha256(of: stored).hex))]), created: nil,
        modified: .epoch, operations: [])
      revision.hideHash(redactor, key)
      return revision.facts["sha256"]
    }
    let redactor = Redactor(secrets: ["hunter22"])
    #expect(hash(.none, key, of: text) == .string(Digest.sha256(of: text).hex))
    #expect(hash(redactor, key, of: text) == .string(key.digest(of: text).hex))
    #expect(hash(redactor, nil, of: text) == nil)
    #expect(hash(redactor, key, of: "as it was when it was read") == nil)
  }

  @Test func takesTheZoneOfACreationDate() async throws {
    let project = try TestProject()
    try project.revise(
      "a1", created: "2025-10-19 00:01:13+02:00", upgrade: "op.drop_table('user')")
    let row = try #require(try await project.read().timeline.first)
    #expect(row.at == Timestamp(rfc3339: "2025-10-18T22:01:13Z"))
    #expect(row.text == "Migration versions/a1_change.py generated")
  }

  @Test(arguments: ["alembic.ini", "migrations", "migrations/versions", "migrations/versions/x.py"])
  func findsTheFilesFromAnywhere(start: String) async throws {
    let project = try TestProject()
    try project.write("alembic.ini", "[alembic]\nscript_location = %(here)s/migrations\n")
    try project.write("migrations/versions/x.py", "revision = 'x'\n")
    let path = start == "alembic.ini" ? project.folder : "\(project.folder)/\(start)"
    let result = try await project.read(path: path)
    #expect(result.maps("revisions").map { $0["revision"] } == ["x"])
  }

  @Test func executesNothing() async throws {
    let project = try TestProject()
    try project.write(
      "versions/x.py",
      "open('\(project.folder)/made', 'w')\nrevision = 'x'\nopen('\(project.folder)/made', 'w')\n")
    try project.write("versions/ast.py", "raise SystemExit(9)\n")
    let result = try await project.read()
    #expect(result.maps("revisions").count == 1)
    #expect(!FileManager.default.fileExists(atPath: "\(project.folder)/made"))
  }

  @Test(arguments: [
    "revision = 'x'\nx = " + String(repeating: "(", count: 5000),
    "revision = 'x'\nx = " + String(repeating: "-", count: 50000) + "1",
    "revision = 'x'\na = 'x' * 10 ** 10\ndef upgrade():\n    upgrade()",
    "revision = 'x'\ndef upgrade():\n" + String(repeating: "    a = a + a\n", count: 100),
    "revision = 'x'\nn = '" + String(repeating: "x ", count: 900)
      + "'.split()\ndef upgrade():\n for a in n:\n  for b in n:\n   for c in n:\n    pass",
    "\u{0}", "# coding: nonsense\nrevision = 'x'", "revision = '\\ud800'",
  ])
  func survivesHostileFiles(text: String) async throws {
    let project = try TestProject()
    try project.write("versions/x.py", text)
    try project.revise("a1", upgrade: "op.drop_table('user')")
    let result = try await project.read()
    #expect(result.names("drops") == ["user"])
  }

  @Test func saysThatThereIsNoFolder() async throws {
    let failure = await #expect(throws: StepFailure.self) {
      _ = try await TestProject().read(path: "/nowhere")
    }
    #expect(failure?.record.cause == .unreachable)
    #expect(failure?.record.hint?.holds("alembic.ini") == true)
  }

  @Test func bindsItsKeys() throws {
    let place = Place(file: "runbook.yaml", line: 3, column: 5)
    func field(_ name: String, _ text: String) -> Fields.Field {
      Fields.Field(
        name: name, place: place, value: .text(SourceText(text, at: place, layout: .line)))
    }
    let body = Fields(
      [
        field("path", "app"), field("revision", ""), field("since", "2025-10-18T22:00:00Z"),
        field("tables", "protected"),
      ], at: place)
    let step = Step(
      id: StepID("m"), title: "m", phase: .detection, kind: "migrations", body: body, place: place)
    let scope = ValueMap([("protected", Value.list(["user", "session"]))])
    let context = BindingContext(scope: scope, values: [:], connection: nil, folder: "/books")
    let bound = try MigrationsKind(environment: [:]).bind(step, to: context)
    let activity = try #require(bound as? MigrationsActivity)
    #expect(activity.path == "/books/app")
    #expect(activity.revision == nil)
    #expect(activity.since == Timestamp(rfc3339: "2025-10-18T22:00:00Z"))
    #expect(activity.tables == ["user", "session"])
    #expect(activity.effect == .readOnly)
  }
}
