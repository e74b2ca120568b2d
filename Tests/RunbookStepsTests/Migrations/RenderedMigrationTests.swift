import Foundation
import Glibc
import RunbookEngine
import RunbookModel
import Testing

@testable import RunbookLogs
@testable import RunbookMigrations
@testable import RunbookSystem

/// What is found in a revision against what Alembic itself would run of it.
@Suite(.enabled(if: access("/usr/bin/alembic", X_OK) == 0), .timeLimit(.minutes(15)))
struct RenderedMigrationTests {
  private static let upgrade = #"""
    op.drop_index("ix_session_token", table_name="session")
    op.drop_table("session", schema="auth")
    op.drop_column("users", "age")
    op.drop_constraint("users_email_key", "users", type_="unique")
    op.rename_table("account", "account_old")
    op.alter_column("users", "name", new_column_name="full_name")
    op.execute("DROP TABLE verification CASCADE; TRUNCATE stocks")
    op.execute(sa.text("""
        DO $$ BEGIN
          DROP VIEW v;
          EXECUTE 'DROP TABLE ' || 'news';
        END $$
        """))
    for name in ("a", "b"):
        op.execute(f'DROP TABLE IF EXISTS "{name}"')
    with op.batch_alter_table("reports") as batch:
        batch.drop_column("old")
    op.execute("CREATE FUNCTION f() RETURNS void LANGUAGE sql AS 'DROP TABLE never'")
    op.execute("DELETE FROM posts")
    op.create_table("made", sa.Column("id", sa.Integer()))
    """#

  /// Without the table of an index, which only Alembic's own call names.
  private static func shown(_ loss: ValueMap) -> String {
    ["action", "kind", "schema", "table", "name", "to"]
      .filter { !($0 == "table" && loss["kind"] == "index") }
      .map { loss[$0]?.stringValue ?? "-" }.joined(separator: " ")
  }

  @Test func findsWhatAlembicRenders() async throws {
    let project = try TestProject()
    try project.revise("a1", upgrade: "pass")
    try project.revise("b2", from: "a1", upgrade: Self.upgrade)
    try project.write("alembic.ini", "[alembic]\nscript_location = %(here)s\n")
    try project.write(
      "env.py",
      """
      from alembic import context
      context.configure(dialect_name="postgresql", literal_binds=True)
      with context.begin_transaction():
          context.run_migrations()
      """)
    let output = try await ChildProcess.run(
      ["/usr/bin/alembic", "upgrade", "a1:b2", "--sql"],
      environment: ["PATH": ProgramPath.standard, "PYTHONDONTWRITEBYTECODE": "1"],
      workingDirectory: project.folder, timeout: .seconds(60))
    try #require(output.exitCode == 0, "\(output.stderr)")

    let reading = SQLJudge.read(output.stdout, line: 1)
    #expect(reading.unreadable == [] && reading.undetermined == [])
    let rendered = reading.losses.map { loss in
      Self.shown(
        MigrationLoss(loss, line: 1).value(makes: [], owners: nil, application: nil).mapValue
          ?? ValueMap())
    }
    let revision = try #require(try await project.read(revision: "b2").maps("revisions").first)
    #expect(revision.maps("drops").map(Self.shown) == rendered)
    #expect(rendered.count == 14)
  }
}
