import RunbookModel

extension MigrationProgram {
  /// What is noted of texts and losses; a text itself is judged elsewhere, by PostgreSQL's own parser.
  package static let statements = ##"""
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

    """##
}
