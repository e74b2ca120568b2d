import RunbookModel

extension MigrationProgram {
  /// The files of a project, and the whole: no file stops the reading of the others.
  package static let files = ##"""
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

    """##
}
