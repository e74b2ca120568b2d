import RunbookModel

extension MigrationProgram {
  /// The files of a project, and the whole.
  package static let files = ##"""
    LARGEST_FILE, MOST_FILES = 2 << 20, 5000


    def folders_of(path):
        """Where the revision files are: as alembic.ini says, else in `versions`."""
        places = []
        ini = os.path.join(path, "alembic.ini")
        if os.path.isfile(ini):
            with open(ini, encoding="utf-8", errors="replace") as file:
                settings = dict(re.findall(r"^(\w+)[ \t]*[=:][ \t]*(.+?)[ \t]*$", file.read(), re.M))
            script = settings.get("script_location", "").replace("%(here)s", path)
            if script:
                places.append(os.path.join(path, script, "versions"))
            for place in re.split(r"[\s,;]+", settings.get("version_locations", "")):
                place = place.replace("%(here)s", path)
                if place and "%(" not in place:
                    places.append(os.path.join(path, place))
        places.append(os.path.join(path, "versions"))
        places += sorted(os.path.join(path, name, "versions") for name in os.listdir(path))
        found = [place for place in dict.fromkeys(map(os.path.normpath, places)) if os.path.isdir(place)]
        return found or [path]


    def revision_files(path):
        if os.path.isfile(path):
            return [path]
        found = []
        for folder in folders_of(path):
            for parent, folders, names in os.walk(folder):
                folders[:] = sorted(name for name in folders if not name.startswith((".", "__")))
                found += [os.path.join(parent, name) for name in sorted(names)
                          if name.endswith(".py") and not name.startswith((".", "__"))]
        return list(dict.fromkeys(found))[:MOST_FILES]


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


    def read_revision(file, root):
        """One file as a map; None when it is not a revision."""
        status = os.stat(file)
        shown = os.path.relpath(file, root) if os.path.isdir(root) else os.path.basename(file)
        entry = {"file": shown, "path": file, "size": status.st_size,
                 "modified": utc(datetime.fromtimestamp(int(status.st_mtime), timezone.utc))}
        if status.st_size > LARGEST_FILE:
            return {**entry, "error": "the file is larger than 2 MiB"}
        with open(file, "rb") as stream:
            content = stream.read(LARGEST_FILE)
        entry["sha256"] = hashlib.sha256(content).hexdigest()
        try:
            tree = ast.parse(content, file)
            source = content.decode("utf-8", "replace")
            marks = marks_of(tree)
            if not isinstance(marks.get("revision"), str):
                return None
            lines = re.split(r"\r\n|\r|\n", source)
            upgrade = Walk(tree, lines).run("upgrade")
            entry["downgrade"] = made_by(Walk(tree, lines).run("downgrade"))
        except SyntaxError as error:
            return {**entry, "error": "line %s: %s" % (error.lineno, error.msg)}
        except (ValueError, RecursionError, MemoryError) as error:
            return {**entry, "error": "it cannot be read: %s" % (error or type(error).__name__)}
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


    def main():
        path = json.load(sys.stdin)["path"]
        if not os.path.exists(path):
            return {"missing": True}
        read = [one for one in (read_revision(file, path) for file in revision_files(path)) if one]
        return {"revisions": [one for one in read if "error" not in one],
                "unreadable": [one for one in read if "error" in one]}


    sys.setrecursionlimit(2000)
    sys.stdout.buffer.write(json.dumps(main(), ensure_ascii=False).encode("utf-8", "replace"))

    """##
}
