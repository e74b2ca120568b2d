import Foundation
import RunbookModel
import RunbookTestSupport
import Testing

/// Puts the guard of `auth-tables-dropped` into an env.py, and carries that out with an Alembic that only
/// notes what its `configure` was given.
struct GuardTrial {
  let workspace: Workspace
  /// Statuses, the files afterwards, and what the noted rules answer.
  let result: ValueMap

  init(_ program: String) throws {
    workspace = try Workspace()
    try workspace.write(program, to: "project/migrations/env.py")
    try workspace.write(
      "[alembic]\nscript_location = %(here)s/migrations\n", to: "project/alembic.ini")
    try workspace.write("", to: "fake/alembic/__init__.py")
    try workspace.write(
      "calls = []\n\n\ndef configure(*given, **named):\n    calls.append(named)\n",
      to: "fake/alembic/context.py")
    let driver = try workspace.write(Self.driver, to: "driver.py")
    let scripts = PackageFolder.path + "/runbooks/auth-tables-dropped/scripts/guard"
    let text =
      SpawnedProgram(["/usr/bin/python3", "-B", driver, workspace.folder, scripts])?.text() ?? ""
    result = try #require(try Value(json: text).mapValue, "\(text)")
  }

  subscript(key: String) -> Value? { result[key] }

  /// The program as it was written, line ends included.
  func file(_ name: String) throws -> String {
    String(
      decoding: try Data(
        contentsOf: URL(fileURLWithPath: workspace.path("project/migrations/" + name))),
      as: UTF8.self)
  }

  private static let driver = """
    import json, os, runpy, subprocess, sys

    folder, scripts = sys.argv[1:]
    env = os.path.join(folder, "project", "migrations", "env.py")
    told = dict(
        os.environ, PROJECT=os.path.join(folder, "project"), TABLES='["session", "user"]',
        COLUMNS='{"users": ["name"]}')


    def guard(*arguments):
        done = subprocess.run(
            [sys.executable, "-B", os.path.join(scripts, "write_guard.py"), *arguments], env=told,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        return done.returncode, done.stderr


    class Item:
        def __init__(self, name, table=None, schema=None, columns=()):
            self.name, self.table, self.schema, self.columns = name, table, schema, columns


    def answers(call):
        item, name = call.get("include_object"), call.get("include_name")
        table = lambda text: Item(text)
        about = lambda thing, kind: item(thing, thing.name, kind, True, None)
        users = table("users")
        return {
            "session": about(table("session"), "table"),
            "stocks": about(table("stocks"), "table"),
            "scratch_a": about(table("scratch_a"), "table"),
            "users.name": about(Item("name", users), "column"),
            "users.email": about(Item("email", users), "column"),
            "index of session": about(Item("i", table("session")), "index"),
            "index of users.name": about(Item("i", users, columns=[Item("name")]), "index"),
            "name session": name("session", "table", {"schema_name": None}),
            "name stocks": name("stocks", "table", {"schema_name": None}),
            "name scratch_a": name("scratch_a", "table", {"schema_name": None}),
            "name runbook": name("runbook", "schema", {}),
        }


    before = open(env, "rb").read()
    result = {"check_before": guard("--check")[0]}
    result["show"] = guard("--show")[0]
    result["showed_only"] = (
        open(env, "rb").read() == before and os.listdir(os.path.dirname(env)) == ["env.py"])
    result["status"], result["message"] = guard()
    result["is_unchanged"] = open(env, "rb").read() == before
    if result["status"] == 0:
        first = open(env, "rb").read()
        result["again"] = guard()[0]
        result["is_same_again"] = open(env, "rb").read() == first
        result["check_after"] = guard("--check")[0]
        result["kept"] = open(env + ".before-runbook", "rb").read() == before
        sys.path.insert(0, os.path.join(folder, "fake"))
        runpy.run_path(env)
        from alembic import context
        result["answers"] = [answers(call) for call in context.calls]
        result["others"] = [sorted(set(call) - {"include_object", "include_name"}) for call in context.calls]
    print(json.dumps(result))
    """
}
