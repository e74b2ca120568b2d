import RunbookModel

/// A plan of sqitch's: one change a line, in order.
///
///     name [requires] 2025-10-18T22:01:13Z Planner Name <mail> # note
///
/// https://sqitch.org/docs/manual/sqitchplan/
package struct SqitchPlan {
  package private(set) var migrations: [SQLMigration] = []

  private let settings: SqitchSettings

  package init(_ text: String, _ settings: SqitchSettings) {
    self.settings = settings
    /// Changes since the last tag, by their places; one that is made anew later keeps its files
    /// under the name of the tag after it.
    var tags: [(place: Int, name: String)] = []
    for line in text.pieces(whereSeparator: \.isNewline) {
      let line = line.dropScalars { $0 == " " || $0 == "\t" }
      switch line.firstScalar {
      case nil, "#", "%", "-": continue
      case "@":
        let name = line.dropFirstScalars().prefixOfScalars { !$0.isWhitespace }
        tags.append((migrations.count, String(name)))
      default:
        if let one = change(line.firstScalar == "+" ? line.dropFirstScalars() : line) {
          migrations.append(one)
        }
      }
    }
    for index in migrations.indices {
      let one = migrations[index]
      let isReworked = migrations[(index + 1)...].contains { $0.id == one.id }
      guard isReworked, let tag = tags.first(where: { $0.place > index }) else { continue }
      var reworked = SQLMigration(
        id: "\(one.id)@\(tag.name)", message: one.message,
        file: file(settings.deploy, "\(one.id)@\(tag.name)"),
        downFile: file(settings.revert, "\(one.id)@\(tag.name)"))
      reworked.created = one.created
      reworked.dependencies = one.dependencies
      reworked.planner = one.planner
      migrations[index] = reworked
    }
  }

  private func file(_ folder: String, _ name: String) -> String {
    "\(folder)/\(name).\(settings.suffix)"
  }

  private func change(_ line: Substring) -> SQLMigration? {
    let parts = line.pieces(separatedBy: "#", maxSplits: 1)
    guard let head = parts.first else { return nil }
    var words = head.pieces { $0.isWhitespace }
    guard let name = words.first, !name.holds(".."), !name.begins(with: "/") else { return nil }
    words.removeFirst()
    var one = SQLMigration(
      id: String(name), file: file(settings.deploy, String(name)),
      downFile: file(settings.revert, String(name)))
    if words.first?.begins(with: "[") ?? false {
      while let word = words.first {
        words.removeFirst()
        let needed = word.trimming { $0 == "[" || $0 == "]" }
        // `!name` is one that it cannot be with.
        if !needed.isEmpty, !needed.begins(with: "!") { one.dependencies.append(String(needed)) }
        if word.ends(with: "]") { break }
      }
    }
    if let time = words.first.flatMap({ Timestamp(rfc3339: String($0)) }) {
      one.created = time
      words.removeFirst()
    }
    let planner = words.joined(separator: " ")
    one.planner = planner.isEmpty ? nil : planner
    one.message = parts.count > 1 ? String(parts[1].trimming(where: \.isWhitespace)) : ""
    return one
  }
}
