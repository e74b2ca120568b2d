import RunbookModel

/// What was read of a folder of migrations, in the order in which they are applied.
struct MigrationFiles: Sendable {
  let tool: MigrationTool
  var revisions: [MigrationRevision] = []
  /// Files that could not be read, each with its error.
  var unreadable: [Value] = []
  /// The newest revisions.
  var heads: [String] = []
  /// What is odd about them.
  var notices: [String] = []
}
