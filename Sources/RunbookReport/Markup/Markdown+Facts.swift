import RunbookDocument
import RunbookModel

extension Markdown {
  static func phrase(_ phrase: Phrase) -> String {
    phrase.pieces.map { piece in
      switch piece {
      case .words(let text): text
      case .name(let text): MarkdownText.code(text)
      case .quote(let text): MarkdownText.quote(text)
      case .prose(let text): MarkdownText.prose(text)
      }
    }
    .joined()
  }

  /// A name, with the account where they differ.
  static func actor(_ actor: Actor) -> String {
    let via = actor.via.map { MarkdownText.quote($0) }
    guard actor.typedName != nil else {
      return MarkdownText.quote(actor.shownName) + (via.map { " (\($0))" } ?? "")
    }
    return "\(MarkdownText.quote(actor.shownName)) (account \(MarkdownText.code(actor.account))"
      + (via.map { ", \($0)" } ?? "") + ")"
  }

  /// `[E4](#e4)` for evidence, whose heading is in the appendix; `[J12]` for an entry of the journal.
  static func reference(_ reference: Reference) -> String {
    switch reference {
    case .evidence(let id):
      reference.isPlain ? "[\(id)](#\(id.lowercased()))" : MarkdownText.code(id)
    case .entry(let sequence): "[J\(sequence)]"
    }
  }

  /// A captured value on one line; a list's values each by itself.
  static func values(_ value: Value) -> String {
    switch value {
    case .list(let values) where values.isEmpty: "none"
    case .list(let values):
      values.prefix(30).map { MarkdownText.code($0.displayText, limit: HTML.longestValue) }.joined(
        separator: ", ")
        + (values.count > 30 ? " and \(values.count - 30) more" : "")
    case .string(let text): MarkdownText.quote(text)
    default: MarkdownText.code(value.displayText, limit: HTML.longestValue)
    }
  }

  /// A statement, script, request or instruction as it ran, with the values that were bound to it.
  static func work(_ item: WorkItem, _ became: Phrase?) -> String {
    var parts = [
      MarkdownText.fence(
        item.text, language: item.language.fenceName, for: item.language.reader)
    ]
    let values = item.parameters.map {
      "\(MarkdownText.code($0.name)) = \(MarkdownText.code($0.value.json, limit: HTML.longestValue))"
    }
    if !values.isEmpty { parts.append("Bound values: " + values.joined(separator: ", ")) }
    if let became { parts.append(phrase(became)) }
    return parts.joined(separator: "\n\n")
  }

  /// A table of rows as maps, with the columns of all rows in the order in which they come.
  static func table(_ rows: [ValueMap]) -> String {
    let columns = ValueMap.columns(of: rows)
    func line(_ cells: [String]) -> String { "| " + cells.joined(separator: " | ") + " |" }
    let head = line(columns.map { MarkdownText.prose($0.displayText) })
    let rule = line(columns.map { _ in "---" })
    let body = rows.map { row in
      line(columns.map { column in row[column].map { cell($0) } ?? "" })
    }
    return ([head, rule] + body).joined(separator: "\n")
  }

  private static func cell(_ value: Value) -> String {
    switch value {
    case .null: "*null*"
    case .string(let text) where text.isEmpty: "*empty*"
    default: MarkdownText.quote(value.displayText)
    }
  }
}

extension ValueMap {
  /// The keys of all rows in the order in which they come.
  static func columns(of rows: [ValueMap]) -> [Value] {
    var columns: [Value] = []
    for row in rows { columns += row.keys.filter { !columns.contains($0) } }
    return columns
  }
}

extension Reference {
  /// Whether its id can be a link's target.
  var isPlain: Bool {
    switch self {
    case .evidence(let id): id.utf8.allSatisfy { (48...57).contains($0) || (65...90).contains($0) }
    case .entry: true
    }
  }
}

extension Reference {
  /// The evidence's place in a page that has other places too.
  var anchor: String {
    if case .evidence(let id) = self, isPlain {
      "evidence-\(id.lowercased())"
    } else {
      "evidence-x"
    }
  }
}

extension WorkItem.Language {
  /// What highlighters call it.
  var fenceName: String {
    switch self {
    case .sql: "sql"
    case .shell: "sh"
    case .http: "http"
    case .text: "text"
    }
  }
}
