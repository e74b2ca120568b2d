import RunbookDocument
import RunbookModel

/// An author's Markdown as HTML, with the run's values in it as text.
struct AuthoredHTML {
  private let text: PlacedText

  init(_ text: AuthoredText) { self.text = PlacedText(text) }

  /// Its paragraphs, lists and code.
  var blocks: String { blocks(text.blocks) }

  /// All of it on one line.
  var line: String { line(text.blocks) }

  /// Its first paragraph.
  var headline: String { line(text.firstBlocks) }

  /// It inside of an element of its own: one paragraph needs no element more.
  var inner: String {
    let blocks = text.blocks
    if blocks.count == 1, case .paragraph(let spans) = blocks[0].sort { return self.spans(spans) }
    return self.blocks(blocks)
  }

  private func blocks(_ blocks: [MarkdownBlock]) -> String {
    blocks.map(block).joined(separator: "\n")
  }

  private func block(_ block: MarkdownBlock) -> String {
    switch block.sort {
    case .paragraph(let spans): return "<p>\(self.spans(spans))</p>"
    case .heading(_, let spans):
      return "<p class=\"heading\"><strong>\(self.spans(spans))</strong></p>"
    case .rule: return "<hr>"
    case .quote(let inner): return "<blockquote>\(blocks(inner))</blockquote>"
    case .list(let items, let isNumbered):
      let tag = isNumbered ? "ol" : "ul"
      let rows = items.map { "<li>\(item($0))</li>" }.joined(separator: "\n")
      return "<\(tag)>\n\(rows)\n</\(tag)>"
    case .code(let code, let language, _):
      let name = language.isEmpty ? "" : " class=\"language-\(language)\""
      let body = escaped(code.unicodeScalars) { HTMLText.escaped($0) }
      return HTML.box("Code", "<pre><code\(name)>\(body)</code></pre>")
    }
  }

  /// A list's item, whose first paragraph has no element of its own.
  private func item(_ item: MarkdownBlock.Item) -> String {
    item.blocks.enumerated().map { index, block in
      if index == 0, case .paragraph(let spans) = block.sort { return self.spans(spans) }
      return self.block(block)
    }
    .joined(separator: "\n")
  }

  private func line(_ blocks: [MarkdownBlock]) -> String {
    blocks.map { block in
      switch block.sort {
      case .paragraph(let spans): self.spans(spans, isOneLine: true)
      case .heading(_, let spans): "<strong>\(self.spans(spans, isOneLine: true))</strong>"
      case .rule: ""
      case .quote(let inner): line(inner)
      case .list(let items, _): items.map { line($0.blocks) }.joined(separator: "; ")
      case .code(let code, _, _):
        "<code>\(HTMLText.prose(text.expanded(code.unicodeScalars)))</code>"
      }
    }
    .filter { !$0.isEmpty }.joined(separator: " ")
  }

  /// - Parameter isInLink: whether it stands in a link, where no other may be.
  private func spans(
    _ spans: [MarkdownSpan], isOneLine: Bool = false, isInLink: Bool = false
  ) -> String {
    spans.map { span in
      switch span {
      case .text(let scalars):
        escaped(isOneLine ? scalars.map { $0 == "\n" ? " " : $0 } : scalars)
      case .sign(let sign): HTMLText.escaped(sign)
      case .code(let scalars): "<code>\(escaped(scalars))</code>"
      case .emphasis(let marks, let inner):
        Self.element(marks, self.spans(inner, isOneLine: isOneLine, isInLink: isInLink))
      case .link(let inner, let address):
        link(self.spans(inner, isOneLine: isOneLine, isInLink: true), to: address)
      case .address(let address) where isInLink: "&lt;\(escaped(address))&gt;"
      case .address(let address): self.address(address)
      case .bare(let scalars, _) where isInLink: escaped(scalars)
      case .bare(let scalars, let address): bare(scalars, to: address)
      // A browser reads it by the same list of names as Markdown does.
      case .entity(let entity):
        entity.shown.map { HTMLText.escaped($0) }
          ?? String(String.UnicodeScalarView(entity.source))
      }
    }
    .joined()
  }

  private static func element(_ marks: String, _ inner: String) -> String {
    let tag = marks.begins(with: "~") ? "del" : marks.utf8.count == 2 ? "strong" : "em"
    return "<\(tag)>\(inner)</\(tag)>"
  }

  private func link(_ inner: String, to address: [Unicode.Scalar]) -> String {
    let whole = text.expanded(address)
    guard LinkAddress.isSafe(whole) else { return "[\(inner)](\(escaped(address)))" }
    return "<a href=\"\(HTMLText.escaped(whole))\" rel=\"noreferrer\">\(inner)</a>"
  }

  private func bare(_ scalars: [Unicode.Scalar], to address: String) -> String {
    guard LinkAddress.isSafe(address) else { return escaped(scalars) }
    return "<a href=\"\(HTMLText.escaped(address))\" rel=\"noreferrer\">\(escaped(scalars))</a>"
  }

  private func address(_ address: [Unicode.Scalar]) -> String {
    let whole = text.expanded(address)
    guard LinkAddress.isSafe(whole) else { return "&lt;\(escaped(address))&gt;" }
    let shown = HTMLText.escaped(whole)
    return "<a href=\"\(shown)\" rel=\"noreferrer\">\(shown)</a>"
  }

  /// Text with its values, escaped.
  private func escaped(
    _ scalars: some Sequence<Unicode.Scalar>, _ write: (String) -> String = inline
  ) -> String {
    var result = ""
    var own = String.UnicodeScalarView()
    for scalar in scalars {
      guard let item = text.item(at: scalar) else {
        own.append(scalar)
        continue
      }
      result += HTMLText.escaped(String(own))
      own = String.UnicodeScalarView()
      switch item {
      case .value(let value): result += isolated(write(value), value)
      case .todo(let reason):
        result += "<strong class=\"todo\">\(Mark.counted)TODO (\(HTMLText.prose(reason)))</strong>"
      case .aside(_, let html): result += html
      }
    }
    return result + HTMLText.escaped(String(own))
  }

  /// A value that runs from right to left cannot reorder the author's words.
  private func isolated(_ html: String, _ value: String) -> String {
    value.runsFromTheRight ? "<bdi>\(html)</bdi>" : html
  }

  /// A value keeps a space at its ends, as the author may count on it.
  private static func inline(_ value: String) -> String {
    let text = HTMLText.plain(value)
    guard !text.isEmpty else { return value.isEmpty ? "" : " " }
    return (value.firstScalar?.isWhitespace == true ? " " : "") + text
      + (value.lastScalar?.isWhitespace == true ? " " : "")
  }
}

extension AuthoredHTML {
  static func block(_ block: AuthoredBlock, _ form: Content.BlockForm) -> String {
    switch block {
    case .text(let text): AuthoredHTML(text).blocks
    case .list(let items): list(items, tag: form == .numbered ? "ol" : "ul")
    case .fields(let fields):
      "<dl>\n"
        + fields.map { field in
          "<dt>\(HTMLText.prose(field.name))</dt>\n<dd>\(item(field.block))</dd>"
        }.joined(separator: "\n") + "\n</dl>"
    }
  }

  /// A part inside of an element of its own.
  static func item(_ block: AuthoredBlock) -> String {
    if case .text(let text) = block { AuthoredHTML(text).inner } else { Self.block(block, .plain) }
  }

  static func headline(_ block: AuthoredBlock) -> String {
    switch block {
    case .text(let text): AuthoredHTML(text).headline
    case .list(let items): items.map { headline($0) }.joined(separator: "; ")
    case .fields(let fields):
      fields.map { "\(HTMLText.prose($0.name)): \(headline($0.block))" }.joined(separator: "; ")
    }
  }

  private static func list(_ items: [AuthoredBlock], tag: String) -> String {
    let rows = items.map { "<li>\(item($0))</li>" }.joined(separator: "\n")
    return "<\(tag)>\n\(rows)\n</\(tag)>"
  }
}
