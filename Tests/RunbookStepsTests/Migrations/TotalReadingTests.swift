import RunbookEngine
import RunbookModel
import Testing

@testable import RunbookMigrations
@testable import RunbookSteps
@testable import RunbookSystem

/// One file never stops the reading of the others, and what is not read is said.
struct TotalReadingTests {
  /// The tables that are dropped, and the lines of which nobody can tell what they do.
  private static func read(
    head: String = "from alembic import op", upgrade: String, files: [String: String] = [:]
  ) async throws -> (dropped: [String], open: [String]) {
    let project = try TestProject()
    for (name, text) in files { try project.write(name, text) }
    try project.revise("a1", head: head, upgrade: upgrade)
    let revision = try #require(try await project.read().maps("revisions").first)
    return (
      revision.maps("drops").map { $0["table"]?.stringValue ?? "?" },
      revision.maps("undetermined").map { $0["reason"]?.stringValue ?? "?" }
    )
  }

  @Test(arguments: [
    ("def names():\n    return ['user']\nop.drop_table('user')", ["user"]),
    ("for name in names():\n    op.drop_table(name)", ["account", "session"]),
    ("count: int\ncount = 1\nop.drop_table('user')", ["user"]),
    ("def gone(name='user'):\n    op.drop_table(name)\ngone()\ngone('a')", ["user", "a"]),
    ("(lambda name: op.drop_table(name))('user')", ["user"]),
    ("each(lambda name: op.drop_table(name))", ["account", "session"]),
    ("each(op.drop_table)", ["account", "session"]),
    ("functools.partial(op.drop_table, 'user')()", ["user"]),
    ("Tables().gone('user')", ["user"]),
    ("tables = Tables()\ntables.gone('user')", ["user"]),
    ("upgrade_one('user')", ["user"]),
    ("with batch('user') as b:\n    b.drop_column('email')", ["user"]),
    ("globals()['upgrade_one']('user')", ["user"]),
    ("for name in ('one', 'two'):\n    globals()['upgrade_%s' % name]('x')", ["x", "two"]),
    ("migrate = op\nmigrate.drop_table('user')", ["user"]),
    ("op.drop_table('user')\nreturn\nop.drop_table('never')", ["user"]),
  ])
  func followsWhatAFileMakesAndCalls(upgrade: String, expected: [String]) async throws {
    let (dropped, open) = try await Self.read(
      head: """
        import functools
        from alembic import op
        def names(): return ["account", "session"]
        def each(act):
            for name in names():
                act(name)
        class Base:
            def gone(self, name): self._gone(name)
        class Tables(Base):
            def _gone(self, name): op.drop_table(name)
        def batch(name): return op.batch_alter_table(name, recreate="auto")
        def upgrade_one(name): op.drop_table(name)
        def upgrade_two(name): op.drop_table("two")
        """, upgrade: upgrade)
    #expect(dropped == expected)
    #expect(open == [])
  }

  @Test(arguments: [
    ("gone('user')", "what `gone` of `elsewhere.tools` does is not read"),
    ("tools.gone('user')", "what `gone` of `elsewhere.tools` does is not read"),
    ("near('user')", "what `near` of `.beside` does is not read"),
    ("unheard('user')", "what `unheard` does is not read: it is not known what it is"),
    ("{'a': op.drop_table}['a']('user')", "what is called is only known when it runs"),
    (
      "given.drop_column('x')",
      "of what `drop_column` takes something away is only known when it runs"
    ),
    ("exec(text)", "what `exec` runs is only known when it runs"),
    ("os.system('psql')", "what the program does that `os.system` starts is not read"),
    ("subprocess.run(['psql'])", "what `run` of `subprocess` does is not read"),
    (
      "op.drop_view('v')",
      "what `op.drop_view` does is not read: it is no operation of Alembic's own"
    ),
    ("session.query(Model).delete()", "which table it empties is only known when it runs"),
    ("model.__table__.drop(bind)", "what is dropped is only known when it runs"),
    (
      "Migrator(op).gone('user')",
      "what is done by what `elsewhere.tools.Migrator` gives is not read"
    ),
  ])
  func saysOfWhichCallNothingIsKnown(upgrade: String, reason: String) async throws {
    let (dropped, open) = try await Self.read(
      head: """
        import os, subprocess
        from alembic import op
        from elsewhere import tools
        from elsewhere.tools import gone, Migrator
        from .beside import near
        """, upgrade: upgrade)
    #expect(dropped == [])
    #expect(open == [reason])
  }

  @Test(arguments: [
    "op.add_column('t', sa.Column('x', kinds.Money(), server_default=kinds.zero()))",
    "op.get_bind().commit()", "print(len([1]))", "logging.getLogger('x').info('y')",
    "for row in op.get_bind().execute(sa.select(t)):\n    print(row)",
  ])
  func saysNothingOfWhatTakesNothingAway(upgrade: String) async throws {
    let (dropped, open) = try await Self.read(
      head: "import logging\nfrom alembic import op\nfrom elsewhere import kinds",
      upgrade: upgrade)
    #expect(dropped == [])
    #expect(open == [])
  }

  /// Its file is beside the migrations or above them; the place is that of the call.
  @Test func goesThroughAHelperWhoseFileIsThere() async throws {
    let project = try TestProject()
    try project.write("shared/__init__.py", "from .tables import gone as vanish\n")
    try project.write(
      "shared/tables.py",
      "from alembic import op as o\ndef gone(name, schema='auth'):\n    o.drop_table(name, schema=schema)\n"
    )
    try project.revise(
      "a1", head: "from alembic import op\nfrom shared import vanish\nimport shared.tables",
      upgrade: "vanish('user')\nshared.tables.gone('session', schema=None)")
    let revision = try #require(try await project.read().maps("revisions").first)
    let drops = revision.maps("drops")
    #expect(drops.map { $0["table"] } == ["user", "session"])
    #expect(drops.map { $0["schema"] } == ["auth", .null])
    #expect(drops.map { $0["line"] } == [17, 18])
    #expect(drops.first?["text"] == "    vanish('user')")
    #expect(revision.maps("undetermined").isEmpty)
  }

  @Test(arguments: [
    "revision = make()\ndef upgrade():\n    pass\n", "def upgrade():\n    pass\n",
    "revision = 'x'\ndef upgrade(:\n", "\u{0}",
  ])
  func tellsOfAFileThatCannotBeReadAndReadsTheOthers(text: String) async throws {
    let project = try TestProject()
    try project.write("versions/x.py", text)
    try project.revise("a1", upgrade: "op.drop_table('user')")
    let result = try await project.read()
    #expect(result.names("drops") == ["user"])
    #expect(result.maps("unreadable").map { $0["file"] } == ["versions/x.py"])
    #expect(result.notices.last == "of 2 files, 1 were read whole, 0 in part, and 1 not")
  }

  @Test func keepsWhatItReadBeforeItHadToStop() async throws {
    let loop = String(repeating: "x ", count: 900)
    let (dropped, open) = try await Self.read(
      upgrade: """
        op.drop_table('user')
        for a in '\(loop)'.split():
            for b in '\(loop)'.split():
                pass
        op.drop_table('session')
        """)
    #expect(dropped == ["user"])
    #expect(open.count == 1 && open[0].begins(with: "not all of it is read: it "))
  }

  @Test func saysNothingWhereAllIsRead() async throws {
    let project = try TestProject()
    try project.revise("a1", upgrade: "op.drop_table('user')")
    #expect(try await project.read().notices == [])
  }

  @Test func findsTheFoldersThatTheSettingsName() async throws {
    let project = try TestProject()
    try project.write(
      "app/alembic.ini",
      "[alembic]\nscript_location = db\nversion_path_separator = os\n"
        + "version_locations = %(here)s/one:%(here)s/two\n[other]\nversion_locations = three\n")
    try project.write("app/one/a.py", "revision = 'a'\n")
    try project.write("app/two/b.py", "revision = 'b'\n")
    let result = try await project.read(path: "\(project.folder)/app")
    #expect(result.maps("revisions").map { $0["revision"] } == ["a", "b"])
  }
}
