"""Puts the guard into an Alembic project, or says whether it is there (--check) or what it would change in
env.py (--show).

PROJECT names the project; TABLES and COLUMNS what others own, as JSON: ["session", …] and
{"users": ["name", …]}. GUARD is `include_object` or `models`. Exit status: 0 done or there already,
3 not there (--check), 65 env.py is not understood and was left as it is.
"""
import difflib
import json
import os
import shutil
import sys
import tempfile
import tokenize

import patch
import project

HERE = os.path.dirname(os.path.abspath(__file__))
BY_HAND = """\
Write runbook_guard.py yourself or take the one printed above, and add to {env}:

{imports}

and to each call of context.configure(…):

    {arguments}
"""


def rules():
    """The text of runbook_guard.py."""
    tables = sorted(json.loads(os.environ["TABLES"]))
    columns = json.loads(os.environ.get("COLUMNS") or "{}")
    pairs = sorted((table, column) for table in columns for column in columns[table])
    with open(os.path.join(HERE, "rules.py"), encoding="utf-8") as file:
        text = file.read()
    return text.replace("@TABLES@", listing(tables)).replace("@COLUMNS@", listing(pairs))


def listing(items):
    return "[\n" + "".join(f"    {item!r},\n" for item in items) + "]" if items else "[]"


def read(path):
    """A program's text with its line ends as they are, and its encoding."""
    with open(path, "rb") as file:
        encoding, _ = tokenize.detect_encoding(file.readline)
    with open(path, encoding=encoding, newline="") as file:
        return file.read(), encoding


def write(path, text, encoding, like=None):
    """Writes a file beside the old one and puts it in its place at once."""
    folder = os.path.dirname(path)
    handle, partial = tempfile.mkstemp(prefix=".runbook-", dir=folder)
    try:
        with open(handle, "w", encoding=encoding, newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        model = os.stat(like or os.path.join(folder, "env.py"))
        os.chmod(partial, model.st_mode & 0o777)
        if os.geteuid() == 0:
            os.chown(partial, model.st_uid, model.st_gid)
        os.replace(partial, path)
    except BaseException:
        os.unlink(partial)
        raise


def keep_copy(env):
    """Copies env.py as it was; an earlier copy with another text stays beside it."""
    copy, number = env + ".before-runbook", 1
    with open(env, "rb") as file:
        text = file.read()
    while os.path.exists(copy):
        with open(copy, "rb") as file:
            if file.read() == text:
                return copy
        number += 1
        copy = f"{env}.before-runbook.{number}"
    shutil.copy2(env, copy)
    return copy


def is_there(env, models):
    folder = os.path.dirname(env)
    guard = os.path.join(folder, "runbook_guard.py")
    text, _ = read(env)
    if not os.path.isfile(guard) or not patch.is_patched(text, models):
        return False
    return read(guard)[0] == rules() and (
        not models or os.path.isfile(os.path.join(folder, "better_auth_models.py")))


def refuse(env, error, models):
    print(rules())
    hooks = ", ".join(f"{hook}={patch.GUARD}.{hook}" for hook in patch.HOOKS)
    arguments = "target_metadata=runbook_guard.with_models(…)" if models else hooks
    print(f"{env} was not changed: {error}.\n", file=sys.stderr)
    print(
        BY_HAND.format(env=env, imports="\n".join(patch.IMPORT), arguments=arguments),
        file=sys.stderr)
    return 65


def show(env, text, new):
    """Prints what would be changed in env.py, as a patch."""
    lines = difflib.unified_diff(
        text.splitlines(), new.splitlines(), env, env, "as it is", "with the guard", lineterm="")
    print("\n".join(lines) or f"{env} asks for the guard already")
    return 0


def main(arguments):
    models = os.environ.get("GUARD") == "models"
    _, env = project.find(os.environ["PROJECT"])
    if "--check" in arguments:
        there = is_there(env, models)
        print(f"the guard is {'in' if there else 'not in'} {env}")
        return 0 if there else 3
    text, encoding = read(env)
    try:
        new = patch.patched(text, models)
    except patch.NotUnderstood as error:
        return refuse(env, error, models)
    if "--show" in arguments:
        return show(env, text, new)
    folder = os.path.dirname(env)
    # The guard comes first: an env.py that asks for it never stands alone.
    if models:
        import models as generator

        write(os.path.join(folder, "better_auth_models.py"), generator.program(), "utf-8")
        print(f"wrote {folder}/better_auth_models.py")
    guard = os.path.join(folder, "runbook_guard.py")
    write(guard, rules(), "utf-8")
    print(f"wrote {guard}")
    if new == text:
        print(f"{env} asks for it already")
        return 0
    print(f"kept {keep_copy(env)}")
    write(env, new, encoding, like=env)
    print(f"changed {env}")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except (project.Unusable, patch.NotUnderstood, OSError) as error:
        print(error, file=sys.stderr)
        sys.exit(65)
