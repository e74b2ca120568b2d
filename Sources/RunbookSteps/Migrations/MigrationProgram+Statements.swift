extension MigrationProgram {
  /// What a text of SQL drops, by its words.
  static let statements = ##"""
    TOKEN = re.compile(
        r"""(?P<space>\s+|--[^\n]*|/\*.*?\*/)|(?P<dollar>\$(?:[A-Za-z_]\w*)?\$)"""
        r"""|(?P<string>[eE]?'(?:[^']|'')*')|"(?P<quoted>(?:[^"]|"")+)"|(?P<word>[^\W\d][\w$]*)"""
        r"""|(?P<other>.)""", re.DOTALL)
    OBJECTS = ("table", "schema", "index", "view", "sequence", "type")


    def tokens_of(sql):
        """Words in lower case, quoted names with a quote before them, and signs."""
        tokens, executes = [], False
        for match in TOKEN.finditer(sql):
            kind, text = match.lastgroup, match.group()
            if kind == "word":
                tokens.append(text.lower())
            elif kind == "quoted":
                tokens.append('"' + match.group("quoted").replace('""', '"'))
            elif kind == "string" and executes:
                tokens += [";"] + tokens_of(text[text.index("'") + 1:-1].replace("''", "'")) + [";"]
            elif kind == "string":
                tokens.append("'")
            elif kind == "other":
                tokens.append(text)
            if kind != "space":
                executes = kind == "word" and text.lower() == "execute"
        return tokens


    class Reader:
        def __init__(self, tokens):
            self.tokens, self.at = tokens, 0

        def peek(self, offset=0):
            index = self.at + offset
            return self.tokens[index] if index < len(self.tokens) else ""

        def skip(self, *words):
            if tuple(self.tokens[self.at:self.at + len(words)]) != words:
                return False
            self.at += len(words)
            return True

        def name(self):
            """A name with its schema, or None."""
            parts = []
            while True:
                token = self.peek()
                if not ((token[:1] == '"' and len(token) > 1) or re.fullmatch(r"[^\W\d][\w$]*", token)):
                    return None
                parts.append(token.lstrip('"'))
                self.at += 1
                if not self.skip("."):
                    return (parts[-2] if len(parts) > 1 else None, parts[-1])

        def names(self):
            found = [self.name()]
            while self.skip(","):
                self.skip("only")
                found.append(self.name())
            return [item for item in found if item]


    def drop(kind, schema, table, name):
        return {"kind": kind, "schema": schema, "table": table, "name": name, "by": "text"}


    def read_sql(sql):
        """What a text of SQL drops and makes, by its words: it is not parsed."""
        reader, drops, makes = Reader(tokens_of(sql)), [], []
        while reader.at < len(reader.tokens):
            if reader.skip("alter", "table"):
                drops += read_alter(reader)
            elif reader.skip("drop"):
                drops += read_drop(reader)
            elif reader.skip("truncate"):
                reader.skip("table")
                reader.skip("only")
                drops += [drop("rows", schema, name, None) for schema, name in reader.names()]
            elif reader.skip("create"):
                while reader.peek() in ("unlogged", "global", "local", "temporary", "temp"):
                    reader.at += 1
                if reader.skip("table"):
                    reader.skip("if", "not", "exists")
                    name = reader.name()
                    makes += [("table", name[1])] if name else []
            else:
                reader.at += 1
        return drops, makes


    def read_drop(reader):
        reader.skip("materialized")
        kind = reader.peek()
        if kind not in OBJECTS:
            return []
        reader.at += 1
        reader.skip("concurrently")
        reader.skip("if", "exists")
        return [drop(kind, schema, name if kind == "table" else None, name)
                for schema, name in reader.names()]


    def read_alter(reader):
        reader.skip("if", "exists")
        reader.skip("only")
        name = reader.name()
        if not name:
            return []
        drops, previous = [], ""
        while reader.at < len(reader.tokens) and reader.peek() != ";":
            starts = previous in ("", ",") and reader.skip("drop")
            if starts:
                kind = "constraint" if reader.skip("constraint") else "column"
                reader.skip("column")
                reader.skip("if", "exists")
                dropped = reader.name()
                drops += [drop(kind, name[0], name[1], dropped[1])] if dropped else []
                previous = "drop"
            else:
                previous = reader.peek()
                reader.at += 1
        return drops

    """##
}
