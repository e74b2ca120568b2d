import RunbookModel

/// Reads the blocks of an author's Markdown: paragraphs, lists, code between fences, quotes, rules.
///
/// A heading is a bold paragraph, since the report's own headings keep their order.
struct MarkdownBlocks {
  /// Lists and quotes that lie deeper in one another are text.
  private static let maximumDepth = 8

  let values: PlacedValues
  private var depth = 0

  init(values: PlacedValues) { self.values = values }

  func html(_ lines: [Substring]) -> String {
    var rest = lines[...]
    var blocks: [String] = []
    while let line = rest.first {
      if line.unicodeScalars.allSatisfy(\.isWhitespace) {
        rest.removeFirst()
      } else {
        blocks.append(block(&rest, startingWith: line))
      }
    }
    return blocks.joined(separator: "\n")
  }

  private func block(_ rest: inout ArraySlice<Substring>, startingWith line: Substring) -> String {
    let trimmed = line.trimmed
    if let fence = Self.fence(trimmed) { return code(&rest, fence) }
    if let heading = Self.heading(trimmed) {
      rest.removeFirst()
      return "<p class=\"heading\"><strong>\(spans(heading))</strong></p>"
    }
    if Self.isRule(trimmed) {
      rest.removeFirst()
      return "<hr>"
    }
    if depth < Self.maximumDepth {
      if trimmed.begins(with: ">") { return quotation(&rest) }
      if let marker = ListMarker(line) { return list(&rest, isNumbered: marker.isNumbered) }
    }
    return paragraph(&rest)
  }

  private func paragraph(_ rest: inout ArraySlice<Substring>) -> String {
    var lines: [String] = []
    while let line = rest.first, !line.unicodeScalars.allSatisfy(\.isWhitespace) {
      if !lines.isEmpty, startsBlock(line) { break }
      lines.append(line.trimmed)
      rest.removeFirst()
    }
    return "<p>\(spans(lines.joined(separator: "\n")))</p>"
  }

  private func code(_ rest: inout ArraySlice<Substring>, _ fence: Substring) -> String {
    let language = rest.removeFirst().trimmed.dropFirstScalars(fence.unicodeScalars.count).trimmed
    var lines: [Substring] = []
    while let line = rest.popFirst() {
      let trimmed = line.trimmed
      if trimmed.unicodeScalars.count >= fence.unicodeScalars.count,
        trimmed.unicodeScalars.allSatisfy({ $0 == fence.firstScalar })
      {
        break
      }
      lines.append(line)
    }
    let body = values.escaped(lines.joined(separator: "\n").unicodeScalars, keepsLines: true)
    let name = language.prefixOfScalars { $0.isASCII && ($0.isLetter || $0.isNumber) }
    let kind = name.isEmpty ? "" : " class=\"language-\(name)\""
    return HTML.box("Code", "<pre><code\(kind)>\(body)</code></pre>")
  }

  private func quotation(_ rest: inout ArraySlice<Substring>) -> String {
    var lines: [Substring] = []
    while let line = rest.first, line.trimmed.begins(with: ">") {
      let inner = line.dropScalars(while: \.isWhitespace).dropFirstScalars()
      lines.append(inner.firstScalar == " " ? inner.dropFirstScalars() : inner)
      rest.removeFirst()
    }
    return "<blockquote>\(deeper.html(lines))</blockquote>"
  }

  private func list(_ rest: inout ArraySlice<Substring>, isNumbered: Bool) -> String {
    var items: [String] = []
    while let line = rest.first, let marker = ListMarker(line), marker.isNumbered == isNumbered {
      rest.removeFirst()
      items.append(item(marker, &rest))
    }
    let tag = isNumbered ? "ol" : "ul"
    return "<\(tag)>\n\(items.joined(separator: "\n"))\n</\(tag)>"
  }

  /// The lines of an item: those that are moved in, and those that go on with its paragraph.
  private func item(_ marker: ListMarker, _ rest: inout ArraySlice<Substring>) -> String {
    var lines = [marker.text]
    while let line = rest.first {
      if line.unicodeScalars.allSatisfy(\.isWhitespace) {
        guard
          let next = rest.dropFirst().first(where: { !$0.unicodeScalars.allSatisfy(\.isWhitespace) }
          ),
          Self.indent(of: next) >= marker.width
        else { break }
        lines.append("")
      } else if Self.indent(of: line) >= marker.width {
        lines.append(line.dropFirstScalars(marker.width))
      } else if startsBlock(line) || lines.last?.isEmpty == true {
        break
      } else {
        lines.append(line)
      }
      rest.removeFirst()
    }
    var html = deeper.html(lines)
    if html.begins(with: "<p>"), let end = html.range(ofFirst: "</p>") {
      html = String(html[..<end.lowerBound].dropping(prefix: "<p>") + html[end.upperBound...])
    }
    return "<li>\(html)</li>"
  }

  private func spans(_ text: String) -> String { MarkdownSpans(values: values).html(text) }

  private var deeper: MarkdownBlocks {
    var copy = self
    copy.depth += 1
    return copy
  }

  private func startsBlock(_ line: Substring) -> Bool {
    let trimmed = line.trimmed
    return Self.fence(trimmed) != nil || Self.heading(trimmed) != nil || trimmed.begins(with: ">")
      || ListMarker(line) != nil
  }

  private static func fence(_ line: String) -> Substring? {
    for character in ["`", "~"] as [Unicode.Scalar] {
      let run = line.prefixOfScalars { $0 == character }
      if run.utf8.count >= 3, !line.dropping(prefix: run).holds(character) { return run }
    }
    return nil
  }

  private static func heading(_ line: String) -> String? {
    let marks = line.prefixOfScalars { $0 == "#" }
    let rest = line.dropFirstScalars(marks.unicodeScalars.count)
    return (1...6).contains(marks.unicodeScalars.count) && rest.firstScalar == " "
      ? rest.trimmed : nil
  }

  private static func isRule(_ line: String) -> Bool {
    line.unicodeScalars.count >= 3
      && ["-", "*", "_"].contains { mark in line.unicodeScalars.allSatisfy { String($0) == mark } }
  }

  private static func indent(of line: Substring) -> Int {
    line.prefixOfScalars { $0 == " " }.unicodeScalars.count
  }
}

/// `- `, `* `, `+ `, `1. ` or `1) ` at the start of a line.
private struct ListMarker {
  let isNumbered: Bool
  /// How far the item's lines are moved in.
  let width: Int
  /// The item's first line.
  let text: Substring

  init?(_ line: Substring) {
    let indent = line.prefixOfScalars { $0 == " " }.unicodeScalars.count
    let rest = line.dropFirstScalars(indent)
    let digits = rest.prefixOfScalars { $0.isASCII && $0.isNumber }
    let mark = rest.dropFirstScalars(digits.unicodeScalars.count).firstScalar
    isNumbered = !digits.isEmpty
    let isMarker =
      isNumbered
      ? digits.unicodeScalars.count <= 9 && (mark == "." || mark == ")")
      : mark.map { "-*+".holds($0) } ?? false
    let after = rest.dropFirstScalars(digits.unicodeScalars.count + 1)
    guard isMarker, after.firstScalar == " " else { return nil }
    let spaces = after.prefixOfScalars { $0 == " " }.unicodeScalars.count
    width = indent + digits.unicodeScalars.count + 1 + min(spaces, 4)
    text = after.dropFirstScalars(min(spaces, 4))
  }
}
