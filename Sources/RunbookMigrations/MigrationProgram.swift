/// The Python program that reads Alembic's revision files by Python's own `ast`.
///
/// It executes nothing of them, and judges no text of SQL: it hands these over with their lines. It takes
/// one JSON object (`path`, and `seconds` that it may take) on its standard input, and prints one. Every call that a
/// way up makes is an operation, a function that is gone through, known to take nothing away, or told as not read.
/// Python 3.8 and later run it, without any package.
package enum MigrationProgram {
  package static let text = [values, sources, walk, statements, calls, files].joined(
    separator: "\n\n")

  /// What expressions of literals are worth.
  package static let values = ##"""
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

    """##
}
