import RunbookDocument
import RunbookModel

extension PlacedText {
  init(_ text: AuthoredText) {
    self.init(
      text.segments.map { segment in
        switch segment {
        case .words(let words): .words(words)
        case .value(let value): .item(.value(value))
        case .undefined(let name): .item(.todo("undefined: \(name)"))
        case .unseen(let words): .item(.value("not known (rests on \(words))"))
        case .failed(let message): .item(.todo("no value: \(message)"))
        case .said(let name, let at, let reference): .item(Self.aside(name, at, reference))
        }
      })
  }

  /// Who said what stands before it, and when.
  private static func aside(_ name: String, _ at: Timestamp, _ reference: Reference) -> Item {
    let time = "\(at.day) \(at.minute) UTC"
    return .aside(
      markdown: " (\(MarkdownText.quote(name)), \(time)) " + Markdown.reference(reference),
      html: " <span class=\"aside\">(\(HTMLText.prose("\(name), \(time)")))</span> "
        + HTML.reference(reference))
  }
}

extension AuthoredMarkdown {
  init(_ text: AuthoredText) { self.init(PlacedText(text)) }
}
