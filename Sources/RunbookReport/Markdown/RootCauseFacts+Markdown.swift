import RunbookModel

extension RootCauseFacts: Presented {
  static let fields: [Field<Self>] = [
    .text("text") { $0.rootCause.map { Markdown.block($0, isNumbered: true) } ?? Mark.missing },
    .text("trigger") { $0.trigger.map { Markdown.block($0) } ?? Mark.missing },
    .text("contributing_factors") {
      $0.contributingFactors.map { Markdown.block($0, isNumbered: true) } ?? Mark.missing
    },
    .flag("has_migrations") { !$0.migrations.isEmpty },
    .list("migrations") { $0.migrations },
  ]
}

extension MigrationFacts: Presented {
  static let fields: [Field<Self>] = [
    .text("file") { Markdown.code($0.file) },
    .text("revision") { $0.revision.map { Markdown.code($0) } ?? Mark.todo },
    .text("message") { $0.message.map { Markdown.quote($0) } },
    .text("created") { $0.created.map { time(of: $0) } },
    .text("sha256") { $0.digest.map { Markdown.code($0) } },
    .text("author") { $0.author.map { Markdown.quote($0) } },
    .text("commit") { $0.commit.map { Markdown.code($0) } },
    .text("listing") { Markdown.fence($0.listing, language: "python") },
    .text("drop_summary") { summary(of: $0) },
    .flag("has_drops") { !$0.drops.isEmpty },
    .list("drops") { $0.drops },
    .flag("knows_owners") { facts in facts.drops.contains { $0.owner != nil } },
    .text("owners") { facts in facts.drops.contains { $0.owner != nil } ? nil : Mark.todo },
    .text("reference") { Markdown.reference($0.reference) },
  ]

  /// The dangerous lines and the intended ones apart, each with its number in the file.
  private var listing: String {
    var lines = ["def upgrade() -> None:"]
    lines.append("    # \(Self.span(of: dropLines, noun: "DROP operations"))")
    lines += dropLines.map { Self.numbered($0) }
    if !intendedLines.isEmpty {
      lines += ["", "    # \(Self.span(of: intendedLines, noun: "intended changes"))"]
      lines += intendedLines.map { Self.numbered($0) }
    }
    return lines.joined(separator: "\n")
  }

  private static func time(of created: Created) -> String {
    switch created {
    case .at(let time, let hasZone):
      Markdown.time(time) + (hasZone ? "" : " (no zone given, read as UTC)")
    case .text(let text): Markdown.quote(text)
    }
  }

  private static func summary(of facts: Self) -> String {
    let tables = facts.droppedTables.count
    let lines = facts.dropLines.count
    return "\(tables) \(tables == 1 ? "table" : "tables") with "
      + "\(lines) \(lines == 1 ? "statement" : "statements")"
  }

  private static func numbered(_ line: Line) -> String {
    let text = line.text.lines.map { "    " + $0 }.joined(separator: "\n")
    return line.number.map { "\(text)  # line \($0)" } ?? text
  }

  private static func span(of lines: [Line], noun: String) -> String {
    let numbers = lines.compactMap(\.number)
    guard let first = numbers.min(), let last = numbers.max() else { return noun }
    return first == last ? "Line \(first): \(noun)" : "Lines \(first)-\(last): \(noun)"
  }
}

extension MigrationFacts.Drop: Presented {
  static let fields: [Field<Self>] = [
    .text("table") { Markdown.code($0.table) },
    .text("kind") { drop in
      let name = drop.name.flatMap { $0 == drop.table ? nil : $0 }
      return Markdown.code(drop.kind) + (name.map { " " + Markdown.code($0) } ?? "")
    },
    .text("line") { $0.line.map { String($0) } ?? "" },
    .text("text") { Markdown.code($0.text) },
    .text("owner") { $0.owner.map { Markdown.quote($0) } ?? Mark.todo },
  ]
}
