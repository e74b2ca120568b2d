import RunbookModel

/// What applies the migrations of a folder.
package enum MigrationTool: String, Sendable, CaseIterable {
  case alembic, flyway, prisma, drizzle, dbmate, sqitch
  /// Plain files of SQL, in the order of their names.
  case sql

  /// The tool whose layout a folder has, and the folder in which its files are.
  ///
  /// - Returns: `alembic` at the path itself for what is no other's.
  package static func found(at path: String) -> (tool: MigrationTool, folder: String) {
    if path.ends(with: ".sql") { return (tool(ofFile: path), path) }
    if path.ends(with: "/sqitch.plan") { return (.sqitch, String(path.dropLastScalars(12))) }
    guard !isAlembic(path) else { return (.alembic, path) }
    let folders = MigrationPlaces(path).folders
    let hasRevisions = FolderNames.of(path).contains { name in
      // What cannot be read is told when its turn comes.
      name.ends(with: ".py")
        && (try? MigrationFile.read("\(path)/\(name)"))?.text.holds("revision") ?? false
    }
    for tool in [MigrationTool.sqitch, .drizzle, .prisma, .flyway, .dbmate, .sql] {
      if tool == .sql, hasRevisions { break }
      if let folder = folders.first(where: tool.isLayout) { return (tool, folder) }
    }
    return (.alembic, path)
  }

  /// Files of SQL beside revisions are something else: rows to begin with, say.
  private static func isAlembic(_ path: String) -> Bool {
    if path.ends(with: ".py") { return true }
    let names = FolderNames.of(path)
    if names.contains("alembic.ini") || names.contains("env.py") { return true }
    return ([path] + names.map { "\(path)/\($0)" }).contains { folder in
      FolderNames.of("\(folder)/versions").contains { $0.ends(with: ".py") }
    }
  }

  /// The folder in which the tool's files are, at a path or where it keeps them below it.
  package func folder(at path: String) -> String {
    MigrationPlaces(path).folders.first(where: isLayout) ?? path
  }

  private static func tool(ofFile path: String) -> MigrationTool {
    let name = path.pieces(separatedBy: "/").last.map(String.init) ?? path
    if FlywayName(name) != nil { return .flyway }
    return SQLSections.isDbmate(path) ? .dbmate : .sql
  }

  private func isLayout(_ folder: String) -> Bool {
    switch self {
    case .alembic: false
    case .sqitch: FolderNames.isFile("\(folder)/\(SqitchSettings(folder).plan)")
    case .drizzle: FolderNames.isFile("\(folder)/meta/_journal.json")
    case .prisma:
      FolderNames.of(folder).contains { FolderNames.isFile("\(folder)/\($0)/migration.sql") }
    case .flyway: FolderNames.below(folder).contains { FlywayName($0) != nil }
    case .dbmate:
      FolderNames.of(folder).contains { name in
        name.ends(with: ".sql") && SQLSections.isDbmate("\(folder)/\(name)")
      }
    case .sql:
      FolderNames.of(folder).contains {
        $0.ends(with: ".sql") || FolderNames.isFile("\(folder)/\($0)/up.sql")
      }
    }
  }
}
