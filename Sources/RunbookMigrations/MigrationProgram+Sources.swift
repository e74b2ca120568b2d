import RunbookModel

extension MigrationProgram {
  /// What the names of a file mean, and where helpers of other modules are found.
  package static let sources = ##"""
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

    """##
}
