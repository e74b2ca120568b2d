"""What would `alembic revision --autogenerate` write now? Runs it, and reads what it wrote.

Alembic's own command is carried out with the project's own alembic.ini and env.py, in their place, so that
env.py finds its models. Only the new revision goes elsewhere: into a throwaway folder that is named to
Alembic as one more place of revisions. The project gets no new file, and the database is only read.

PROJECT names the project. DATABASE_MARK, where it is given, must be what MARK below says of each database
that env.py connects to: a look at another database would prove nothing. Prints the number of drops and of
other operations in the new revision's upgrade(), and on the error output each of them. Exit status: 0 it
ran, whatever it proposes; 69 it could not run.
"""
import ast
import contextlib
import io
import os
import shutil
import sys
import tempfile

import project

# A digest of the database's OID and its server's system identifier, which outlive a restart.
MARK = """
    SELECT encode(sha256(convert_to(
        (SELECT oid FROM pg_database WHERE datname = current_database())::text || '@'
            || (SELECT system_identifier FROM pg_control_system())::text, 'UTF8')), 'hex')
"""


def watch_connections(seen):
    """Notes the mark of each database that SQLAlchemy connects to, and lets it only read there."""
    from sqlalchemy import event
    from sqlalchemy.engine import Engine

    @event.listens_for(Engine, "connect")
    def connected(connection, _):
        cursor = connection.cursor()
        cursor.execute(MARK)
        seen.append(str(cursor.fetchone()[0]))
        cursor.execute("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY")
        cursor.close()
        connection.commit()


def write_revision(ini, env, folder):
    """The path of the new revision."""
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config(ini)
    if not ini:
        config.set_main_option("script_location", os.path.dirname(env).replace("%", "%%"))
    scripts = ScriptDirectory.from_config(config)
    places = [os.path.abspath(place) for place in scripts._version_locations] + [folder]
    # Both spellings: the second came with Alembic 1.16.
    config.set_main_option("version_path_separator", "os")
    config.set_main_option("path_separator", "os")
    config.set_main_option("version_locations", os.pathsep.join(places).replace("%", "%%"))
    head = scripts.get_heads()
    command.revision(
        config, message="runbook looks", autogenerate=True, version_path=folder,
        head=head[0] if len(head) == 1 else "head")
    files = [name for name in os.listdir(folder) if name.endswith(".py")]
    return os.path.join(folder, files[0])


def operations(path):
    """The calls of `op` and of batches in upgrade(), as text."""
    with open(path, encoding="utf-8") as file:
        tree = ast.parse(file.read())
    upgrade = next(
        node for node in tree.body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("upgrade"))
    return [
        ast.unparse(node) for node in ast.walk(upgrade)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and (node.func.value.id == "op" or node.func.value.id.startswith("batch_op"))
        # op.f only marks a name.
        and node.func.attr != "f"
    ]


def is_drop(operation):
    name = operation.split("(", 1)[0].split(".", 1)[1]
    return name.startswith("drop_") or (name == "execute" and "drop " in operation.lower())


def main():
    seen = []
    printed = io.StringIO()
    folder = tempfile.mkdtemp(prefix="runbook-autogenerate-")
    try:
        ini, env = project.find(os.environ["PROJECT"])
        if ini:
            os.chdir(os.path.dirname(ini))
        watch_connections(seen)
        # What Alembic and env.py print is no result of this program.
        with contextlib.redirect_stdout(printed):
            path = write_revision(ini, env, folder)
        found = operations(path)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # env.py is not ours and may end the program in any way
        sys.stderr.write(printed.getvalue())
        print(f"autogenerate could not run: {type(error).__name__}: {error}", file=sys.stderr)
        return 69
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    expected = os.environ.get("DATABASE_MARK")
    if expected and set(seen) != {expected}:
        print("env.py connects to another database than this run's connection", file=sys.stderr)
        return 69
    # Alembic's order differs from run to run.
    drops = sorted(operation for operation in found if is_drop(operation))
    others = [operation for operation in found if not is_drop(operation)]
    for operation in drops:
        print("drop: " + operation[:500], file=sys.stderr)
    for operation in others:
        print("other: " + operation[:500], file=sys.stderr)
    print(f"{len(drops)} drops and {len(others)} other operations", end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
