import RunbookDocument
import RunbookModel

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
    case .unknown, .couldNotRun, .resting: "❓"
    case .declared, .attested: "✋"
    case .inFlight: "⏳"
    case .skipped, .pending, .notBegun, .notDone, .again, .outdated: "⏭️"
    }
  }
}
