extension MigrationProgram {
  /// The files of a project, and the whole.
  static let files = ##"""
    LARGEST_FILE, MOST_FILES, LONGEST_SOURCE = 2 << 20, 5000, 65536


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


    def instant(text):
        """Of RFC 3339 in UTC, to the microsecond."""
        return datetime.fromisoformat(re.sub(r"(\.\d{6})\d*|Z", r"\1", text) + "+00:00")


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


    def is_made(item, made):
        if item["kind"] == "table":
            return ("table", item["table"]) in made
        return (item["kind"], item["table"], item["name"]) in made


    def made_by(operations):
        made = set()
        for item in operations:
            made.update(tuple(make) for make in item.get("makes", []))
            if item["op"] == "create_table":
                made.add(("table", item["table"]))
            for kind in ("column", "index", "constraint"):
                if item["op"].startswith(("add_", "create_")) and item[kind]:
                    made.add((kind, item["table"], item[kind]))
        return made


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
            made = made_by(Walk(tree, lines).run("downgrade"))
        except SyntaxError as error:
            return {**entry, "error": "line %s: %s" % (error.lineno, error.msg)}
        except (ValueError, RecursionError, MemoryError) as error:
            return {**entry, "error": "it cannot be read: %s" % (error or type(error).__name__)}
        docstring = ast.get_docstring(tree) or ""
        entry["revision"], down = marks["revision"], marks.get("down_revision")
        entry["down_revision"] = down if isinstance(down, (str, list)) else None
        entry["message"] = docstring.strip().split("\n")[0]
        entry["created"], entry["created_has_zone"] = created_of(docstring)
        drops = [{**item, "line": one["line"], "end_line": one["end_line"], "text": one["text"],
                  "recreated_by_downgrade": is_made(item, made)}
                 for one in upgrade for item in one.get("drops", [])]
        for one in upgrade:
            one.pop("makes", None)
            one.pop("drops", None)
        entry["operations"], entry["drops"] = upgrade, drops
        entry["intended"] = [one for one in upgrade if not one["is_drop"]]
        return {**entry, "source": source}


    def downs_of(entry):
        down = entry["down_revision"]
        return down if isinstance(down, list) else [down] if down else []


    def in_order(entries):
        """Each revision after those that it revises."""
        left = sorted(entries, key=lambda one: (one["created"] or one["modified"], one["file"]))
        done, ordered = set(), []
        names = {one["revision"] for one in entries}
        while left:
            ready = [one for one in left if all(d in done or d not in names for d in downs_of(one))]
            one = ready[0] if ready else left[0]
            left.remove(one)
            ordered.append(one)
            done.add(one["revision"])
        return ordered


    def is_meant(item, tables):
        if item["kind"] not in ("table", "schema"):
            return False
        full = "%s.%s" % (item["schema"], item["table"])
        return not tables or item["table"] in tables or full in tables


    def main():
        wanted = json.load(sys.stdin)
        path, tables = wanted["path"], wanted["tables"]
        if not os.path.exists(path):
            return {"missing": True}
        read = [read_revision(file, path) for file in revision_files(path)]
        entries = [one for one in read if one and "error" not in one]
        ordered = in_order(entries)
        revised = {name for one in entries for name in downs_of(one)}
        heads = [one["revision"] for one in ordered if one["revision"] not in revised]
        if wanted["revision"]:
            ordered = [one for one in ordered if one["revision"].startswith(wanted["revision"])]
        if wanted["since"]:
            since = instant(wanted["since"])
            ordered = [one for one in ordered if instant(one["created"] or one["modified"]) >= since]
        culprits = []
        for one in ordered:
            source = one.pop("source")
            meant = [item["table"] for item in one["drops"] if is_meant(item, tables)]
            if meant:
                culprits.append({**one, "dropped_tables": list(dict.fromkeys(filter(None, meant))),
                                 "source": source[:LONGEST_SOURCE]})
        dropped = [name for one in culprits for name in one["dropped_tables"]]
        return {"revisions": ordered, "culprits": culprits, "drops": list(dict.fromkeys(dropped)),
                "head": ", ".join(heads), "unreadable": [one for one in read if one and "error" in one]}


    sys.setrecursionlimit(2000)
    sys.stdout.buffer.write(json.dumps(main(), ensure_ascii=False).encode("utf-8", "replace"))

    """##
}
