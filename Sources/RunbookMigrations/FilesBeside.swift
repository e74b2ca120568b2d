import RunbookModel

/// The files in a folder of migrations that are none which can be read: each is told, with what it is.
package enum FilesBeside {
  package struct Unread {
    package let file: String
    package let why: String
  }

  /// - Parameters:
  ///   - folder: of the migrations.
  ///   - known: what is read, from the folder, and what belongs to it.
  package static func unread(in folder: String, known: Set<String>) -> [Unread] {
    FolderNames.all(below: folder).compactMap { file in
      guard !known.contains(file), !isCompanion(file) else { return nil }
      return reason(file, in: folder).map { Unread(file: file, why: $0) }
    }
  }

  private static let companions: Set<String> = [
    "md", "txt", "rst", "adoc", "lock", "sum", "toml", "conf", "cfg", "ini", "plan", "mako",
    "snap", "png", "svg", "jpg", "pdf", "prisma", "iml", "gitkeep", "keep", "properties", "dbml",
  ]

  private static func isCompanion(_ file: String) -> Bool {
    let parts = file.pieces(separatedBy: "/")
    let name = parts.last.map(String.init) ?? file
    if let suffix = suffix(of: name), companions.contains(suffix) { return true }
    if ["README", "LICENSE", "CHANGELOG", "Makefile", "Dockerfile"].contains(where: name.begins) {
      return true
    }
    // Drizzle's own snapshots, and the settings of packages.
    return parts.dropLast().contains("meta") && name.ends(with: ".json")
      || ["package.json", "tsconfig.json", "package-lock.json"].contains(name)
  }

  /// Those in which tools take migrations, too.
  private static let languages = [
    "go": "Go", "py": "Python", "java": "Java", "kt": "Kotlin", "groovy": "Groovy",
    "scala": "Scala", "js": "JavaScript", "mjs": "JavaScript", "cjs": "JavaScript",
    "ts": "TypeScript", "mts": "TypeScript", "cts": "TypeScript", "rb": "Ruby", "php": "PHP",
    "ex": "Elixir", "exs": "Elixir", "cs": "C#", "fs": "F#", "vb": "Visual Basic", "rs": "Rust",
    "clj": "Clojure", "edn": "EDN", "pl": "Perl", "sh": "shell", "bash": "shell",
    "ps1": "PowerShell", "xml": "XML", "yaml": "YAML", "yml": "YAML", "json": "JSON",
    "hcl": "HCL", "swift": "Swift", "hs": "Haskell", "ml": "OCaml", "class": "compiled Java",
    "jar": "compiled Java", "pyc": "compiled Python",
  ]

  /// - Returns: nil of a program's file beside migrations that can take nothing away, such as one that only
  ///   embeds them.
  private static func reason(_ file: String, in folder: String) -> String? {
    let name = file.pieces(separatedBy: "/").last.map(String.init) ?? file
    let suffix = suffix(of: name) ?? ""
    if let language = languages[suffix] {
      let isNumbered = name.firstScalar.map(\.isASCIIDigit) ?? false
      guard isNumbered || FlywayName.isVersioned(name) || takesAway("\(folder)/\(file)") else {
        return nil
      }
      return "it is a migration in \(language), which is not read"
    }
    if suffix == "sql" {
      return file.holds("/")
        ? "it is in a folder in which this tool is not known to look"
        : "by its name this tool is not known to take it"
    }
    let isSQL = name.lowercased().pieces(separatedBy: ".").dropFirst()
      .contains { ["sql", "psql", "pgsql", "ddl", "dml"].contains($0) }
    return isSQL ? "its name does not end in `.sql`" : "it is no file of SQL"
  }

  private static let words = ["drop", "truncate", "delete", "alter", "rename", "remove", "destroy"]

  /// Whether something in it may; what cannot be read may, too.
  private static func takesAway(_ path: String) -> Bool {
    guard let text = (try? MigrationFile.read(path))?.text.lowercased() else { return true }
    return words.contains { text.holds($0) }
  }

  private static func suffix(of name: String) -> String? {
    let parts = name.pieces(separatedBy: ".", omittingEmptySubsequences: false)
    return parts.count > 1 ? parts.last.map { $0.lowercased() } : nil
  }
}

extension FilesBeside {
  /// Where a project has no migrations that can be read: those of tools that are not known, by the tools' names.
  package static func others(in project: String) -> [Unread] {
    FolderNames.all(below: project).compactMap { file in
      let parts = file.pieces(separatedBy: "/").map { $0.lowercased() }
      guard let name = parts.last, let suffix = suffix(of: name) else { return nil }
      let folders = Set(parts.dropLast())
      for one in tools where one.suffixes.contains(suffix) {
        guard
          one.folders.isEmpty
            ? one.names.contains(where: name.begins)
            : !folders.isDisjoint(with: one.folders)
        else { continue }
        let language = languages[suffix].map { " in \($0)" } ?? ""
        return Unread(
          file: file, why: "it looks like a migration of \(one.name)\(language), which is not read")
      }
      return nil
    }
  }

  private struct Tool {
    let name: String
    let suffixes: Set<String>
    /// One of which the file is in; where there are none, its name begins with one of the names.
    var folders: Set<String> = []
    var names: [String] = []
  }

  private static let tools = [
    Tool(
      name: "Liquibase", suffixes: ["xml", "yaml", "yml", "json", "sql"],
      folders: ["changelog", "changelogs"]),
    Tool(
      name: "Liquibase", suffixes: ["xml", "yaml", "yml", "json", "sql"],
      names: ["changelog", "db.changelog", "dbchangelog"]),
    Tool(name: "Rails", suffixes: ["rb"], folders: ["migrate"]),
    Tool(name: "Ecto", suffixes: ["ex", "exs"], folders: ["migrations"]),
    Tool(name: "Laravel, Doctrine or Phinx", suffixes: ["php"], folders: ["migrations"]),
    Tool(name: "Entity Framework", suffixes: ["cs", "fs", "vb"], folders: ["migrations"]),
    Tool(
      name: "Knex, TypeORM, Sequelize or another tool",
      suffixes: ["js", "mjs", "cjs", "ts", "mts", "cts"],
      folders: ["migrations", "migration"]),
    Tool(name: "Django, yoyo or another tool", suffixes: ["py"], folders: ["migrations"]),
    Tool(
      name: "a program's own tool", suffixes: ["go", "rs", "java", "kt"],
      folders: ["migrations", "migration"]),
    Tool(
      name: "a tool that is not known", suffixes: ["sql"],
      folders: ["migrations", "migration", "migrate"]),
    Tool(
      name: "pgroll or another tool", suffixes: ["json", "yaml", "yml", "hcl"],
      folders: ["migrations"]),
  ]
}
