import RunbookDocument
import RunbookModel

/// Writes texts of a run so that each is only text where it stands, in GitHub's dialect of Markdown.
struct Markdown: Sendable {
  /// Lines under a list item's marker.
  static func item(_ text: String, marker: String) -> String {
    MarkdownText.item(text, marker: marker)
  }
}

extension Markdown: Markup {
  func text(_ content: Content) -> String {
    switch content {
    case .words(let text), .label(let text, _): text
    case .prose(let text): MarkdownText.prose(text)
    case .code(let text): MarkdownText.code(text)
    case .quote(let text): MarkdownText.quote(text)
    case .htmlText(let text): MarkdownText.html(text)
    case .phrase(let phrase): Self.phrase(phrase)
    case .actor(let actor): Self.actor(actor)
    case .reference(let reference): Self.reference(reference)
    case .time(let time): time.reportText
    case .duration(let duration): duration.reportText
    case .number(let number): String(number)
    case .size(let bytes): bytes == 1 ? "1 byte" : "\(bytes) bytes"
    case .status(let status, let words): "\(status.symbol) \(words)"
    case .symbol(let status): status.symbol
    case .inline(let contents, let separator):
      contents.map { text($0) }.joined(separator: separator)
    case .block(let block, .plain): Self.block(block)
    case .block(let block, .numbered): Self.block(block, isNumbered: true)
    case .block(let block, .listed): Self.listed(block)
    case .headline(let block): Self.headline(block)
    case .headlineCell(let block): Self.headline(block, isCell: true)
    case .cell(let text): AuthoredMarkdown(text).line(isCell: true)
    case .line(let text): AuthoredMarkdown(text).line()
    case .checklist(let items): Self.checklist(items)
    case .lessons(let blocks, let lesson): Self.lessons(blocks, mark: lesson.mark)
    case .listing(let text, let language): MarkdownText.fence(text, language: language)
    case .work(let item, let became): Self.work(item, became)
    case .table(let rows) where rows.isEmpty: "Nothing: no rows."
    case .table(let rows): Self.table(rows)
    case .captures(let captures):
      captures.map { "\(MarkdownText.code($0.name)): \(Self.values($0.value))" }.joined(
        separator: "; ")
    case .picture, .bar: ""
    case .todoCount: Mark.todoCount
    }
  }

  var todoWord: String { Mark.counted + "TODO" }

  func todo(owner: String?) -> String {
    owner.map { "TODO (owner: \(MarkdownText.prose($0)))" } ?? "TODO (owner)"
  }
}

extension Content.Lesson {
  /// Stands before each lesson.
  fileprivate var mark: String {
    switch self {
    case .wrong: "❌ "
    case .right: "✅ "
    case .lucky: "🍀 "
    case .future: ""
    }
  }
}

extension StepHistory.Status {
  /// Its sign, so that colour is never the only cue.
  fileprivate var symbol: String {
    switch self {
    case .succeeded: "✅"
    case .failed: "❌"
    case .missing: "⚠️"
    case .unknown, .couldNotRun: "❓"
    case .declared, .attested: "✋"
    case .inFlight: "⏳"
    case .skipped, .pending, .notBegun, .notDone, .again, .outdated: "⏭️"
    }
  }
}

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

extension Markdown {
  /// An authored part with its lines: paragraphs, or a list.
  static func block(_ block: AuthoredBlock, isNumbered: Bool = false) -> String {
    switch block {
    case .text(let text): return AuthoredMarkdown(text).blocks
    case .list(let items):
      return items.enumerated().map { index, item in
        Self.item(Self.block(item), marker: isNumbered ? "\(index + 1)." : "-")
      }
      .joined(separator: "\n")
    case .fields(let fields):
      return fields.map { field in
        let inner = Self.block(field.block)
        let separator = inner.holds("\n") || inner.begins(with: "- ") ? "\n\n" : " "
        return Self.item("**\(MarkdownText.prose(field.name))**:\(separator)\(inner)", marker: "-")
      }
      .joined(separator: "\n")
    }
  }

  /// An authored part as it is; a text of one line as a list's only item.
  static func listed(_ block: AuthoredBlock) -> String {
    let text = Self.block(block)
    if case .text = block, !text.holds("\n") { return "- " + text }
    return text
  }

  static func checklist(_ items: [PreventionFacts.CheckItem]) -> String {
    items.map { Self.item(block($0.text), marker: $0.isDone ? "- [x]" : "- [ ]") }
      .joined(separator: "\n")
  }

  static func lessons(_ blocks: [AuthoredBlock], mark: String) -> String {
    blocks.enumerated().map { Self.item(mark + block($1), marker: "\($0 + 1).") }
      .joined(separator: "\n")
  }

  /// An authored part on one line: its first paragraph, or the items with semicolons.
  static func headline(_ block: AuthoredBlock, isCell: Bool = false) -> String {
    switch block {
    case .text(let text): AuthoredMarkdown(text).headline(isCell: isCell)
    case .list(let items): items.map { headline($0, isCell: isCell) }.joined(separator: "; ")
    case .fields(let fields):
      fields.map { "\(MarkdownText.prose($0.name)): \(headline($0.block, isCell: isCell))" }
        .joined(separator: "; ")
    }
  }
}

extension Markdown {
  var mainSource: String {
    String(decoding: PackageResources.incident_md_mustache, as: UTF8.self)
  }

  var partials: [String: String] {
    let parts: [(String, [UInt8])] = [
      ("head", PackageResources.head_mustache),
      ("summary", PackageResources.summary_mustache),
      ("key_times", PackageResources.key_times_mustache),
      ("timeline", PackageResources.timeline_mustache),
      ("impact", PackageResources.impact_mustache),
      ("root_cause", PackageResources.root_cause_mustache),
      ("data_loss", PackageResources.data_loss_mustache),
      ("resolution", PackageResources.resolution_mustache),
      ("safeguards", PackageResources.safeguards_mustache),
      ("prevention", PackageResources.prevention_mustache),
      ("lessons", PackageResources.lessons_mustache),
      ("action_items", PackageResources.action_items_mustache),
      ("verification", PackageResources.verification_mustache),
      ("responders", PackageResources.responders_mustache),
      ("sign_off", PackageResources.sign_off_mustache),
      ("recovery_commands", PackageResources.recovery_commands_mustache),
      ("evidence", PackageResources.evidence_mustache),
      ("provenance", PackageResources.provenance_mustache),
    ]
    return Dictionary(uniqueKeysWithValues: parts.map { ($0, String(decoding: $1, as: UTF8.self)) })
  }
}

extension Markdown {
  /// Outside of fenced code, no line ends in a space and no two blank lines follow one another; the
  /// text ends in one line feed.
  func tidied(_ markdown: String) -> String {
    var result: [String] = []
    var fence: String?
    for line in markdown.pieces(separatedBy: "\n", omittingEmptySubsequences: false) {
      let trimmed = line.trimming(where: \.isWhitespace)
      if let open = fence {
        result.append(String(line))
        if trimmed.begins(with: open), trimmed.unicodeScalars.allSatisfy({ $0 == "`" }) {
          fence = nil
        }
        continue
      }
      let run = String(trimmed.unicodeScalars.prefix { $0 == "`" })
      if run.begins(with: "```"), !trimmed.dropping(prefix: run).holds("`") { fence = run }
      if trimmed.isEmpty, result.last?.isEmpty ?? true { continue }
      result.append(String(line.trimmingEnd(where: \.isWhitespace)))
    }
    while result.last?.isEmpty == true { result.removeLast() }
    return result.joined(separator: "\n") + "\n"
  }
}
