import RunbookModel

/// Finds the migrations of a folder, in the order in which its tool applies them.
package struct SQLLayout {
  package let tool: MigrationTool
  package let folder: String
  package private(set) var migrations: [SQLMigration] = []
  package private(set) var notices: [String] = []
  /// What of the folder is not read, with the reason.
  package private(set) var unread: [FilesBeside.Unread] = []
  /// What belongs to the migrations, or is told of in a notice.
  private var companions: Set<String> = []

  package init(_ tool: MigrationTool, _ folder: String) {
    self.tool = tool
    self.folder = folder
    if folder.ends(with: ".sql") {
      migrations = [Self.alone(folder)]
      return
    }
    switch tool {
    case .alembic: break
    case .flyway: readFlyway()
    case .prisma: readPrisma()
    case .drizzle: readDrizzle()
    case .sqitch: readSqitch()
    case .dbmate, .sql: readNames()
    }
    findUnread()
  }

  /// Looks through the folder in which all the migrations are.
  private mutating func findUnread() {
    guard let first = migrations.first else { return }
    func parents(_ file: String) -> [Substring] { file.pieces(separatedBy: "/").dropLast() }
    let isFolderEach = tool == .prisma || migrations.allSatisfy { $0.file.ends(with: "/up.sql") }
    let common =
      isFolderEach
      ? []
      : migrations.reduce(parents(first.file)) { common, one in
        zip(common, parents(one.file)).prefix { $0 == $1 }.map(\.0)
      }
    let start = common.map { "\($0)/" }.joined()
    companions.formUnion(migrations.map(\.file))
    companions.formUnion(migrations.compactMap(\.downFile))
    let known = companions.compactMap { file in
      file.begins(with: start) ? String(file.dropping(prefix: start)) : nil
    }
    unread = FilesBeside.unread(in: "\(folder)/\(start)", known: Set(known)).map {
      FilesBeside.Unread(file: start + $0.file, why: $0.why)
    }
  }

  /// `20251018220113_add_users.sql`, `0001-add-users.up.sql`.
  private static func named(_ name: String, file: String) -> SQLMigration {
    var stem = Substring(name.ends(with: ".sql") ? name.dropLastScalars(4) : name[...])
    if stem.ends(with: ".up") { stem = stem.dropLastScalars(3) }
    let version = stem.prefixOfScalars { $0.isASCII && $0.isNumber }
    let rest = stem.dropFirstScalars(version.unicodeScalars.count).dropScalars {
      $0 == "_" || $0 == "-" || $0 == "."
    }
    let created = Timestamp(digits: name)
    return SQLMigration(
      id: version.isEmpty ? String(stem) : String(version),
      message: String(rest).replacingAll("_", with: " "), file: file, created: created)
  }

  /// The only file that is asked for; `NAME/migration.sql` goes by its folder's name.
  private static func alone(_ path: String) -> SQLMigration {
    let parts = path.pieces(separatedBy: "/").map(String.init)
    let name = parts.last ?? path
    if let flyway = FlywayName(name), flyway.kind != .repeatable {
      return SQLMigration(
        id: flyway.versionText, message: flyway.description, file: "", hasZone: false)
    }
    let isInFolder = name == "migration.sql" && parts.count > 1
    var one = named(isInFolder ? parts[parts.count - 2] : name, file: "")
    one.hasZone = isInFolder
    return one
  }

  private mutating func readFlyway() {
    let all = FolderNames.below(folder).compactMap { path in
      FlywayName(path).map { (path: path, name: $0) }
    }
    let undos = all.filter { $0.name.kind == .undo }
    for one in all.filter({ $0.name.kind != .undo }).sorted(by: { $0.name < $1.name }) {
      guard one.name.kind != .baseline else {
        companions.insert(one.path)
        notices.append(
          "\(one.path) is a baseline, which Flyway runs only in an empty database: it is left out")
        continue
      }
      let isRepeated = one.name.kind == .repeatable
      migrations.append(
        SQLMigration(
          id: isRepeated ? "R__\(one.name.description)" : one.name.versionText,
          message: one.name.description, file: one.path,
          downFile: isRepeated
            ? nil : undos.first { $0.name.version == one.name.version }?.path,
          created: Timestamp(digits: one.name.versionText.replacingAll(".", with: "")),
          hasZone: false))
    }
    companions.formUnion(undos.map(\.path))
    for path in FolderNames.below(folder) where FlywayName.isCallback(path) {
      let name = path.pieces(separatedBy: "/").last ?? ""
      migrations.append(
        SQLMigration(
          id: String(name.dropLastScalars(4)), message: "callback of Flyway's", file: path,
          hasZone: false))
    }
  }

  /// https://www.prisma.io/docs/orm/prisma-migrate/understanding-prisma-migrate/migration-histories
  private mutating func readPrisma() {
    for name in FolderNames.of(folder) where FolderNames.isFile("\(folder)/\(name)/migration.sql") {
      let message = name.dropScalars { $0.isNumber }.dropScalars { $0 == "_" }
      let down = "\(name)/down.sql"
      migrations.append(
        SQLMigration(
          id: name, message: String(message).replacingAll("_", with: " "),
          file: "\(name)/migration.sql",
          downFile: FolderNames.isFile("\(folder)/\(down)") ? down : nil,
          created: Timestamp(digits: name)))
    }
  }

  /// `meta/_journal.json`: `{entries: [{idx, when, tag, …}]}`, `when` in milliseconds since 1970.
  /// https://orm.drizzle.team/docs/kit-overview
  private mutating func readDrizzle() {
    let entries: [Value]
    do {
      let journal = try MigrationFile.read("\(folder)/meta/_journal.json")
      entries = try Value(json: journal.text).at("entries")?.listValue ?? []
    } catch {
      return notices.append("meta/_journal.json cannot be read: \(error)")
    }
    let sorted = entries.enumerated().sorted { left, right in
      (left.element.at("idx")?.intValue ?? 0, left.offset)
        < (right.element.at("idx")?.intValue ?? 0, right.offset)
    }
    for (_, entry) in sorted {
      guard let tag = entry.at("tag")?.stringValue, !tag.holds("/") else { continue }
      let message = tag.dropScalars { $0.isNumber }.dropScalars { $0 == "_" }
      let milliseconds = entry.at("when")?.intValue
      migrations.append(
        SQLMigration(
          id: tag, message: String(message).replacingAll("_", with: " "), file: "\(tag).sql",
          created: milliseconds.flatMap { milliseconds in
            Timestamp(
              seconds: milliseconds / 1000, nanoseconds: Int32(milliseconds % 1000) * 1_000_000)
          }))
    }
    let known = Set(migrations.map(\.file))
    for name in FolderNames.of(folder) where name.ends(with: ".sql") && !known.contains(name) {
      companions.insert(name)
      notices.append("\(name) is not in meta/_journal.json, so that Drizzle does not apply it")
    }
  }

  private mutating func readSqitch() {
    let settings = SqitchSettings(folder)
    do throws(MigrationFile.Fault) {
      let plan = try MigrationFile.read("\(folder)/\(settings.plan)").text
      migrations = SqitchPlan(plan, settings).migrations
    } catch {
      notices.append("\(settings.plan) cannot be read: \(error.message)")
    }
  }

  private mutating func readNames() {
    let names = FolderNames.of(folder).filter { $0.ends(with: ".sql") }
    let known = Set(names)
    companions.formUnion(names)
    for name in names where !name.ends(with: ".down.sql") && !name.ends(with: ".undo.sql") {
      let stem = name.ends(with: ".up.sql") ? name.dropLastScalars(7) : name.dropLastScalars(4)
      var one = Self.named(name, file: name)
      one.downFile = known.contains("\(stem).down.sql") ? "\(stem).down.sql" : nil
      one.hasZone = tool == .dbmate
      migrations.append(one)
    }
    // A folder a migration, as Diesel and Hasura have it.
    for name in FolderNames.of(folder) where FolderNames.isFile("\(folder)/\(name)/up.sql") {
      var one = Self.named(name, file: "\(name)/up.sql")
      let down = "\(name)/down.sql"
      one.downFile = FolderNames.isFile("\(folder)/\(down)") ? down : nil
      migrations.append(one)
    }
    // `2_b.sql` comes before `10_a.sql`, unless the names are as long as they are for that.
    if tool == .sql, migrations.allSatisfy({ UInt64($0.id) != nil }) {
      migrations.sort { (UInt64($0.id) ?? 0, $0.file) < (UInt64($1.id) ?? 0, $1.file) }
    }
  }
}
