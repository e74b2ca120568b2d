import RunbookModel

extension MigrationProgram {
  /// The operations of a function, in the order in which they would run.
  package static let walk = ##"""
    class Walk:
        """Goes through a function as it would run, as far as literals tell, and notes its operations."""

        def __init__(self, tree, lines):
            self.lines, self.operations = lines, []
            self.modules, self.packages, self.direct = set(), set(), {}
            self.functions, self.names, self.stack = {}, {}, []
            self.batches, self.conditional = {}, 0
            self.budget, self.text_budget = MOST_STATEMENTS, MOST_TEXT
            for node in ast.walk(tree):
                self.note_import(node)
            for node in tree.body:
                if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                    self.functions[node.name] = node
                elif isinstance(node, (ast.Assign, ast.AnnAssign)):
                    self.assign(node)

        def note_import(self, node):
            if isinstance(node, ast.Import):
                for item in node.names:
                    if item.name == "alembic.op" and item.asname:
                        self.modules.add(item.asname)
                    elif item.name.split(".")[0] == "alembic":
                        self.packages.add(item.asname or "alembic")
            elif isinstance(node, ast.ImportFrom) and node.module == "alembic":
                self.modules.update(i.asname or i.name for i in node.names if i.name == "op")
            elif isinstance(node, ast.ImportFrom) and node.module == "alembic.op":
                for item in node.names:
                    for name in SIGNATURES if item.name == "*" else [item.name]:
                        self.direct[item.asname or name] = name

        def run(self, function):
            for name, node in self.functions.items():
                if name == function or name.startswith(function + "_"):
                    self.inline(node, {})
            return self.operations

        def inline(self, node, given):
            if node.name in self.stack or len(self.stack) >= MOST_CALLS:
                return
            names, batches = self.names, self.batches
            parameters = [item.arg for item in node.args.posonlyargs + node.args.args]
            self.names = {**names, **dict.fromkeys(parameters, UNKNOWN)}
            for key, argument in given.items():
                name = parameters[key] if isinstance(key, int) and key < len(parameters) else key
                self.names[name] = evaluate(argument, names)
                if isinstance(argument, ast.Name) and argument.id in batches:
                    self.batches = {**self.batches, name: batches[argument.id]}
            self.stack.append(node.name)
            self.body(node.body)
            self.stack.pop()
            self.names, self.batches = names, batches

        def body(self, statements):
            for statement in statements:
                self.statement(statement)

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
                raise ValueError("it goes through more than %d statements" % MOST_STATEMENTS)
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                self.functions[node.name] = node
            elif isinstance(node, ast.ClassDef):
                pass
            elif isinstance(node, (ast.Assign, ast.AnnAssign, ast.AugAssign)):
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
                for case in node.cases:
                    self.branch(case.body)
            else:
                for child in ast.iter_child_nodes(node):
                    self.scan(child)

        def assign(self, node):
            value = evaluate(node.value, self.names) if node.value else UNKNOWN
            if isinstance(node, ast.AugAssign):
                value = evaluate(ast.BinOp(node.target, node.op, node.value), self.names)
            for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                self.bind(target, value)
                operation = self.operation_of(node.value) if node.value else None
                if isinstance(target, ast.Name) and operation and not operation[1]:
                    self.direct[target.id] = operation[0]

        def bind(self, target, value):
            if isinstance(target, ast.Name):
                self.names[target.id] = value
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

        def scan(self, node):
            """Looks for operations in an expression, in the order in which they would run."""
            if isinstance(node, (ast.ListComp, ast.SetComp, ast.GeneratorExp)):
                first, names = node.generators[0], self.names
                self.names = dict(names)
                self.loop(first.target, first.iter, lambda: self.scan(node.elt))
                self.names = names
            elif isinstance(node, ast.Lambda):
                pass
            else:
                for child in ast.iter_child_nodes(node):
                    self.scan(child)
                if isinstance(node, ast.Call):
                    self.call(node)

        def operation_of(self, node):
            """The operation's name, and what its batch says of the table."""
            if isinstance(node, ast.Name) and node.id in self.direct:
                return self.direct[node.id], None
            if isinstance(node, ast.Call) and getattr(node.func, "id", None) == "getattr":
                name = evaluate(node.args[1], self.names) if len(node.args) > 1 else UNKNOWN
                if isinstance(name, str):
                    return self.operation_of(ast.Attribute(node.args[0], name))
            if not isinstance(node, ast.Attribute):
                return None
            owner = node.value
            if isinstance(owner, ast.Name):
                if owner.id in self.batches:
                    return node.attr, self.batches[owner.id]
                if owner.id in self.modules:
                    return node.attr, None
            if isinstance(owner, ast.Attribute) and owner.attr == "op":
                if isinstance(owner.value, ast.Name) and owner.value.id in self.packages:
                    return node.attr, None
            return None

        def call(self, node):
            operation = self.operation_of(node.func)
            if operation:
                return self.note(node, *operation)
            name = getattr(node.func, "id", None)
            if name in self.functions:
                given = {**dict(enumerate(node.args)), **{k.arg: k.value for k in node.keywords}}
                return self.inline(self.functions[name], given)
            if name == "map" and len(node.args) == 2:
                operation, values = self.operation_of(node.args[0]), evaluate(node.args[1], self.names)
                if operation and isinstance(values, list):
                    for value in values:
                        call = ast.Call(node.args[0], [ast.Constant(value)], [])
                        self.note(ast.copy_location(call, node), *operation)
            elif getattr(node.func, "attr", None) in ("execute", "exec_driver_sql") and node.args:
                if isinstance(evaluate(node.args[0], self.names), str) or may_lose(node.args[0]):
                    self.note(node, "execute", None)
            elif getattr(node.func, "attr", None) in ("drop", "drop_all"):
                self.object_drop(node)

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

        def note(self, node, name, batch):
            if len(self.operations) >= MOST_OPERATIONS or name in ("get_bind", "get_context", "f"):
                return
            end = getattr(node, "end_lineno", None) or node.lineno
            text = "\n".join(self.lines[node.lineno - 1:end])
            item = {"op": name, "line": node.lineno, "end_line": end, "text": text,
                    "is_conditional": self.conditional > 0}
            signature = SIGNATURES.get(name, ())
            if batch is not None:
                signature = tuple(field for field in signature if field != "table")
            found = {"table": None, "column": None, "index": None, "constraint": None,
                     **self.arguments(node, signature)}
            if batch is not None:
                found["table"], found["schema"] = batch.get("table"), batch.get("schema")
            item.update(found)
            if name == "execute":
                sql = evaluate(node.args[0], self.names) if node.args else UNKNOWN
                self.text_budget -= len(sql) if isinstance(sql, str) else 0
                if self.text_budget < 0:
                    raise ValueError("it executes more than %d characters of SQL" % MOST_TEXT)
                item["sql"] = sql if isinstance(sql, str) else None
                item["sql_line"] = text_line(node.args[0], sql) if isinstance(sql, str) else None
                if not isinstance(sql, str) and node.args and may_lose(node.args[0]):
                    item["unknown"] = "the text of the statement is only known when it runs"
            elif name in KINDS:
                kind = KINDS[name]
                item["drops"] = [loss(kind, found["schema"], found["table"], found[kind])]
            elif name in ("rename_table", "alter_column"):
                self.note_rename(node, name, item)
            elif name == "drop_all":
                item["unknown"] = "which tables it drops is only known when it runs"
            for one in item.get("drops", []):
                if one["name"] is None and (one["table"] is None or one["kind"] != "constraint"):
                    item["unknown"] = "the name of the %s is only known when it runs" % one["kind"]
            self.operations.append(item)
            return item

    """##
}
