import ast, builtins, hashlib, json, os, re, sys, time
from datetime import datetime, timezone

UNKNOWN = object()
LONGEST_TEXT, MOST_ITEMS, MOST_OPERATIONS, MOST_CALLS = 65536, 1000, 5000, 20
LARGEST_FILE, MOST_FILES = 2 << 20, 5000
MOST_STATEMENTS, MOST_TEXT, MOST_SECONDS = 200000, 2 << 20, 3.0
KINDS = {"drop_table": "table", "drop_column": "column", "drop_index": "index",
         "drop_constraint": "constraint"}
SIGNATURES = {
    "drop_table": ("table",), "create_table": ("table",), "rename_table": ("table",),
    "drop_column": ("table", "column"), "add_column": ("table", "column"),
    "alter_column": ("table", "column"), "drop_index": ("index", "table"),
    "create_index": ("index", "table"), "drop_constraint": ("constraint", "table"),
    "create_foreign_key": ("constraint", "table"), "create_primary_key": ("constraint", "table"),
    "create_unique_constraint": ("constraint", "table"),
    "create_check_constraint": ("constraint", "table"),
    "create_exclude_constraint": ("constraint", "table"),
    "create_table_comment": ("table",), "drop_table_comment": ("table",),
}
KEYWORDS = {
    "table": ("table_name", "source_table", "old_table_name"), "column": ("column_name", "column"),
    "index": ("index_name",), "constraint": ("constraint_name", "name"),
}


class TooMuch(Exception):
    """More than is gone through."""


class Function:
    """A name for something that can be called: a function, a lambda, or another call with arguments of its own."""

    def __init__(self, node, source, given=()):
        self.node, self.source, self.given = node, source, list(given)


class Instance(Function):
    """A class of the file, or a thing of that class."""

    def method(self, name, depth=0):
        for item in self.node.body:
            if isinstance(item, (ast.FunctionDef, ast.AsyncFunctionDef)) and item.name == name:
                return item
        for base in self.node.bases if depth < MOST_CALLS else []:
            parent = self.source.names.get(getattr(base, "id", None))
            found = parent.method(name, depth + 1) if isinstance(parent, Instance) else None
            if found is not None:
                return found
        return None


def bounded(value):
    if isinstance(value, str) and len(value) > LONGEST_TEXT:
        return UNKNOWN
    if isinstance(value, (list, dict)) and len(value) > MOST_ITEMS:
        return UNKNOWN
    return value


def filled(template, values):
    """A template with plain fields only: widths and precisions could ask for gigabytes."""
    if not isinstance(template, str) or re.search(r"%(?!\(\w+\)s|[sd%])", template):
        return UNKNOWN
    try:
        return template % (tuple(values) if isinstance(values, list) else values)
    except (TypeError, ValueError, KeyError):
        return UNKNOWN


def formatted(template, values, named):
    if re.search(r"\{(?!\w*\}|\{)", template.replace("}}", "")):
        return UNKNOWN
    try:
        return template.format(*values, **named)
    except (IndexError, KeyError, ValueError):
        return UNKNOWN


def evaluate(node, names):
    """What an expression of literals and known names is worth; UNKNOWN for all others."""
    return bounded(evaluated(node, names))


def evaluated(node, names):
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.Name):
        value = names.get(node.id, UNKNOWN)
        return UNKNOWN if isinstance(value, Function) else value
    if type(node).__name__ == "Index":  # before Python 3.9
        return evaluated(node.value, names)
    if isinstance(node, (ast.List, ast.Tuple, ast.Set)):
        items = [evaluate(item, names) for item in node.elts]
        return UNKNOWN if any(item is UNKNOWN for item in items) else items
    if isinstance(node, ast.Dict):
        pairs = [(key and evaluate(key, names), evaluate(value, names))
                 for key, value in zip(node.keys, node.values)]
        if any(not isinstance(key, str) or value is UNKNOWN for key, value in pairs):
            return UNKNOWN
        return dict(pairs)
    if isinstance(node, ast.JoinedStr):
        parts = [evaluate(part, names) for part in node.values]
        return UNKNOWN if any(part is UNKNOWN for part in parts) else "".join(map(str, parts))
    if isinstance(node, ast.FormattedValue):
        return evaluate(node.value, names) if not node.format_spec else UNKNOWN
    if isinstance(node, ast.BinOp):
        return evaluated_operation(node, names)
    if isinstance(node, ast.Subscript):
        whole, part = evaluate(node.value, names), evaluate(node.slice, names)
        try:
            return UNKNOWN if whole is UNKNOWN or part is UNKNOWN else whole[part]
        except (TypeError, KeyError, IndexError):
            return UNKNOWN
    if isinstance(node, ast.IfExp):
        both = evaluate(node.body, names), evaluate(node.orelse, names)
        return both[0] if both[0] is not UNKNOWN and both[0] == both[1] else UNKNOWN
    return evaluated_call(node, names) if isinstance(node, ast.Call) else UNKNOWN


def evaluated_operation(node, names):
    left, right = evaluate(node.left, names), evaluate(node.right, names)
    if left is UNKNOWN or right is UNKNOWN:
        return UNKNOWN
    if isinstance(node.op, ast.Mod):
        return filled(left, right)
    if isinstance(node.op, ast.Add) and type(left) is type(right) and type(left) in (str, list):
        return left + right
    return UNKNOWN


def returned(function):
    """What a function gives that does nothing else; None of all others."""
    body = getattr(function.node, "body", None)
    if isinstance(body, list):
        body = [item for item in body if not (isinstance(item, ast.Expr) and isinstance(item.value, ast.Constant))]
        body = body[0].value if len(body) == 1 and isinstance(body[0], ast.Return) else None
    return body if isinstance(body, ast.AST) else None


def evaluated_result(function):
    """What a function is worth that does nothing but return literals."""
    body = returned(function)
    return evaluate(body, {}) if body is not None else UNKNOWN


def evaluated_call(node, names):
    values = [evaluate(item, names) for item in node.args]
    named = {item.arg: evaluate(item.value, names) for item in node.keywords if item.arg}
    known = all(value is not UNKNOWN for value in [*values, *named.values()])
    name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", None)
    function = names.get(name) if isinstance(node.func, ast.Name) else None
    if isinstance(function, Function):
        return evaluated_result(function)
    first = values[0] if values else UNKNOWN
    if name in ("text", "quoted_name", "dedent", "DDL") and isinstance(first, str):
        return first
    if name in ("list", "tuple", "reversed", "sorted", "set") and isinstance(first, list):
        if name == "reversed":
            return first[::-1]
        return sorted(first, key=str) if name == "sorted" else first
    if not isinstance(node.func, ast.Attribute) or not known:
        return UNKNOWN
    owner = evaluate(node.func.value, names)
    if isinstance(owner, str):
        if name == "format":
            return formatted(owner, values, named)
        if name == "join" and isinstance(first, list) and all(isinstance(x, str) for x in first):
            return owner.join(first)
        if name in ("strip", "lower", "upper", "split", "splitlines") and not values:
            return getattr(owner, name)()
    if isinstance(owner, dict) and name in ("keys", "values", "items"):
        return [list(x) if isinstance(x, tuple) else x for x in getattr(owner, name)()]
    return UNKNOWN


# What they are called for is a value, a type or a statement, which tells by itself what it is.
HARMLESS_PACKAGES = {
    "alembic", "sqlalchemy", "sqlalchemy_utils", "sqlmodel", "geoalchemy2", "pgvector", "typing_extensions", "simplejson",
    "orjson", "ujson", "yaml", "dateutil", "pytz", "pendulum", "uuid6", "numpy", "pandas", "attr", "pydantic", "slugify",
    "tqdm", "structlog", "loguru", "cryptography", "six"}
# They begin something that nobody reads here.
RUNNERS = {"subprocess", "runpy", "importlib", "pty", "ctypes", "multiprocessing", "asyncio", "code"}
STANDARD = set(getattr(sys, "stdlib_module_names", ())) or {
    "abc", "ast", "asyncio", "base64", "binascii", "builtins", "calendar", "collections", "contextlib", "copy", "csv",
    "dataclasses", "datetime", "decimal", "enum", "fractions", "functools", "glob", "hashlib", "html", "importlib",
    "inspect", "io", "ipaddress", "itertools", "json", "locale", "logging", "math", "operator", "os", "pathlib", "pickle",
    "platform", "pprint", "random", "re", "secrets", "shutil", "socket", "string", "struct", "subprocess", "sys", "tempfile",
    "textwrap", "threading", "time", "traceback", "types", "typing", "unicodedata", "urllib", "uuid", "warnings", "zlib"}
MOST_FOLDERS, MOST_REEXPORTS = 10, 5


class Source:
    """What the names of one file mean, as far as that can be told without running it."""

    def __init__(self, tree, lines, path):
        self.lines, self.path = lines, path
        # Alembic's `op`, Alembic itself, its operations by names of their own; and what comes from elsewhere.
        self.modules, self.packages, self.direct, self.foreign, self.starred = set(), set(), {}, {}, []
        self.names = {}
        # The parts of the tree in which something is called.
        self.calling = set()
        self.note_calls(tree)
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                self.note_import(node)
            elif isinstance(node, ast.ImportFrom):
                self.note_import_from(node)
        for node in tree.body:
            for item in [node] if not isinstance(node, (ast.If, ast.Try)) else ast.walk(node):
                self.note_definition(item)

    def note_calls(self, node):
        found = isinstance(node, ast.Call)
        for child in ast.iter_child_nodes(node):
            found = self.note_calls(child) or found
        if found:
            self.calling.add(id(node))
        return found

    def note_definition(self, node):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            self.names[node.name] = Function(node, self)
        elif isinstance(node, ast.ClassDef):
            self.names[node.name] = Instance(node, self)
        elif isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value is not None:
            base = node.value
            while isinstance(base, ast.Attribute):
                base = base.value
            is_alias = isinstance(base, ast.Name) and (base.id in self.foreign or base.id in self.modules)
            value = Function(node.value, self) if is_alias or isinstance(base, ast.Lambda) else evaluate(node.value, self.names)
            for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                if isinstance(target, ast.Name):
                    self.names[target.id] = value

    def note_import(self, node):
        for item in node.names:
            if item.name == "alembic.op" and item.asname:
                self.modules.add(item.asname)
            elif item.name.split(".")[0] == "alembic":
                self.packages.add(item.asname or "alembic")
            else:
                self.foreign[item.asname or item.name.split(".")[0]] = (
                    item.name if item.asname else item.name.split(".")[0], 0)

    def note_import_from(self, node):
        module, level = node.module or "", node.level
        for item in node.names:
            name = item.asname or item.name
            if level == 0 and module == "alembic" and item.name == "op":
                self.modules.add(name)
            elif level == 0 and module == "alembic.op":
                for operation in SIGNATURES if item.name == "*" else [item.name]:
                    self.direct[item.asname or operation] = operation
            elif item.name == "*":
                self.starred.append((module, level))
            else:
                self.foreign[name] = ((module + "." if module else "") + item.name, level)

    def known(self, origin):
        """Whether nothing of a package takes anything away by being called."""
        top = origin[0].split(".")[0]
        return origin[1] == 0 and (top in HARMLESS_PACKAGES or top in STANDARD and top not in RUNNERS)


class Library:
    """The files of helpers, found beside and above the one that imports them."""

    def __init__(self):
        self.sources, self.found = {}, {}
        # Functions that were gone through and do nothing that is told.
        self.quiet = set()

    def function(self, source, origin, depth=0):
        """The function that a dotted name means; None where its file is not there, or does not define it."""
        key = os.path.dirname(source.path), origin
        if key not in self.found:
            self.found[key] = self.sought(source, origin, depth)
        return self.found[key]

    def sought(self, source, origin, depth):
        module, _, name = origin[0].rpartition(".")
        if depth > MOST_REEXPORTS or not module and not origin[1]:
            return None
        for path in self.places(source.path, module, origin[1]):
            found = self.source(path)
            if found is None:
                continue
            value = found.names.get(name)
            if isinstance(value, Function):
                return value
            if name in found.foreign:
                return self.function(found, found.foreign[name], depth + 1)
        return None

    def places(self, path, module, level):
        parts = [part for part in module.split(".") if part]
        folder = os.path.dirname(os.path.abspath(path))
        starts = [folder]
        if level:
            for _ in range(level - 1):
                folder = os.path.dirname(folder)
            starts = [folder]
        else:
            while len(starts) < MOST_FOLDERS and os.path.dirname(folder) != folder:
                folder = os.path.dirname(folder)
                starts.append(folder)
        for start in starts:
            place = os.path.join(start, *parts)
            for file in (place + ".py", os.path.join(place, "__init__.py")):
                if parts or level:
                    yield file

    def source(self, path):
        if path not in self.sources:
            self.sources[path] = None
            try:
                if os.path.isfile(path) and os.stat(path).st_size <= LARGEST_FILE:
                    with open(path, "rb") as stream:
                        content = stream.read(LARGEST_FILE)
                    self.sources[path] = Source(ast.parse(content, path), lines_of(content), path)
            except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
                pass  # What it does is told as not read.
        return self.sources[path]


def lines_of(content):
    return re.split(r"\r\n|\r|\n", content.decode("utf-8-sig", "replace"))


class Walk:
    """Goes through a function as it would run, as far as literals tell, and notes its operations."""

    def __init__(self, source, library):
        self.source, self.own, self.library, self.lines = source, source, library, source.lines
        # How often something was told, and how often a function was not gone into.
        self.noted, self.cut = 0, 0
        self.operations, self.names, self.stack = [], dict(source.names), []
        self.batches, self.aliases, self.made, self.conditional = {}, set(), {}, 0
        # The call in the revision's own file, while the body of another file's function is gone through.
        self.place, self.is_argument, self.gaps, self.told = None, False, set(), set()
        self.budget, self.text_budget = MOST_STATEMENTS, MOST_TEXT
        self.ends = time.monotonic() + MOST_SECONDS

    def run(self, name):
        """The operations of a function of the file; what stops the reading is told at the end of them."""
        function = self.names.get(name)
        try:
            if isinstance(function, Function):
                self.inline(function, [], {})
            elif name in self.source.foreign or name in self.names:
                self.gap(None, "what `%s` does is not read: it is no function of this file" % name)
        except TooMuch as error:
            self.gap(None, "not all of it is read: %s" % error)
        return self.operations

    def inline(self, function, arguments, named, owner=None):
        """Goes through a function's body, with what it is called with; `owner` is what a method is called of."""
        node = function.node
        if id(node) in self.stack or len(self.stack) >= MOST_CALLS:
            self.cut += 1
            return
        given = [*self.given(node, arguments), *named.items()]
        values = {name: self.value_of(value) for name, value in given}
        ops = {name for name, value in given if self.is_op(value)}
        is_plain = not ops and not any(isinstance(value, Function) for value in values.values())
        if is_plain and id(node) in self.library.quiet:
            return
        seen, before = (self.noted, self.cut), (self.source, self.names, self.batches, self.aliases, self.made)
        names = dict(self.names) if function.source is self.source else dict(function.source.names)
        names.update(self.defaults(function))
        names.update(values)
        if owner is not None:
            names[owner[0]] = owner[1]

        def passed(known):
            own = {name: item for name, item in known.items() if name not in values}
            return {**own, **{name: known[value.id] for name, value in given
                              if isinstance(value, ast.Name) and value.id in known}}
        self.batches, self.made = passed(self.batches), passed(self.made)
        self.aliases = (self.aliases - set(values)) | ops
        self.source, self.names = function.source, names
        self.stack.append(id(node))
        if isinstance(node, ast.Lambda):
            self.scan(node.body)
        else:
            self.body(node.body)
        self.stack.pop()
        if is_plain and function.source is not self.own and (self.noted, self.cut) == seen:
            self.library.quiet.add(id(node))
        self.source, self.names, self.batches, self.aliases, self.made = before

    def given(self, node, arguments):
        names = [item.arg for item in node.args.posonlyargs + node.args.args]
        return [(name, value) for name, value in zip(names, arguments) if not isinstance(value, ast.Starred)]

    def defaults(self, function):
        """What parameters are worth that are not given."""
        node, names = function.node.args, function.source.names
        positional = [item.arg for item in node.posonlyargs + node.args]
        values = dict.fromkeys(positional + [item.arg for item in (node.vararg, node.kwarg) if item], UNKNOWN)
        for name, value in zip(reversed(positional), reversed(node.defaults)):
            values[name] = evaluate(value, names)
        for item, value in zip(node.kwonlyargs, node.kw_defaults):
            values[item.arg] = evaluate(value, names) if value is not None else UNKNOWN
        return values

    def value_of(self, node):
        """What a name is bound to: a literal's value, or something to be called."""
        if isinstance(node, ast.Name) and isinstance(self.names.get(node.id), Function):
            return self.names[node.id]
        if isinstance(node, ast.Lambda):
            return Function(node, self.source)
        if isinstance(node, ast.Call) and isinstance(self.names.get(getattr(node.func, "id", None)), Instance):
            return self.names[node.func.id]
        if isinstance(node, ast.Call) and self.is_partial(node) and node.args:
            return Function(node.args[0], self.source, node.args[1:])
        if self.operation_of(node) or self.origin_of(node):
            return Function(node, self.source)
        return evaluate(node, self.names)

    def body(self, statements):
        for statement in statements:
            self.statement(statement)
            if isinstance(statement, (ast.Return, ast.Raise)):
                return

    def branch(self, statements):
        """Statements that may not run: what they assign is not known after them."""
        before = dict(self.names)
        self.conditional += 1
        self.body(statements)
        self.conditional -= 1
        changed = [name for name, value in self.names.items() if before.get(name) is not value]
        self.names = {**before, **dict.fromkeys(changed, UNKNOWN)}

    def statement(self, node):
        self.budget -= 1
        if self.budget < 0:
            raise TooMuch("it goes through more than %d statements" % MOST_STATEMENTS)
        if time.monotonic() > self.ends:
            raise TooMuch("it takes longer than %d s" % MOST_SECONDS)
        try:
            self.go_through(node)
        except TooMuch:
            raise
        except Exception as error:  # One statement never stops the others.
            self.gap(node, "it cannot be read: %s" % (error or type(error).__name__))

    def go_through(self, node):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            self.names[node.name] = Function(node, self.source)
        elif isinstance(node, ast.ClassDef):
            self.names[node.name] = Instance(node, self.source)
        elif isinstance(node, (ast.Assign, ast.AnnAssign, ast.AugAssign)):
            if node.value is not None:
                self.scan(node.value)
                self.assign(node)
        elif isinstance(node, (ast.For, ast.AsyncFor)):
            self.scan(node.iter)
            self.loop(node.target, node.iter, lambda: self.body(node.body))
            self.branch(node.orelse)
        elif isinstance(node, (ast.If, ast.While)):
            self.scan(node.test)
            self.branch(node.body)
            self.branch(node.orelse)
        elif isinstance(node, (ast.With, ast.AsyncWith)):
            for item in node.items:
                self.enter(item)
            self.body(node.body)
        elif isinstance(node, ast.Try) or type(node).__name__ == "TryStar":
            self.body(node.body)
            for handler in node.handlers:
                self.branch(handler.body)
            self.body(node.orelse + node.finalbody)
        elif type(node).__name__ == "Match":
            self.scan(node.subject)
            for case in node.cases:
                self.branch(case.body)
        else:
            for child in ast.iter_child_nodes(node):
                self.scan(child)

    def assign(self, node):
        value = self.value_of(node.value)
        if isinstance(node, ast.AugAssign):
            value = evaluate(ast.BinOp(node.target, node.op, node.value), self.names)
        for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
            self.bind(target, value)
            if isinstance(target, ast.Name):
                self.aliases = self.aliases | {target.id} if self.is_op(node.value) else self.aliases - {target.id}
                origin = self.origin_of(node.value.func) if isinstance(node.value, ast.Call) else None
                self.made.pop(target.id, None)
                if origin and not self.source.known(origin) and not self.library.function(self.source, origin):
                    self.made[target.id] = origin

    def bind(self, target, value):
        if isinstance(target, ast.Name):
            self.names[target.id] = value
            self.batches = {key: item for key, item in self.batches.items() if key != target.id}
        elif isinstance(target, (ast.Tuple, ast.List)):
            fits = isinstance(value, list) and len(value) == len(target.elts)
            for index, item in enumerate(target.elts):
                self.bind(item, value[index] if fits else UNKNOWN)

    def loop(self, target, iterable, run):
        values = evaluate(iterable, self.names)
        if isinstance(values, dict):
            values = list(values)
        if isinstance(values, list):
            for value in values:
                self.bind(target, value)
                run()
        else:
            self.bind(target, UNKNOWN)
            self.conditional += 1
            run()
            self.conditional -= 1

    def enter(self, item):
        call = item.context_expr
        operation = isinstance(call, ast.Call) and self.operation_of(call.func)
        if operation and operation[0] == "batch_alter_table":
            if isinstance(item.optional_vars, ast.Name):
                names = self.arguments(call, ("table",))
                self.batches = {**self.batches, item.optional_vars.id: names}
        else:
            self.scan(call)
            names = self.batch_of(call) if isinstance(call, ast.Call) else None
            if names is not None and isinstance(item.optional_vars, ast.Name):
                self.batches = {**self.batches, item.optional_vars.id: names}

    def batch_of(self, call):
        """The batch that a function of the file gives."""
        function = self.names.get(getattr(call.func, "id", None))
        made = returned(function) if isinstance(function, Function) else None
        if not isinstance(made, ast.Call) or not isinstance(function.node, (ast.FunctionDef, ast.Lambda)):
            return None
        given = [*self.given(function.node, call.args), *self.named(call).items()]
        before = self.names
        self.names = {**before, **self.defaults(function), **{name: self.value_of(value) for name, value in given}}
        operation = self.operation_of(made.func)
        names = self.arguments(made, ("table",)) if operation and operation[0] == "batch_alter_table" else None
        self.names = before
        return names

    def scan(self, node):
        """Looks for calls in an expression, in the order in which they would run."""
        if id(node) not in self.source.calling:
            return
        if isinstance(node, (ast.ListComp, ast.SetComp, ast.GeneratorExp)):
            first, names, batches = node.generators[0], self.names, self.batches
            self.names = dict(names)
            self.scan(first.iter)
            self.loop(first.target, first.iter, lambda: self.scan(node.elt))
            self.names, self.batches = names, batches
        elif isinstance(node, (ast.Lambda, ast.FunctionDef, ast.AsyncFunctionDef)):
            pass
        elif isinstance(node, ast.Call):
            before = self.is_argument
            self.is_argument = before or bool(self.operation_of(node.func))
            for child in ast.iter_child_nodes(node):
                self.scan(child)
            self.is_argument = before
            self.call(node)
        else:
            for child in ast.iter_child_nodes(node):
                self.scan(child)


HARMLESS = ("select", "insert", "update", "values", "literal_column")


def loss(kind, schema, table, name):
    return {"action": "drop", "kind": kind, "schema": schema, "table": table,
            "name": name if isinstance(name, str) else None, "by": "call"}


def chain_of(node):
    """Names of the calls in a chain: `delete`, `where` of `sa.delete(t).where(…)`."""
    names = []
    while isinstance(node, (ast.Call, ast.Attribute)):
        if isinstance(node, ast.Attribute):
            names.append(node.attr)
            node = node.value
        else:
            if isinstance(node.func, ast.Name):
                names.append(node.func.id)
            node = node.func
    return names


def may_lose(node):
    """Whether what is executed, and is no text that is known, may take something away."""
    names = chain_of(node) if isinstance(node, ast.Call) else []
    if "delete" in names:
        return not ({"where", "filter", "filter_by"} & set(names))
    return not any(name in HARMLESS for name in names)


def text_line(node, sql):
    """The line on which a text begins; None where its lines are not those of the file."""
    if isinstance(node, ast.Call) and node.args:
        node = node.args[0]
    end = getattr(node, "end_lineno", None)
    if isinstance(node, ast.Constant) and end is not None and node.value == sql:
        if end - node.lineno == sql.count("\n"):
            return node.lineno
    return None


ALEMBIC_OPERATIONS = set(SIGNATURES) | {
    "batch_alter_table", "bulk_insert", "execute", "f", "get_bind", "get_context", "inline_literal",
    "implementation_for", "register_operation"}
EXECUTES = ("execute", "exec_driver_sql", "executemany", "executescript", "run_sync", "scalar", "scalars")
RUN_TEXTS = {"exec", "eval", "compile", "__import__"}


class Calls(Walk):
    """What a call does: an operation, a function whose body is gone through, or something that is told as not read."""

    def is_op(self, node):
        if isinstance(node, ast.Name):
            return node.id in self.source.modules or node.id in self.aliases
        return (isinstance(node, ast.Attribute) and node.attr == "op" and isinstance(node.value, ast.Name)
                and node.value.id in self.source.packages)

    def is_partial(self, node):
        return getattr(node.func, "attr", getattr(node.func, "id", None)) == "partial"

    def operation_of(self, node):
        """The operation's name, and what its batch says of the table."""
        if isinstance(node, ast.Name) and node.id in self.source.direct:
            return self.source.direct[node.id], None
        if isinstance(node, ast.Call) and getattr(node.func, "id", None) == "getattr" and len(node.args) > 1:
            name = evaluate(node.args[1], self.names)
            if isinstance(name, str):
                return self.operation_of(ast.Attribute(node.args[0], name))
        if not isinstance(node, ast.Attribute):
            return None
        if isinstance(node.value, ast.Name) and node.value.id in self.batches:
            return node.attr, self.batches[node.value.id]
        return (node.attr, None) if self.is_op(node.value) else None

    def origin_of(self, node):
        """The dotted name of what comes from another module, with the level of its import; None for all else."""
        parts = []
        while isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        if not isinstance(node, ast.Name) or node.id not in self.source.foreign:
            return None
        if self.names.get(node.id, UNKNOWN) is not UNKNOWN:
            return None
        name, level = self.source.foreign[node.id]
        return ".".join([name, *reversed(parts)]), level

    def call(self, node):
        operation = self.operation_of(node.func)
        if operation:
            return self.note(node, *operation)
        if isinstance(node.func, ast.Name):
            self.call_name(node, node.func.id)
        elif isinstance(node.func, ast.Attribute):
            self.call_method(node)
        elif isinstance(node.func, ast.Lambda):
            self.inline(Function(node.func, self.source), node.args, self.named(node))
        elif isinstance(node.func, ast.Subscript) and self.is_globals(node.func.value):
            self.dispatch(node)
        elif isinstance(node.func, ast.Call) and self.is_partial(node.func) and node.func.args:
            self.apply(node, Function(node.func.args[0], self.source, node.func.args[1:]))
        else:
            self.gap(node, "what is called is only known when it runs")

    def named(self, node):
        return {item.arg: item.value for item in node.keywords if item.arg}

    def is_globals(self, node):
        return isinstance(node, ast.Call) and getattr(node.func, "id", None) in ("globals", "locals", "vars")

    def dispatch(self, node):
        """`globals()["upgrade_%s" % name]()`, as Alembic's template for several databases has it."""
        key = node.func.slice
        name = evaluate(key, self.names)
        start = key.left if isinstance(key, ast.BinOp) else key.values[0] if isinstance(key, ast.JoinedStr) else None
        start = evaluate(start, self.names) if start is not None else UNKNOWN
        start = start.split("%")[0] if isinstance(start, str) else ""
        meant = [value for key, value in self.source.names.items() if isinstance(value, Function)
                 and (key == name if isinstance(name, str) else start and key.startswith(start))]
        for function in meant:
            self.conditional += not isinstance(name, str)
            self.inline(function, node.args, self.named(node))
            self.conditional -= not isinstance(name, str)
        if not meant:
            self.gap(node, "what is called is only known when it runs")

    def apply(self, node, function):
        """Calls what a name stands for."""
        if isinstance(function, Instance):
            method = function.method("__init__")
            return self.call_own(node, function, method) if method is not None else None
        arguments, target = [*function.given, *node.args], function.node
        if isinstance(target, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            return self.inline(function, arguments, self.named(node))
        before, self.source = self.source, function.source
        self.call(ast.copy_location(ast.Call(target, arguments, node.keywords), node))
        self.source = before

    def call_name(self, node, name):
        value = self.names.get(name)
        if isinstance(value, Function):
            return self.apply(node, value)
        if name == "map" and len(node.args) == 2:
            values = evaluate(node.args[1], self.names)
            for one in values if isinstance(values, list) else [None]:
                given = [ast.Constant(one)] if isinstance(values, list) else []
                self.call(ast.copy_location(ast.Call(node.args[0], given, []), node))
            return
        if name in self.source.foreign:
            return self.call_foreign(node, self.source.foreign[name])
        if name in RUN_TEXTS:
            return self.gap(node, "what `%s` runs is only known when it runs" % name)
        if name not in self.names and hasattr(builtins, name):
            return
        for origin in self.source.starred:
            if self.library.function(self.source, (origin[0] + "." + name, origin[1])):
                return self.call_foreign(node, (origin[0] + "." + name, origin[1]))
        if not self.is_argument:
            self.gap(node, "what `%s` does is not read: it is not known what it is" % name)

    def call_foreign(self, node, origin):
        """A function of another module: gone through where its file is there, and else told."""
        if self.source.known(origin):
            top = origin[0].split(".")
            if top[0] == "os" and top[-1].startswith(("system", "popen", "exec", "spawn", "posix_spawn")):
                self.gap(node, "what the program does that `%s` starts is not read" % origin[0])
            return
        function = self.library.function(self.source, origin)
        if function is not None:
            outer, self.place = self.place, self.place or node
            self.apply(node, function)
            self.place = outer
        elif not self.is_argument and not origin[0].split(".")[-1][:1].isupper():
            module, _, name = origin[0].rpartition(".")
            module = "." * origin[1] + module
            self.gap(node, "what `%s`%s does is not read" % (name, " of `%s`" % module if module else ""))

    def call_method(self, node):
        name, owner = node.func.attr, node.func.value
        if name in EXECUTES and node.args:
            if isinstance(evaluate(node.args[0], self.names), str) or may_lose(node.args[0]):
                if name == "run_sync" or name.startswith("scalar") and not self.is_text(node.args[0]):
                    return
                return self.note(node, "execute", None)
            return
        if name in ("drop", "drop_all"):
            return self.object_drop(node)
        if name in KINDS:
            return self.gap(node, "of what `%s` takes something away is only known when it runs" % name)
        if name == "delete" and "query" in chain_of(node) and may_lose(node):
            return self.gap(node, "which table it empties is only known when it runs")
        origin = self.origin_of(node.func)
        if origin:
            return self.call_foreign(node, origin)
        base = owner
        while isinstance(base, (ast.Attribute, ast.Call, ast.Subscript)):
            base = base.func if isinstance(base, ast.Call) else base.value
        made = self.made.get(base.id) if isinstance(base, ast.Name) else None
        given = self.origin_of(owner.func) if isinstance(owner, ast.Call) else None
        if given and not self.source.known(given) and not self.library.function(self.source, given):
            made = given
        if made:
            if made not in self.told:
                self.told.add(made)
                self.gap(node, "what is done by what `%s` gives is not read" % made[0])
            return
        value = self.names.get(owner.id) if isinstance(owner, ast.Name) else self.value_of(owner)
        method = value.method(name) if isinstance(value, Instance) else None
        if method is not None:
            self.call_own(node, value, method)

    def call_own(self, node, value, method):
        """A method of a class of the file."""
        is_static = any(getattr(item, "id", None) == "staticmethod" for item in method.decorator_list)
        parameters = method.args.posonlyargs + method.args.args
        owner = None if is_static or not parameters else (parameters[0].arg, value)
        given = node.args if owner is None else [ast.Constant(None), *node.args]
        self.inline(Function(method, value.source), given, self.named(node), owner)

    def is_text(self, node):
        return isinstance(evaluate(node, self.names), str)

    def object_drop(self, node):
        """`sa.Enum(name=…).drop(bind)`, `sa.Table(name, …).drop(bind)`, `metadata.drop_all(bind)`."""
        if node.func.attr == "drop_all":
            return self.note(node, "drop_all", None)
        made = node.func.value
        kind = (getattr(made.func, "attr", None) or getattr(made.func, "id", "")).lower() \
            if isinstance(made, ast.Call) else ""
        if kind == "table":
            self.note(ast.copy_location(ast.Call(node.func, made.args, made.keywords), node),
                      "drop_table", None)
        elif kind == "enum":
            named = {item.arg: item.value for item in made.keywords}
            name = evaluate(named["name"], self.names) if "name" in named else None
            item = self.note(node, "drop_type", None)
            if item:
                item["drops"] = [loss("type", None, None, name)]
        else:
            self.gap(node, "what is dropped is only known when it runs")

    def arguments(self, node, signature):
        """Names of what an operation works on; None where they cannot be read."""
        found = {}
        named = {item.arg: item.value for item in node.keywords}
        for index, field in enumerate(signature):
            argument = node.args[index] if index < len(node.args) else None
            for keyword in KEYWORDS[field]:
                argument = named.get(keyword) if argument is None else argument
            if isinstance(argument, ast.Call) and argument.args and field == "column":
                argument = argument.args[0]
            if isinstance(argument, ast.Call) and argument.args and field != "table":
                argument = argument.args[0]
            value = evaluate(argument, self.names) if argument is not None else UNKNOWN
            found[field] = value if isinstance(value, str) else None
        schema = evaluate(named["schema"], self.names) if "schema" in named else None
        found["schema"] = schema if isinstance(schema, str) else None
        return found

    def note_rename(self, node, name, item):
        named = {one.arg: one.value for one in node.keywords}
        if name == "rename_table":
            new = node.args[1] if len(node.args) > 1 else named.get("new_table_name")
            kind = "table"
        else:
            new, kind = named.get("new_column_name"), "column"
        if new is None or isinstance(new, ast.Constant) and new.value is None:
            return
        target = evaluate(new, self.names)
        target = target if isinstance(target, str) else None
        item["drops"] = [{**loss(kind, item["schema"], item["table"], item[kind]),
                          "action": "rename", "to": target}]
        item["makes"] = [[kind, target if kind == "table" else item["table"], target]]

    def item(self, node, name):
        """An operation at its place in the revision's own file."""
        self.noted += 1
        node = self.place or node
        lines = self.lines
        line = node.lineno if node is not None else 1
        end = getattr(node, "end_lineno", None) or line
        return {"op": name, "line": line, "end_line": end, "text": "\n".join(lines[line - 1:end]),
                "is_conditional": self.conditional > 0,
                "table": None, "column": None, "index": None, "constraint": None}

    def gap(self, node, reason):
        """Something of which nobody can tell what it does."""
        item = {**self.item(node, "call"), "unknown": reason}
        if (item["line"], reason) not in self.gaps and len(self.operations) < MOST_OPERATIONS:
            self.gaps.add((item["line"], reason))
            self.operations.append(item)

    def note(self, node, name, batch):
        if len(self.operations) >= MOST_OPERATIONS or name in ("get_bind", "get_context", "f", "inline_literal"):
            return
        item = self.item(node, name)
        signature = SIGNATURES.get(name, ())
        if batch is not None:
            signature = tuple(field for field in signature if field != "table")
        found = self.arguments(node, signature)
        if batch is not None:
            found["table"], found["schema"] = batch.get("table"), batch.get("schema")
        item.update(found)
        if name == "execute":
            sql = evaluate(node.args[0], self.names) if node.args else UNKNOWN
            self.text_budget -= len(sql) if isinstance(sql, str) else 0
            if self.text_budget < 0:
                raise TooMuch("it executes more than %d characters of SQL" % MOST_TEXT)
            item["sql"] = sql if isinstance(sql, str) else None
            is_own = self.place is None and isinstance(sql, str)
            item["sql_line"] = text_line(node.args[0], sql) if is_own else None
            if not isinstance(sql, str) and node.args and may_lose(node.args[0]):
                item["unknown"] = "the text of the statement is only known when it runs"
        elif name in KINDS:
            kind = KINDS[name]
            item["drops"] = [loss(kind, found["schema"], found["table"], found[kind])]
        elif name in ("rename_table", "alter_column"):
            self.note_rename(node, name, item)
        elif name == "drop_all":
            item["unknown"] = "which tables it drops is only known when it runs"
        elif batch is None and name not in ALEMBIC_OPERATIONS and name != "drop_type":
            item["unknown"] = "what `op.%s` does is not read: it is no operation of Alembic's own" % name
        for one in item.get("drops", []):
            if one["name"] is None and (one["table"] is None or one["kind"] != "constraint"):
                item["unknown"] = "the name of the %s is only known when it runs" % one["kind"]
        self.operations.append(item)
        return item


def settings_of(path):
    """What alembic.ini, or the table of Alembic in pyproject.toml, says of places."""
    for name, section in (("alembic.ini", "alembic"), ("pyproject.toml", "tool.alembic")):
        try:
            with open(os.path.join(path, name), encoding="utf-8-sig", errors="replace") as file:
                text = file.read(LARGEST_FILE)
        except OSError:
            continue
        found = re.search(r"^\[%s\][ \t]*$(.*?)(?=^\[|\Z)" % re.escape(section), text, re.M | re.S)
        settings = dict(re.findall(r"^(\w+)[ \t]*[=:][ \t]*(.+(?:\n[ \t]+\S.*)*)$", found.group(1) if found else "", re.M))
        if settings:
            return {key: re.sub(r"[\[\]\"',]", " ", value).strip() if section.startswith("tool") else value.strip()
                    for key, value in settings.items()}
    return {}


def folders_of(path, notices):
    """Where the revision files are: as the settings say, else in `versions`."""
    settings, places = settings_of(path), []
    script = settings.get("script_location", "").replace("%(here)s", path)
    if ":" in script:  # PACKAGE:FOLDER
        package, _, folder = script.partition(":")
        script = os.path.join(package.replace(".", os.sep), folder)
    if script:
        places.append(os.path.join(path, script, "versions"))
    listed = settings.get("version_locations", "").replace("%(here)s", path)
    said = settings.get("version_path_separator", settings.get("path_separator", ""))
    pieces = re.split(r":" if said in (":", "os") else r";" if said == ";" else r"[\s,;]+", listed)
    for place in (piece.strip() for piece in pieces):
        if place and "%(" not in place:
            places.append(os.path.join(path, place))
            if not os.path.isdir(places[-1]):
                notices.append("`version_locations` names %s, which is not there" % place)
    places.append(os.path.join(path, "versions"))
    try:
        names = sorted(os.listdir(path))
    except OSError as error:
        names = []
        notices.append("%s cannot be looked into: %s" % (path, error.strerror))
    places += [os.path.join(path, name, "versions") for name in names if not name.startswith(".")]
    found = [place for place in dict.fromkeys(map(os.path.normpath, places)) if os.path.isdir(place)]
    return found or [path]


def revision_files(path):
    """The files in which revisions may be, and what is to be said of the others."""
    if os.path.isfile(path):
        return [path], []
    found, notices = [], []
    for folder in folders_of(path, notices):
        walk = os.walk(folder, onerror=lambda error: notices.append(
            "%s cannot be looked into: %s" % (error.filename, error.strerror)))
        for parent, folders, names in walk:
            folders[:] = sorted(name for name in folders if not name.startswith((".", "__")))
            found += [os.path.join(parent, name) for name in sorted(names)
                      if name.endswith(".py") and not name.startswith((".", "__"))]
            notices += ["not read: %s is compiled, without its source" % os.path.relpath(os.path.join(parent, name), path)
                        for name in sorted(names) if name.endswith(".pyc") and name[:-1] not in names
                        and not name.startswith("__")]
    found = list(dict.fromkeys(found))
    if len(found) > MOST_FILES:
        notices.append("not read: %d files beyond the first %d" % (len(found) - MOST_FILES, MOST_FILES))
    return found[:MOST_FILES], notices


def utc(moment):
    return moment.astimezone(timezone.utc).isoformat().replace("+00:00", "Z")


def created_of(docstring):
    """The creation date of the file's head, and whether it says its zone."""
    match = re.search(r"^Create Date:[ \t]*(\S.*?)[ \t]*$", docstring, re.M)
    try:
        moment = datetime.fromisoformat(match.group(1)) if match else None
    except ValueError:
        moment = None
    if moment is None:
        return None, False
    return utc(moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)), bool(moment.tzinfo)


def marks_of(tree):
    """`revision`, `down_revision` and their like."""
    marks = {}
    for node in tree.body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        for target in targets:
            if isinstance(target, ast.Name) and getattr(node, "value", None) is not None:
                value = evaluate(node.value, marks)
                if value is not UNKNOWN:
                    marks[target.id] = value
    return marks


def made_by(operations):
    """What the operations make: kind, table and name; and what their texts may make."""
    made = []
    for item in operations:
        made += item.pop("makes", [])
        if item["op"] == "create_table":
            made.append(["table", item["table"], item["table"]])
        for kind in ("column", "index", "constraint"):
            if item["op"].startswith(("add_", "create_")) and item[kind]:
                made.append([kind, item["table"], item[kind]])
    return {"makes": made, "texts": [one["sql"] for one in operations if one.get("sql")]}


def revision_of(entry, content, file, library):
    """One file as a map; None when it is not a revision."""
    tree = ast.parse(content, file)
    marks, lines = marks_of(tree), lines_of(content)
    source = Source(tree, lines, file)
    assigned = [target.id for node in tree.body if isinstance(node, (ast.Assign, ast.AnnAssign))
                for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
                if isinstance(target, ast.Name)]
    if not isinstance(marks.get("revision"), str):
        if "revision" in assigned:
            return {**entry, "error": "its revision is only known when it runs"}
        if "upgrade" in source.names:
            return {**entry, "error": "it has an upgrade, and no revision"}
        return None
    upgrade = Calls(source, library).run("upgrade")
    entry["downgrade"] = made_by(Calls(source, library).run("downgrade"))
    docstring = ast.get_docstring(tree) or ""
    entry["revision"], down = marks["revision"], marks.get("down_revision")
    entry["down_revision"] = down if isinstance(down, (str, list)) else None
    for key in ("branch_labels", "depends_on"):
        value = marks.get(key)
        entry[key] = [value] if isinstance(value, str) else value if isinstance(value, list) else []
    entry["message"] = docstring.strip().split("\n")[0]
    entry["created"], entry["created_has_zone"] = created_of(docstring)
    for one in upgrade:
        one.pop("makes", None)
    return {**entry, "operations": upgrade}


def read_revision(file, root, library, ends):
    """One file as a map, whatever it holds: what cannot be read has its reason as `error`."""
    shown = os.path.relpath(file, root) if os.path.isdir(root) else os.path.basename(file)
    entry = {"file": shown, "path": file}
    try:
        status = os.stat(file)
        entry["size"] = status.st_size
        entry["modified"] = utc(datetime.fromtimestamp(int(status.st_mtime), timezone.utc))
        if not os.path.isfile(file):
            return {**entry, "error": "it is not a regular file"}
        if status.st_size > LARGEST_FILE:
            return {**entry, "error": "the file is larger than 2 MiB"}
        if time.monotonic() > ends:
            return {**entry, "error": "no time was left for it: give the step a longer `timeout:`"}
        with open(file, "rb") as stream:
            content = stream.read(LARGEST_FILE)
        entry["sha256"] = hashlib.sha256(content).hexdigest()
        return revision_of(dict(entry), content, file, library)
    except SyntaxError as error:
        return {**entry, "error": "line %s: %s" % (error.lineno, error.msg)}
    except OSError as error:
        return {**entry, "error": "it cannot be read: %s" % (error.strerror or error)}
    except (Exception, RecursionError, MemoryError) as error:  # One file never stops the others.
        return {**entry, "error": "it cannot be read: %s" % (error or type(error).__name__)}


def main():
    request = json.load(sys.stdin)
    path, ends = request["path"], time.monotonic() + request["seconds"]
    if not os.path.exists(path):
        return {"missing": True}
    library = Library()
    files, notices = revision_files(path)
    read = [(file, read_revision(file, path, library, ends)) for file in files]
    return {"revisions": [one for _, one in read if one and "error" not in one],
            "unreadable": [one for _, one in read if one and "error" in one],
            "others": [os.path.relpath(file, path) for file, one in read if one is None], "notices": notices}


sys.setrecursionlimit(2000)
sys.stdout.buffer.write(json.dumps(main(), ensure_ascii=False).encode("utf-8", "replace"))
