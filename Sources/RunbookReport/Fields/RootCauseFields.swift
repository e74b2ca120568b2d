import RunbookModel

extension RootCauseFacts: Presented {
  static let fields: [Field<Self>] = [
    .text("text", .numbered, or: .missing) { $0.rootCause },
    .text("trigger", .block, or: .missing) { $0.trigger },
    .text("contributing_factors", .numbered, or: .missing) { $0.contributingFactors },
    .has("migrations") { !$0.migrations.isEmpty },
    .list("migrations") { $0.migrations },
  ]
}

extension MigrationFacts: Presented {
  static let fields: [Field<Self>] = [
    .text("file", .code) { $0.file },
    .text("revision", .code, or: .todo) { $0.revision },
    .text("message", .quote, or: .nothing) { $0.message },
    .text("created", .any, or: .nothing) { $0.created.map(time) }.only(for: .people),
    .text("created_at", .time, or: .nothing) { facts in
      if case .at(let time, _)? = facts.created { time } else { nil }
    }.only(for: .tools),
    .text("sha256", .code, or: .nothing) { $0.digest },
    .text("author", .quote, or: .nothing) { $0.author },
    .text("commit", .code, or: .nothing) { $0.commit },
    .text("authored", .time, or: .nothing) { $0.authored },
    .text("merged", .time, or: .nothing) { $0.merged },
    .text("merged_by", .quote, or: .nothing) { $0.merge },
    .text("review", .quote, or: .nothing) { $0.review },
    .text("listing", .any) { .listing($0.listing, language: $0.isSQL ? "sql" : "python") }
      .only(for: .people),
    .text("loss_summary", .words) { lossSummary(of: $0) }.only(for: .people),
    .has("drops") { !$0.drops.isEmpty },
    .list("drops") { $0.drops },
    .list("intended") { $0.intended }.only(for: .tools),
    .flag("knows_owners") { $0.knowsOwners }.only(for: .people),
    .unfilled("owners") { $0.knowsOwners ? .nothing : .todo }.only(for: .people),
    .text("reference", .reference) { $0.reference },
  ]

  private var knowsOwners: Bool { drops.contains { $0.owner != nil } }

  /// The dangerous lines and the intended ones apart, each with its number in the file.
  private var listing: String {
    let indent = isSQL ? "" : "    "
    let mark = isSQL ? "--" : "#"
    func numbered(_ line: Line) -> String {
      let text = line.text.lines.map { indent + $0 }.joined(separator: "\n")
      return line.number.map { "\(text)  \(mark) line \($0)" } ?? text
    }
    var lines = isSQL ? [] : ["def upgrade() -> None:"]
    let noun = drops.allSatisfy { $0.action == "drop" } ? "DROP operations" : "losses"
    lines.append("\(indent)\(mark) \(Self.span(of: dangerousLines, noun: noun))")
    lines += dangerousLines.map(numbered)
    if !intendedLines.isEmpty {
      lines += ["", "\(indent)\(mark) \(Self.span(of: intendedLines, noun: "intended changes"))"]
      lines += intendedLines.map(numbered)
    }
    return lines.joined(separator: "\n")
  }

  private static func time(of created: Created) -> Content {
    switch created {
    case .at(let time, true): .time(time)
    case .at(let time, false):
      .inline([.time(time), .words("(no zone given, read as UTC)")], separator: " ")
    case .text(let text): .quote(text)
    }
  }

  private static func summary(of facts: Self) -> String {
    let tables = facts.droppedTables.count
    let lines = facts.dropLines.count
    return "\(tables) \(tables == 1 ? "table" : "tables") with "
      + "\(lines) \(lines == 1 ? "statement" : "statements")"
  }

  private static func lossSummary(of facts: Self) -> String {
    guard facts.droppedTables.isEmpty else { return "drops " + summary(of: facts) }
    let lines = facts.dropLines.count
    return "takes something away with \(lines) \(lines == 1 ? "statement" : "statements")"
  }

  private static func span(of lines: [Line], noun: String) -> String {
    let numbers = lines.compactMap(\.number)
    guard let first = numbers.min(), let last = numbers.max() else { return noun }
    return first == last ? "Line \(first): \(noun)" : "Lines \(first)-\(last): \(noun)"
  }
}

extension MigrationFacts.Drop: Presented {
  static let fields: [Field<Self>] = [
    .text("table", .code) { $0.table },
    .text("kind", .any) { drop in
      let name = drop.name.flatMap { $0 == drop.table ? nil : $0 }
      let action = drop.action == "drop" ? [] : [drop.action]
      return .inline(
        (action + [drop.kind] + (name.map { [$0] } ?? [])).map { .code($0) }, separator: " ")
    }.only(for: .people),
    .text("action", .code) { $0.action }.only(for: .tools),
    .text("kind", .code) { $0.kind }.only(for: .tools),
    .text("name", .code, or: .nothing) { $0.name }.only(for: .tools),
    .text("line", .number, or: .nothing) { $0.line },
    .text("text", .code) { $0.text },
    .text("owner", .quote, or: .todo) { $0.owner },
    .text("foreign", .words) { $0.isForeign.map { $0 ? "yes" : "no" } ?? "not known" }
      .only(for: .people),
    .text("is_foreign", .words, or: .nothing) { $0.isForeign.map { $0 ? "yes" : "no" } }
      .only(for: .tools),
  ]
}

extension MigrationFacts.Change: Presented {
  static let fields: [Field<Self>] = [
    .text("operation", .code) { $0.operation },
    .text("line", .number, or: .nothing) { $0.line },
    .text("text", .code) { $0.text },
  ]
}
