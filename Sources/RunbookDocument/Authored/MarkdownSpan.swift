import RunbookModel

/// What is inside of a paragraph of an author's Markdown: emphasis, code, and links of safe schemes.
/// Everything else is text.
package indirect enum MarkdownSpan {
  case text([Unicode.Scalar])
  /// A sign that a backslash made text, or that is none of Markdown's for another reason.
  case sign(String)
  case code([Unicode.Scalar])
  /// Between marks, such as `**`.
  case emphasis(String, [MarkdownSpan])
  case link([MarkdownSpan], address: [Unicode.Scalar])
  /// Between `<` and `>`.
  case address([Unicode.Scalar])
  /// An address in plain words, as GitHub makes a link of it (<https://github.github.com/gfm/#autolinks-extension->),
  /// and where it leads to.
  case bare([Unicode.Scalar], address: String)
  case entity(Entity)

  /// A character by its name or its number, such as `&copy;`.
  package struct Entity {
    /// As it was written: an ampersand, letters and digits, and a semicolon.
    package let source: [Unicode.Scalar]
    /// Its visible form, where it stands for what nobody sees.
    package let shown: String?
  }

  static func read(_ text: String) -> [MarkdownSpan] {
    let scalars = Array(text.unicodeScalars)
    return scalars.count <= SpanReader.maximumLength
      ? SpanReader.spans(scalars[...], depth: 0) : SpanReader.plain(scalars)
  }
}

private enum SpanReader {
  /// A longer paragraph is text: the search for ends looks at the rest of it at each mark.
  static let maximumLength = 20_000
  private static let maximumDepth = 6
  private typealias Found = (span: MarkdownSpan, end: Int)

  /// Text in which no sign is markup.
  static func plain(_ scalars: [Unicode.Scalar]) -> [MarkdownSpan] {
    scalars.split(omittingEmptySubsequences: false) { "\\`*_~[<".unicodeScalars.contains($0) }
      .reduce(into: []) { spans, text in
        if text.startIndex > 0 { spans.append(.sign(String(scalars[text.startIndex - 1]))) }
        if !text.isEmpty { spans.append(.text(Array(text))) }
      }
  }

  static func spans(_ text: ArraySlice<Unicode.Scalar>, depth: Int) -> [MarkdownSpan] {
    var result: [MarkdownSpan] = []
    var plain: [Unicode.Scalar] = []
    var index = text.startIndex
    while index < text.endIndex {
      guard
        let found = span(text[index...], depth, isInWord: isWord(before: index, in: text))
          ?? PlainAddress.found(in: text, at: index)
      else {
        plain.append(text[index])
        index += 1
        continue
      }
      if !plain.isEmpty { result.append(.text(plain)) }
      plain = []
      result.append(found.span)
      index = found.end
    }
    return plain.isEmpty ? result : result + [.text(plain)]
  }

  /// The span that starts here, and where it ends.
  private static func span(
    _ rest: ArraySlice<Unicode.Scalar>, _ depth: Int, isInWord: Bool
  ) -> Found? {
    switch rest.first {
    case "\\": escape(rest)
    case "`": code(rest) ?? backticks(rest)
    case "*": depth < maximumDepth ? emphasis(rest, "*", depth) : nil
    case "~": depth < maximumDepth ? emphasis(rest, "~", depth) : nil
    case "_": depth < maximumDepth && !isInWord ? emphasis(rest, "_", depth) : nil
    case "[": depth < maximumDepth ? link(rest, depth) : nil
    case "<": address(rest)
    case "&": entity(rest)
    default: nil
    }
  }

  private static func escape(_ rest: ArraySlice<Unicode.Scalar>) -> Found? {
    guard let next = rest.dropFirst().first, (0x21...0x7E).contains(next.value),
      !next.properties.isAlphabetic, !("0"..."9").contains(next)
    else { return nil }
    return (.sign(String(next)), rest.startIndex + 2)
  }

  private static func code(_ rest: ArraySlice<Unicode.Scalar>) -> Found? {
    let count = rest.prefix { $0 == "`" }.count
    var index = rest.startIndex + count
    while index < rest.endIndex {
      let run = rest[index...].prefix { $0 == "`" }.count
      if run == count {
        var inner = rest[(rest.startIndex + count)..<index].map { $0 == "\n" ? " " : $0 }
        if inner.first == " ", inner.last == " ", inner.contains(where: { $0 != " " }) {
          inner = Array(inner.dropFirst().dropLast())
        }
        return (.code(inner), index + count)
      }
      index += max(run, 1)
    }
    return nil
  }

  /// Backticks that nothing closes are text, all of them: none begins a shorter span.
  private static func backticks(_ rest: ArraySlice<Unicode.Scalar>) -> Found? {
    let run = rest.prefix { $0 == "`" }
    return (.sign(String(repeating: "`", count: run.count)), run.endIndex)
  }

  private static func end(ofBackticks rest: ArraySlice<Unicode.Scalar>) -> Int {
    code(rest)?.end ?? rest.prefix { $0 == "`" }.endIndex
  }

  private static func emphasis(
    _ rest: ArraySlice<Unicode.Scalar>, _ mark: Unicode.Scalar, _ depth: Int
  ) -> Found? {
    let run = rest.prefix { $0 == mark }.count
    let count = mark == "~" ? 2 : min(run, 2)
    guard run >= count, run <= 3 else { return nil }
    let start = rest.startIndex + count
    guard let after = rest[start...].first, after != " ", after != "\n",
      let end = closing(mark, count, in: rest, from: start + 1)
    else { return nil }
    let marks = String(String.UnicodeScalarView(repeatElement(mark, count: count)))
    return (.emphasis(marks, spans(rest[start..<end], depth: depth + 1)), end + count)
  }

  /// Where marks that close an emphasis begin; not in code, and not after a space.
  private static func closing(
    _ mark: Unicode.Scalar, _ count: Int, in rest: ArraySlice<Unicode.Scalar>, from start: Int
  ) -> Int? {
    var index = start
    while index < rest.endIndex {
      switch rest[index] {
      case "\\": index += 2
      case "`": index = end(ofBackticks: rest[index...])
      case mark:
        let run = rest[index...].prefix { $0 == mark }.count
        let before = rest[index - 1]
        let isEnd = before != " " && before != "\n" && (run == count || run == 3)
        if isEnd, mark != "_" || !isWord(rest[(index + run)...].first) {
          return index + run - count
        }
        index += run
      default: index += 1
      }
    }
    return nil
  }

  /// Whether the address may be followed is known when its values are in it.
  private static func link(_ rest: ArraySlice<Unicode.Scalar>, _ depth: Int) -> Found? {
    guard let middle = closingBracket(rest), rest[(middle + 1)...].first == "(",
      let end = rest[middle...].firstIndex(of: ")")
    else { return nil }
    let text = rest[(rest.startIndex + 1)..<middle]
    let address = rest[(middle + 2)..<end]
    guard !text.isEmpty else { return nil }
    return (.link(spans(text, depth: depth + 1), address: Array(address)), end + 1)
  }

  /// The first one that is not in code.
  private static func closingBracket(_ rest: ArraySlice<Unicode.Scalar>) -> Int? {
    var index = rest.startIndex + 1
    while index < rest.endIndex, rest[index] != "]" {
      switch rest[index] {
      case "\\": index += 2
      case "`": index = end(ofBackticks: rest[index...])
      default: index += 1
      }
    }
    return index < rest.endIndex ? index : nil
  }

  private static func address(_ rest: ArraySlice<Unicode.Scalar>) -> Found? {
    guard let end = rest.firstIndex(of: ">") else { return nil }
    let address = Array(rest[(rest.startIndex + 1)..<end])
    // Only an address has no space in it; what else stands between the two signs is text.
    guard !address.contains(where: { $0.properties.isWhitespace || $0 == "<" }),
      address.contains(":")
    else { return nil }
    return (.address(address), end + 1)
  }

  private static func entity(_ rest: ArraySlice<Unicode.Scalar>) -> Found? {
    let name = rest.dropFirst().prefix(33).prefix {
      $0 == "#" || $0.isASCIILetter || $0.isASCIIDigit
    }
    guard let first = name.first, rest[name.endIndex...].first == ";" else { return nil }
    let source = Array(rest[...name.endIndex])
    guard first == "#" else {
      guard first.isASCIILetter, !name.contains("#") else { return nil }
      return (.entity(.init(source: source, shown: nil)), name.endIndex + 1)
    }
    let isHex = name.dropFirst().first.map { $0 == "x" || $0 == "X" } ?? false
    let digits = name.dropFirst(isHex ? 2 : 1)
    guard (1...(isHex ? 6 : 7)).contains(digits.count), !digits.contains("#"),
      let value = UInt32(String(String.UnicodeScalarView(digits)), radix: isHex ? 16 : 10)
    else { return nil }
    let text = String(Character(Unicode.Scalar(value) ?? "\u{FFFD}"))
    let shown = text.cleaned.isIdentical(to: text) ? nil : text.cleaned
    return (.entity(.init(source: source, shown: shown)), name.endIndex + 1)
  }

  private static func isWord(before index: Int, in text: ArraySlice<Unicode.Scalar>) -> Bool {
    index > text.startIndex && isWord(text[index - 1])
  }

  private static func isWord(_ scalar: Unicode.Scalar?) -> Bool {
    scalar.map { $0.properties.isAlphabetic || ("0"..."9").contains($0) } ?? false
  }
}
