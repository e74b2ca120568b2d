package import RunbookModel

/// What was read of a folder of migrations, in the order in which they are applied.
package struct MigrationFiles: Sendable {
  package let tool: MigrationTool
  package var revisions: [MigrationRevision] = []
  /// Files that could not be read, each with its error.
  package var unreadable: [Value] = []
  /// The newest revisions.
  package var heads: [String] = []
  /// What is odd about them.
  package var notices: [String] = []

  /// Says of each revision whether it is applied.
  ///
  /// - Parameters:
  ///   - versions: what the database names.
  ///   - applied: the ids that are applied by that, of those that are known.
  package mutating func mark(_ versions: [String], resolved applied: Set<String>) {
    let known = Set(revisions.map(\.id))
    let strange = versions.filter { !applied.contains($0) || !known.contains($0) }
    for name in strange {
      notices.append("the database is at \(name), which no file has: what it holds is not told")
    }
    // With a version that no file has, what came before it is not known either.
    let isWhole = strange.isEmpty
    for index in revisions.indices {
      let isApplied = applied.contains(revisions[index].id)
      if isApplied || isWhole { revisions[index].isApplied = isApplied }
    }
  }
}
