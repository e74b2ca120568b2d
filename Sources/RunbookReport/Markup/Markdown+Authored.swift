import RunbookDocument
import RunbookModel

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
