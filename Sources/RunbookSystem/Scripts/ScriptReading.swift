import RunbookModel

/// What was read of a script, and of those that it leads to.
struct ScriptReading {
  var files: [Surrounding] = []
  var unbound: [String] = []
  var seen: Set<ExactText> = []
  var folders: [String]
  /// Of all texts that were read: names of variables may be among them.
  var words: Set<ExactText> = []
  /// Of shells' texts: what stands behind a `$`.
  var references: Set<ExactText> = []
  /// Words of texts that are no shell's.
  var loose: Set<ExactText> = []
  /// That are run, by their last names.
  var programs: Set<String> = []
  /// Whether something is run that is neither the system's nor read.
  var isOpaque = false
  /// Where programs are looked for.
  var searchPaths: [String]
  /// Files that a script writes to itself: what they hold is its own doing.
  var targets: Set<ExactText> = []

  mutating func say(_ what: String) {
    if !unbound.contains(where: { $0.isIdentical(to: what) }) { unbound.append(what) }
  }
}
