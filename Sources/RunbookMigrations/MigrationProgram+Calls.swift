import RunbookModel

extension MigrationProgram {
  /// What each call does: an operation, a body to go through, or something that is told as not read.
  package static let calls = ##"""
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

    """##
}
