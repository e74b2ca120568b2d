import RunbookDocument
import RunbookModel

/// Writes texts of a run so that each is only text where it stands, in GitHub's dialect of Markdown.
struct Markdown: Sendable {
  /// Lines under a list item's marker.
  static func item(_ text: String, marker: String) -> String {
    MarkdownText.item(text, marker: marker)
  }
}
