import RunbookModel

/// Where the tools keep their files below a project's folder, as their own settings say it, and else as usual.
package struct MigrationPlaces {
  private let project: String

  package init(_ project: String) { self.project = project }

  /// The folders in which migrations may be, those that a setting names first.
  package var folders: [String] {
    var seen: Set<String> = []
    return (settings + Self.usual).map { $0.isEmpty ? project : "\(project)/\($0)" }
      .filter { seen.insert($0).inserted }
  }

  private static let usual = [
    "", "migrations", "prisma/migrations", "drizzle", "db/migrations", "db/migration",
    "src/main/resources/db/migration", "supabase/migrations", "sql/migrations", "migrations/sql",
    "database/migrations", "db/migrate",
  ]

  private var settings: [String] {
    var found: [String] = []
    for (name, key) in Self.files {
      // A tool that is not there has no settings.
      guard let text = (try? MigrationFile.read("\(project)/\(name)"))?.text else { continue }
      for line in text.pieces(whereSeparator: \.isNewline) {
        guard let place = line.range(ofFirst: key) else { continue }
        let value = line[place.upperBound...].dropScalars { " \t=:[('\"`".holds($0) }
        let isWord = !(line[..<place.lowerBound].unicodeScalars.last.map(\.isLetter) ?? false)
        guard isWord, value.startIndex > place.upperBound else { continue }
        found += value.pieces(separatedBy: ",").compactMap(Self.folder)
      }
    }
    return found
  }

  /// The settings of Flyway, Drizzle, dbmate and Atlas that name folders.
  private static let files = [
    ("flyway.conf", "flyway.locations"), ("conf/flyway.conf", "flyway.locations"),
    ("flyway.toml", "locations"), ("src/main/resources/application.properties", "flyway.locations"),
    ("drizzle.config.ts", "out"), ("drizzle.config.js", "out"), ("drizzle.config.json", "out\""),
    (".env", "DBMATE_MIGRATIONS_DIR"), ("atlas.hcl", "dir"),
  ]

  /// `filesystem:sql`, `classpath:db/migration`, `file://migrations`, `./drizzle`: from the project's folder.
  private static func folder(_ text: Substring) -> String? {
    var path = text.trimming { " \t\"'`,;])".holds($0) }
    var start = ""
    if path.begins(with: "classpath:") { start = "src/main/resources/" }
    for prefix in ["filesystem:", "classpath:", "file://", "./"] {
      path = path.dropping(prefix: prefix)
    }
    path = path.prefixOfScalars { !"\"'`,; \t])".holds($0) }
    while path.ends(with: "/") { path = path.dropLastScalars() }
    guard !path.isEmpty, !path.begins(with: "/"), !path.holds("..") else { return nil }
    return start + String(path)
  }
}
