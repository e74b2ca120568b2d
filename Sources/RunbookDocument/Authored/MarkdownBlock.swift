import RunbookModel

/// A block of an author's Markdown: paragraphs, lists, code between fences, quotes, rules.
///
/// What is none of these is a paragraph. A heading is one of its own kind, since the report's own headings
/// keep their order.
package struct MarkdownBlock {
  package indirect enum Sort {
    case paragraph([MarkdownSpan])
    /// With its marks, such as `##`.
    case heading(String, [MarkdownSpan])
    /// As it was written.
    case rule(String)
    case quote([MarkdownBlock])
    case list([Item], isNumbered: Bool)
    case code(String, language: String, isClosed: Bool)
  }

  package struct Item {
    /// Such as `-` or `1.`.
    package let marker: String
    package let blocks: [MarkdownBlock]
    /// Whether an empty line stands before it.
    package let isSetApart: Bool
  }

  package let sort: Sort
  /// Whether an empty line stands before it.
  package let isSetApart: Bool

  /// Whether a fence in it is not closed, which would take in what follows.
  var isOpen: Bool {
    switch sort {
    case .code(_, _, let isClosed): !isClosed
    case .quote(let blocks): blocks.contains(where: \.isOpen)
    case .list(let items, _): items.contains { $0.blocks.contains(where: \.isOpen) }
    case .paragraph, .heading, .rule: false
    }
  }

  static func read(_ text: String) -> [MarkdownBlock] {
    var reader = BlockReader(text.pieces(separatedBy: "\n", omittingEmptySubsequences: false))
    return reader.blocks(depth: 0)
  }
}

/// Reads blocks line by line.
private struct BlockReader {
  /// Lists and quotes that lie deeper in one another are text.
  private static let maximumDepth = 8

  private var rest: ArraySlice<Substring>

  init(_ lines: [Substring]) { rest = lines[...] }

  mutating func blocks(depth: Int) -> [MarkdownBlock] {
    var blocks: [MarkdownBlock] = []
    var isSetApart = false
    while let line = rest.first {
      if line.isBlank {
        rest.removeFirst()
        isSetApart = true
      } else {
        blocks.append(
          MarkdownBlock(sort: block(startingWith: line, depth), isSetApart: isSetApart))
        isSetApart = false
      }
    }
    return blocks
  }

  private mutating func block(startingWith line: Substring, _ depth: Int) -> MarkdownBlock.Sort {
    let trimmed = line.trimming(where: \.isWhitespace)
    if let fence = Self.fence(trimmed) { return code(fence) }
    if let (marks, text) = Self.heading(trimmed) {
      rest.removeFirst()
      return .heading(marks, MarkdownSpan.read(String(text)))
    }
    if Self.isRule(trimmed) {
      rest.removeFirst()
      return .rule(String(trimmed))
    }
    if depth < Self.maximumDepth {
      if trimmed.begins(with: ">") { return quotation(depth) }
      if let marker = ListMarker(line) { return list(isNumbered: marker.isNumbered, depth) }
    }
    return paragraph()
  }

  private mutating func paragraph() -> MarkdownBlock.Sort {
    var lines: [Substring] = []
    while let line = rest.first, !line.isBlank {
      if !lines.isEmpty, let marks = Self.underline(line) {
        rest.removeFirst()
        return .heading(marks, MarkdownSpan.read(lines.joined(separator: "\n")))
      }
      if !lines.isEmpty, Self.startsBlock(line) { break }
      lines.append(line.trimming(where: \.isWhitespace))
      rest.removeFirst()
    }
    return .paragraph(MarkdownSpan.read(lines.joined(separator: "\n")))
  }

  private mutating func code(_ fence: Substring) -> MarkdownBlock.Sort {
    let indent = rest.first.map(Self.indent) ?? 0
    let info = rest.removeFirst().trimming(where: \.isWhitespace).dropping(prefix: fence)
    var lines: [Substring] = []
    var isClosed = false
    while !isClosed, let line = rest.popFirst() {
      let trimmed = line.trimming(where: \.isWhitespace)
      isClosed =
        trimmed.begins(with: fence) && trimmed.dropping(prefix: fence).holdsOnly(fence.firstScalar)
      if isClosed { break }
      lines.append(Self.dropping(indent: indent, of: line))
    }
    let name = info.trimming(where: \.isWhitespace).unicodeScalars
      .prefix { $0.isASCIILetter || $0.isASCIIDigit }
    return .code(lines.joined(separator: "\n"), language: String(name), isClosed: isClosed)
  }

  private mutating func quotation(_ depth: Int) -> MarkdownBlock.Sort {
    var lines: [Substring] = []
    while let line = rest.first, case let text = line.trimming(where: \.isWhitespace),
      text.begins(with: ">")
    {
      let inner = text.dropping(prefix: ">")
      lines.append(inner.dropping(prefix: " "))
      rest.removeFirst()
    }
    var inner = BlockReader(lines)
    return .quote(inner.blocks(depth: depth + 1))
  }

  private mutating func list(isNumbered: Bool, _ depth: Int) -> MarkdownBlock.Sort {
    var items: [MarkdownBlock.Item] = []
    var isSetApart = false
    while let line = rest.first {
      if line.isBlank, let next = rest.first(where: { !$0.isBlank }), let marker = ListMarker(next),
        marker.isNumbered == isNumbered
      {
        isSetApart = true
        rest.removeFirst()
        continue
      }
      guard let marker = ListMarker(line), marker.isNumbered == isNumbered, !Self.isRule(line)
      else { break }
      rest.removeFirst()
      var inner = BlockReader(lines(of: marker))
      items.append(
        .init(
          marker: marker.sign, blocks: inner.blocks(depth: depth + 1), isSetApart: isSetApart))
      isSetApart = false
    }
    return .list(items, isNumbered: isNumbered)
  }

  /// The lines of an item: those that are moved in, and those that go on with its paragraph.
  private mutating func lines(of marker: ListMarker) -> [Substring] {
    var lines = [marker.text]
    while let line = rest.first {
      if line.isBlank {
        guard let next = rest.dropFirst().first(where: { !$0.isBlank }),
          Self.indent(of: next) >= marker.width
        else { break }
        lines.append("")
      } else if Self.indent(of: line) >= marker.width {
        lines.append(Self.dropping(indent: marker.width, of: line))
      } else if Self.startsBlock(line) || lines.last?.isEmpty == true {
        break
      } else {
        // What only goes on with a paragraph makes no heading of it.
        lines.append(
          Self.underline(line) == nil ? line : "\\" + line.trimming(where: \.isWhitespace))
      }
      rest.removeFirst()
    }
    return lines
  }

  /// The marks of a heading that a line makes of the paragraph before it: `===` or `---`.
  private static func underline(_ line: Substring) -> String? {
    guard indent(of: line) < 4, let sign = line.trimming(where: \.isWhitespace).firstScalar,
      sign == "=" || sign == "-", line.trimming(where: \.isWhitespace).holdsOnly(sign)
    else { return nil }
    return sign == "=" ? "#" : "##"
  }

  private static func startsBlock(_ line: Substring) -> Bool {
    let trimmed = line.trimming(where: \.isWhitespace)
    return fence(trimmed) != nil || heading(trimmed) != nil || trimmed.begins(with: ">")
      || isRule(trimmed) || ListMarker(line) != nil
  }

  private static func fence(_ line: Substring) -> Substring? {
    for mark in ["`", "~"] as [Unicode.Scalar] {
      let run = Substring(line.unicodeScalars.prefix { $0 == mark })
      if run.utf8.count >= 3, !line.dropping(prefix: run).holds(where: { $0 == mark }) {
        return run
      }
    }
    return nil
  }

  private static func heading(_ line: Substring) -> (marks: String, text: Substring)? {
    let marks = Substring(line.unicodeScalars.prefix { $0 == "#" })
    let rest = line.dropping(prefix: marks)
    guard (1...6).contains(marks.utf8.count), rest.begins(with: " ") else { return nil }
    return (String(marks), rest.trimming(where: \.isWhitespace))
  }

  private static func isRule(_ line: Substring) -> Bool {
    line.utf8.count >= 3
      && (["-", "*", "_"] as [Unicode.Scalar]).contains { line.holdsOnly($0) }
  }

  private static func indent(of line: Substring) -> Int { line.utf8.prefix { $0 == 0x20 }.count }

  private static func dropping(indent: Int, of line: Substring) -> Substring {
    Substring(line.utf8.dropFirst(min(indent, Self.indent(of: line))))
  }
}

/// `- `, `* `, `+ `, `1. ` or `1) ` at the start of a line.
private struct ListMarker {
  /// Such as `-` or `1.`.
  let sign: String
  let isNumbered: Bool
  /// How far the item's lines are moved in.
  let width: Int
  /// The item's first line.
  let text: Substring

  init?(_ line: Substring) {
    let bytes = line.utf8
    let indent = bytes.prefix { $0 == 0x20 }.count
    let rest = bytes.dropFirst(indent)
    let digits = rest.prefix { (48...57).contains($0) }.count
    guard let mark = rest.dropFirst(digits).first else { return nil }
    isNumbered = digits > 0
    let isMarker =
      isNumbered ? digits <= 9 && ".)".utf8.contains(mark) : "-*+".utf8.contains(mark)
    let after = rest.dropFirst(digits + 1)
    guard isMarker, after.first == 0x20 else { return nil }
    let spaces = min(after.prefix { $0 == 0x20 }.count, 4)
    sign = String(Substring(rest.prefix(digits + 1)))
    width = indent + digits + 1 + spaces
    text = Substring(after.dropFirst(spaces))
  }
}

extension Substring {
  fileprivate var isBlank: Bool { !holds { !$0.isWhitespace } }

  fileprivate func holdsOnly(_ scalar: Unicode.Scalar?) -> Bool { !holds { $0 != scalar } }
}
