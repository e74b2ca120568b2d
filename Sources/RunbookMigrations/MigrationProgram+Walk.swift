import RunbookModel

extension MigrationProgram {
  /// Goes through a function in the order in which its statements would run.
  package static let walk = ##"""
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

    """##
}
