import RunbookModel

/// An author's Markdown with the run's values in it as text.
///
/// What holds no value stays as its author wrote it. Else its blocks and spans are written anew, each value
/// for the place where it stands, so that what an author's sign and a value are together is no markup
/// either.
package struct AuthoredMarkdown {
  private let text: PlacedText

  package init(_ text: PlacedText) { self.text = text }

  /// Words without a value in them.
  package init(words: String) { text = PlacedText([.words(words)]) }

  /// Its paragraphs, lists and code.
  package var blocks: String {
    let blocks = text.blocks
    // HTML that is begun and not ended would hide what follows, and a number may stand for what nobody sees.
    guard
      text.hasPlaces || text.source.holds("<") || text.source.holds("&#")
        || blocks.contains(where: \.isOpen)
    else {
      return String(
        text.source.trimmingEnd(where: \.isWhitespace)
          .trimmingStart(where: \.isNewline))
    }
    return self.blocks(blocks)
  }

  /// All of it on one line.
  package func line(isCell: Bool = false) -> String { line(text.blocks, isCell) }

  /// Its first paragraph on one line.
  package func headline(isCell: Bool = false) -> String { line(text.firstBlocks, isCell) }

  /// Its words on one line, without marks.
  package var words: String { words(text.blocks).onOneLine }

  private func words(_ blocks: [MarkdownBlock]) -> String {
    blocks.map { block in
      switch block.sort {
      case .paragraph(let spans), .heading(_, let spans): words(spans)
      case .rule: ""
      case .quote(let inner): words(inner)
      case .list(let items, _): items.map { words($0.blocks) }.joined(separator: "; ")
      case .code(let code, _, _): words(code.unicodeScalars)
      }
    }
    .filter { !$0.isEmpty }.joined(separator: " ")
  }

  private func words(_ spans: [MarkdownSpan]) -> String {
    spans.map { span in
      switch span {
      case .text(let scalars), .code(let scalars), .address(let scalars), .bare(let scalars, _):
        words(scalars)
      case .sign(let sign): sign
      case .emphasis(_, let inner), .link(let inner, _): words(inner)
      case .entity(let entity): entity.shown ?? String(String.UnicodeScalarView(entity.source))
      }
    }
    .joined()
  }

  private func words(_ scalars: some Sequence<Unicode.Scalar>) -> String {
    var result = ""
    for scalar in scalars {
      switch text.item(at: scalar) {
      case nil: result.unicodeScalars.append(scalar)
      case .value(let value)?: result += value
      case .todo?, .aside?: break
      }
    }
    return result
  }

  private func blocks(_ blocks: [MarkdownBlock]) -> String {
    blocks.reduce(into: "") { result, block in
      if !result.isEmpty { result += block.isSetApart ? "\n\n" : "\n" }
      result += self.block(block)
    }
  }

  private func block(_ block: MarkdownBlock) -> String {
    switch block.sort {
    case .paragraph(let spans): return LineWriter(text).line(spans)
    case .heading(let marks, let spans):
      return "\(marks) \(LineWriter(text, isOneLine: true).line(spans))"
    case .rule(let rule): return rule
    case .quote(let inner):
      return blocks(inner).pieces(separatedBy: "\n", omittingEmptySubsequences: false)
        .map { $0.isEmpty ? ">" : "> \($0)" }.joined(separator: "\n")
    case .list(let items, _):
      return items.reduce(into: "") { result, item in
        if !result.isEmpty { result += item.isSetApart ? "\n\n" : "\n" }
        result += MarkdownText.item(blocks(item.blocks), marker: item.marker)
      }
    case .code(let code, let language, _):
      let shown = text.expanded(code.unicodeScalars) { $0.visible }
      return MarkdownText.fence(shown: shown, language: language)
    }
  }

  private func line(_ blocks: [MarkdownBlock], _ isCell: Bool) -> String {
    blocks.map { block in
      switch block.sort {
      case .paragraph(let spans), .heading(_, let spans):
        LineWriter(text, isOneLine: true, isCell: isCell).line(spans)
      case .rule: ""
      case .quote(let inner): line(inner, isCell)
      case .list(let items, _): items.map { line($0.blocks, isCell) }.joined(separator: "; ")
      case .code(let code, _, _):
        LineWriter(text, isOneLine: true, isCell: isCell).line([.code(Array(code.unicodeScalars))])
      }
    }
    .filter { !$0.isEmpty }.joined(separator: " ")
  }
}

/// Writes a paragraph's spans.
private struct LineWriter {
  private struct Sign {
    enum Origin { case author, escape, value }
    /// Nil for a value that is empty.
    let scalar: Unicode.Scalar?
    let origin: Origin

    var isSpace: Bool { scalar?.isWhitespace ?? false }
  }

  private let text: PlacedText
  private let isOneLine: Bool
  private let isCell: Bool

  private var result = ""
  /// Text without markup in it, which is not written yet: only a whole word shows what it is.
  private var run: [Sign] = []
  /// The text of code that is not written yet: two spans side by side are one.
  private var code = ""

  init(_ text: PlacedText, isOneLine: Bool = false, isCell: Bool = false) {
    self.text = text
    self.isOneLine = isOneLine
    self.isCell = isCell
  }

  func line(_ spans: [MarkdownSpan]) -> String {
    var writer = LineWriter(text, isOneLine: isOneLine, isCell: isCell)
    writer.write(spans)
    writer.endRun()
    writer.endCode()
    return writer.result
  }

  private mutating func write(_ spans: [MarkdownSpan]) {
    for span in spans {
      switch span {
      case .text(let scalars): write(scalars)
      case .sign(let sign): run += sign.unicodeScalars.map { Sign(scalar: $0, origin: .escape) }
      case .code(let scalars):
        endRun()
        code += text.expanded(scalars) { Self.inline($0) }
      case .emphasis(let marks, let inner): write(marks, around: line(inner))
      case .link(let inner, let address): write(inner, linkedTo: address)
      case .address(let address): write(address: address)
      case .bare(let scalars, _): write(scalars)
      case .entity(let entity): write(entity)
      }
    }
  }

  /// Marks around nothing, or beside white space, would be a rule, a fence or a list.
  private mutating func write(_ marks: String, around inner: String) {
    let rest = inner.trimmingStart(where: \.isWhitespace)
    let text = rest.trimmingEnd(where: \.isWhitespace)
    guard !text.isEmpty else { return write(markup: inner) }
    write(markup: inner.isIdentical(to: rest) ? "" : " ")
    write(markup: marks + text + marks)
    write(markup: text.isIdentical(to: rest) ? "" : " ")
  }

  private mutating func write(_ scalars: [Unicode.Scalar]) {
    for scalar in scalars {
      switch text.item(at: scalar) {
      case nil:
        run.append(Sign(scalar: isOneLine && scalar == "\n" ? " " : scalar, origin: .author))
      case .value(let value)?:
        let line = Self.inline(value)
        run += line.unicodeScalars.map { Sign(scalar: $0, origin: .value) }
        if line.isEmpty { run.append(Sign(scalar: nil, origin: .value)) }
      case .todo(let reason)?:
        write(markup: "\(PlacedText.counted)TODO (\(MarkdownText.prose(reason)))")
      case .aside(let markdown, _)?: write(markup: markdown)
      }
    }
  }

  /// On one line; a value keeps a space at its ends, as the author may count on it.
  private static func inline(_ value: String) -> String {
    let line = value.onOneLine
    guard !line.isEmpty else { return value.isEmpty ? "" : " " }
    return (value.firstScalar?.isWhitespace == true ? " " : "") + line
      + (value.lastScalar?.isWhitespace == true ? " " : "")
  }

  private mutating func write(_ inner: [MarkdownSpan], linkedTo address: [Unicode.Scalar]) {
    guard address.contains(where: PlacedText.isPlace) else {
      write(markup: "[")
      write(inner)
      return write(markup: "](\(text.expanded(address)))")
    }
    // What a value would make dangerous is no link.
    guard LinkAddress.isSafe(text.expanded(address)) else {
      write([.sign("[")])
      write(inner)
      write([.sign("]"), .text(["("]), .text(address), .text([")"])])
      return
    }
    write(markup: "[")
    write(inner)
    write(markup: "](\(text.expanded(address, Self.destination)))")
  }

  /// A value as a part of a link's destination.
  private static func destination(_ value: String) -> String {
    var result = ""
    for scalar in value.onOneLine.unicodeScalars {
      switch scalar {
      case "|":
        result += "%7C"
        continue
      case "!", "\"", "$", "&", "'", "(", ")", "*", "+", ",", ";", "<", ">", "@", "[", "\\", "]",
        "^",
        "`", "{", "}":
        result += "\\"
      default: break
      }
      result.unicodeScalars.append(scalar)
    }
    return result
  }

  private mutating func write(address: [Unicode.Scalar]) {
    let whole = text.expanded(address)
    if !address.contains(where: PlacedText.isPlace), LinkAddress.isSafe(whole) {
      write(markup: "<\(whole)>")
    } else {
      write([.sign("<"), .text(address), .sign(">")])
    }
  }

  /// What nobody sees is shown, as it is elsewhere.
  private mutating func write(_ entity: MarkdownSpan.Entity) {
    guard let shown = entity.shown else {
      run += entity.source.map { Sign(scalar: $0, origin: .author) }
      return
    }
    write([.text(Array(shown.unicodeScalars))])
  }

  private mutating func write(markup: String) {
    endRun()
    endCode()
    result += markup
  }

  private mutating func endCode() {
    guard !code.isEmpty else { return }
    // A bar ends a table's cell even in code.
    let parts =
      isCell || text.hasPlaces
      ? code.pieces(separatedBy: "|", omittingEmptySubsequences: false) : [code[...]]
    result += parts.map { $0.isEmpty ? "" : MarkdownText.span($0) }.joined(separator: "&#124;")
    code = ""
  }

  private mutating func endRun() {
    let signs = run
    run = []
    var rest = signs[...]
    while let first = rest.first {
      let isSpace = first.isSpace
      let part = rest.prefix { $0.isSpace == isSpace }
      rest = rest.dropFirst(part.count)
      if isSpace {
        endCode()
        result.unicodeScalars.append(contentsOf: part.compactMap(\.scalar))
      } else {
        write(word: Array(part))
      }
    }
  }

  private mutating func write(word all: [Sign]) {
    let word = all.filter { $0.scalar != nil }
    let scalars = word.compactMap(\.scalar)
    let holdsValue = all.contains { $0.origin == .value }
    if holdsValue, LiveWord.isIn(String(String.UnicodeScalarView(scalars))) {
      return write(live: scalars)
    }
    guard !word.isEmpty else { return }
    // White space before it, a value's too, leaves it at a line's start.
    let before = result.unicodeScalars.last { $0 == "\n" || !$0.isWhitespace }
    let isAtStart = code.isEmpty && before.map { $0 == "\n" } ?? true
    endCode()
    let text = word.indices.map { written($0, of: word, scalars) }.joined()
    result += isAtStart && holdsValue ? MarkdownStart.escaped(text) : text
  }

  /// A word with a value in it that is an address or the like is code: as a link, the author's part and the
  /// value's would lead somewhere together.
  private mutating func write(live word: [Unicode.Scalar]) {
    for (index, part) in word.split(separator: "|", omittingEmptySubsequences: false).enumerated() {
      if index > 0 {
        endCode()
        result += "&#124;"
      }
      code += String(String.UnicodeScalarView(part))
    }
  }

  private func written(_ index: Int, of word: [Sign], _ scalars: [Unicode.Scalar]) -> String {
    let scalar = scalars[index]
    switch word[index].origin {
    // Before an author's link it would make an image of it.
    case .value where scalar == "!" && index == scalars.count - 1: return "\\!"
    case .value: return MarkdownText.escaped(at: index, of: scalars)
    case .escape: return "\\\(scalar)"
    case .author: break
    }
    let next = word[(index + 1)...].first
    let isBeforeOther = next.map { $0.origin != .author } ?? true
    return switch scalar {
    case "<": "&lt;"
    case "|" where isCell || text.hasPlaces: "\\|"
    // What is a link or an image is a span of its own; the rest must not become one beside a value.
    case "[" where text.hasPlaces, "]" where text.hasPlaces: "\\\(scalar)"
    case "!" where text.hasPlaces && index == scalars.count - 1: "\\!"
    case "\\" where isBeforeOther && text.hasPlaces: "\\\\"
    case "&" where isBeforeOther && text.hasPlaces: "&amp;"
    default: String(scalar)
    }
  }
}
