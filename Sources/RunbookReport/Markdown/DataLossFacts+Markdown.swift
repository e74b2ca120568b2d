import RunbookModel

extension DataLossFacts: Presented {
  static let fields: [Field<Self>] = [
    .flag("has_found") { !$0.found.isEmpty },
    .list("found") { $0.found },
    .text("lost") { $0.lost.map { Markdown.listed($0) } ?? Mark.missing },
    .text("preserved") { $0.preserved.map { Markdown.listed($0) } ?? Mark.missing },
    .text("impact") { $0.impact.map { Markdown.listed($0) } ?? Mark.missing },
    .text("rows") { $0.rows.map(rowTable) ?? Mark.missing },
  ]
}

extension DataLossFacts {
  private static let columns = [
    ("table", "Table"), ("before", "Before"), ("at_backup", "In the backup"),
    ("restored", "Restored"), ("set_aside", "Set aside"), ("now", "Now"), ("lost", "Lost"),
    ("known", "How it is known"),
  ]

  private static func rowTable(_ rows: [ValueMap]) -> String {
    let shown = rows.map { row in
      var map = ValueMap()
      for (name, title) in columns {
        switch row[name] {
        case nil, .null?: map[title] = .string(name == "lost" ? "unknown" : "–")
        case .int(let count)? where name == "lost" && row["lost_is"] == "bounded":
          map[title] = .string("at least \(count)")
        case .some(let value): map[title] = value
        }
      }
      return map
    }
    return "\n\n" + Markdown.table(shown)
  }
}

extension DataLossFacts.Found: Presented {
  static let fields: [Field<Self>] = [
    .text("name") { Markdown.code($0.name) },
    .text("step") { Markdown.code($0.step.rawValue) },
    .text("count") { String($0.values.count) },
    .text("values") { $0.values.map { Markdown.code($0) }.joined(separator: ", ") },
    .text("reference") { Markdown.reference($0.reference) },
  ]
}

extension Markdown {
  /// An authored part as it is; a text of one line as a list's only item.
  static func listed(_ block: AuthoredBlock) -> String {
    let text = Self.block(block)
    if case .text = block, !text.contains("\n") { return "- " + text }
    return text
  }
}
