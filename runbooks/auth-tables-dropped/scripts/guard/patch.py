"""Puts the guard into the text of an env.py, at the places that Python's own parser names.

Each call of Alembic's `context.configure` gets the guard's functions; a rule that the team has already is
kept and asked as well. Whatever is not understood is refused, and nothing is guessed.
"""
import ast
import io
import re
import tokenize

GUARD = "runbook_guard"
HOOKS = ("include_object", "include_name")
IMPORT = (
    "# Tables that other systems own are left alone: runbook_guard.py beside this file says which.",
    "import importlib.util as _runbook_util",
    "import os as _runbook_os",
    "",
    "_runbook_spec = _runbook_util.spec_from_file_location(",
    f'    "{GUARD}",',
    f'    _runbook_os.path.join(_runbook_os.path.dirname(_runbook_os.path.abspath(__file__)), "{GUARD}.py"))',
    f"{GUARD} = _runbook_util.module_from_spec(_runbook_spec)",
    f"_runbook_spec.loader.exec_module({GUARD})",
)


class NotUnderstood(Exception):
    """env.py has a shape that is not known; the text says which."""


class Source:
    """A program's text, addressed as the parser does: lines, and bytes of UTF-8 within them."""

    def __init__(self, text):
        self.text = text
        self.lines = re.split(r"(?<=\n)|(?<=\r)(?!\n)", text)
        self.starts = [0]
        for line in self.lines:
            self.starts.append(self.starts[-1] + len(line))
        self.newline = "\r\n" if "\r\n" in text else "\n"
        self.edits = []
        try:
            self.tree = ast.parse(text)
        except (SyntaxError, ValueError) as error:
            raise NotUnderstood(f"it is no Python that this interpreter can read: {error}") from error

    def offset(self, line, column):
        prefix = self.lines[line - 1].encode("utf-8")[:column]
        return self.starts[line - 1] + len(prefix.decode("utf-8"))

    def span(self, node):
        return (
            self.offset(node.lineno, node.col_offset),
            self.offset(node.end_lineno, node.end_col_offset))

    def of(self, node):
        start, end = self.span(node)
        return self.text[start:end]

    def insert(self, offset, text):
        self.edits.append((offset, offset, text))

    def replace(self, node, text):
        self.edits.append((*self.span(node), text))

    def result(self):
        text = self.text
        for start, end, new in sorted(self.edits, reverse=True):
            text = text[:start] + new + text[end:]
        return text


def context_names(tree):
    """The names by which the program knows Alembic's context: `context`, an alias, `alembic.context`."""
    names, direct = set(), set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "alembic":
            names |= {item.asname or item.name for item in node.names if item.name == "context"}
        elif isinstance(node, ast.ImportFrom) and node.module == "alembic.context":
            direct |= {item.asname or item.name for item in node.names if item.name == "configure"}
        elif isinstance(node, ast.Import):
            for item in node.names:
                if item.name == "alembic.context" and item.asname:
                    names.add(item.asname)
                elif item.name in ("alembic", "alembic.context"):
                    names.add((item.asname or "alembic") + ".context")
    return names, direct


def configure_calls(tree):
    names, direct = context_names(tree)
    functions = direct | {name + ".configure" for name in names}
    return [
        node for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) in functions
    ]


def is_guard(node):
    """Whether an argument's value is one that this program wrote."""
    target = node.func if isinstance(node, ast.Call) else node
    return (
        isinstance(target, ast.Attribute)
        and isinstance(target.value, ast.Name)
        and target.value.id == GUARD)


def argument(call, name):
    return next((item.value for item in call.keywords if item.arg == name), None)


def is_guarded(call, models):
    spread = [item.value for item in call.keywords if item.arg is None]
    if models:
        value = argument(call, "target_metadata")
        return value is not None and is_guard(value)
    return all(
        is_guard(argument(call, hook)) if argument(call, hook) is not None
        else any(is_guard(value) for value in spread)
        for hook in HOOKS)


def last_token(source, start, end):
    """The last thing between two offsets that is neither blank nor a comment: its text and end."""
    text = source.text[start:end]
    found = None
    skipped = (
        tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT,
        tokenize.ENDMARKER)
    # Inside its own parentheses the text of a call can be read by itself.
    part = Source.__new__(Source)
    part.lines = re.split(r"(?<=\n)|(?<=\r)(?!\n)", "(" + text + ")")
    part.starts = [0]
    for line in part.lines:
        part.starts.append(part.starts[-1] + len(line))
    tokens = list(tokenize.generate_tokens(io.StringIO("(" + text + ")", newline="").readline))
    kept = [token for token in tokens if token.type not in skipped]
    if len(kept) > 2:
        token = kept[-2]
        line, column = token.end
        found = (token.string, start + part.starts[line - 1] + column - 1)
    return found


def add_arguments(source, call, added):
    """Writes keyword arguments behind the last one of a call, in the way the call is laid out."""
    opening = source.span(call.func)[1]
    opening = source.text.index("(", opening) + 1
    closing = source.span(call)[1] - 1
    last = last_token(source, opening, closing)
    comma = "" if last is None or last[0] == "," else ","
    line = source.lines[call.end_lineno - 1]
    before = line.encode("utf-8")[:call.end_col_offset - 1].decode("utf-8")
    if before.strip() == "" and last is not None:
        items = call.args + [item.value for item in call.keywords]
        first = min(items, key=lambda item: item.lineno)
        indent = re.match(r"\s*", source.lines[first.lineno - 1]).group()
        if comma:
            source.insert(last[1], comma)
        start = closing - len(before)
        source.insert(start, "".join(f"{indent}{item},{source.newline}" for item in added))
        return
    place = opening if last is None else last[1]
    source.insert(place, comma + (" " if last else "") + ", ".join(added))


def guard_call(source, call, models):
    if len(call.args) > 2:
        raise NotUnderstood(f"line {call.lineno}: configure() has arguments without names")
    spread = [item.value for item in call.keywords if item.arg is None]
    if models:
        value = argument(call, "target_metadata")
        if value is None:
            raise NotUnderstood(f"line {call.lineno}: configure() is given no target_metadata by name")
        if not is_guard(value):
            source.replace(value, f"{GUARD}.with_models({source.of(value)})")
        return
    named = [hook for hook in HOOKS if argument(call, hook) is not None]
    for hook in named:
        value = argument(call, hook)
        if not is_guard(value):
            source.replace(value, f"{GUARD}.{hook}_and({source.of(value)})")
    missing = [hook for hook in HOOKS if hook not in named]
    if not missing or any(is_guard(value) for value in spread):
        return
    if len(spread) > 1:
        raise NotUnderstood(f"line {call.lineno}: configure() is given more than one ** argument")
    if spread:
        listed = "".join(f', "{hook}"' for hook in missing)
        source.replace(spread[0], f"{GUARD}.options({source.of(spread[0])}{listed})")
    else:
        add_arguments(source, call, [f"{hook}={GUARD}.{hook}" for hook in missing])


def has_import(tree):
    return any(
        isinstance(node, ast.Assign)
        and any(isinstance(target, ast.Name) and target.id == GUARD for target in node.targets)
        for node in tree.body)


def add_import(source):
    """Puts the import behind the docstring and the imports that the program begins with."""
    body = source.tree.body
    last = None
    for position, node in enumerate(body):
        is_docstring = (
            position == 0 and isinstance(node, ast.Expr)
            and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str))
        if not (is_docstring or isinstance(node, (ast.Import, ast.ImportFrom))):
            break
        last = node
    if last is None:
        offset = source.starts[body[0].lineno - 1] if body else len(source.text)
    else:
        offset = source.starts[last.end_lineno]
    block = source.newline.join(IMPORT) + source.newline
    if last is not None:
        block = source.newline + block
        if not source.text[:offset].endswith(("\n", "\r")):
            block = source.newline + block
    source.insert(offset, block)


def is_patched(text, models=False):
    tree = Source(text).tree
    calls = configure_calls(tree)
    return bool(calls) and has_import(tree) and all(is_guarded(call, models) for call in calls)


def patched(text, models=False):
    """The text with the guard in it; the same text where it is there already.

    Raises NotUnderstood where that cannot be done for sure.
    """
    source = Source(text)
    calls = configure_calls(source.tree)
    if not calls:
        raise NotUnderstood("it does not call configure() of `from alembic import context`")
    for call in calls:
        guard_call(source, call, models)
    if not has_import(source.tree):
        add_import(source)
    result = source.result()
    try:
        done = is_patched(result, models)
    except NotUnderstood as error:
        raise NotUnderstood("its layout does not let the guard be put in") from error
    if not done:
        raise NotUnderstood("its layout does not let the guard be put in")
    return result
