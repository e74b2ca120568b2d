import RunbookModel

/// Reads what is inside of a paragraph of an author's Markdown: emphasis, code, and links of safe
/// schemes. Everything else is escaped text.
struct MarkdownSpans {
  /// A longer paragraph is text: the search for ends looks at the rest of it at each mark.
  private static let maximumLength = 20_000
  private static let maximumDepth = 6
  private static let schemes = ["http://", "https://", "mailto:"]

  let values: PlacedValues

  func html(_ text: String) -> String {
    let scalars = Array(text.unicodeScalars)
    guard scalars.count <= Self.maximumLength else { return values.escaped(scalars) }
    return html(scalars[...], depth: 0)
  }

  private func html(_ text: ArraySlice<Unicode.Scalar>, depth: Int) -> String {
    var result = ""
    var rest = text
    while let scalar = rest.first {
      if let (html, end) = span(rest, scalar, depth: depth, isInWord: isWord(before: rest, text)) {
        result += html
        rest = rest[end...]
      } else {
        result += values.escaped(CollectionOfOne(scalar))
        rest.removeFirst()
      }
    }
    return result
  }

  /// The span that starts here, and where it ends.
  private func span(
    _ rest: ArraySlice<Unicode.Scalar>, _ first: Unicode.Scalar, depth: Int, isInWord: Bool
  ) -> (html: String, end: Int)? {
    switch first {
    case "\\": escape(rest)
    case "`": code(rest)
    case "*", "~": depth < Self.maximumDepth ? emphasis(rest, first, depth) : nil
    case "_": depth < Self.maximumDepth && !isInWord ? emphasis(rest, first, depth) : nil
    case "[": depth < Self.maximumDepth ? link(rest, depth) : nil
    case "<": autolink(rest)
    default: nil
    }
  }

  private func escape(_ rest: ArraySlice<Unicode.Scalar>) -> (html: String, end: Int)? {
    guard let next = rest.dropFirst().first, next.isASCII, !next.properties.isAlphabetic,
      !("0"..."9").contains(next), next.value > 0x20
    else { return nil }
    return (values.escaped(CollectionOfOne(next)), rest.startIndex + 2)
  }

  private func code(_ rest: ArraySlice<Unicode.Scalar>) -> (html: String, end: Int)? {
    let count = rest.prefix { $0 == "`" }.count
    var index = rest.startIndex + count
    while index < rest.endIndex {
      let run = rest[index...].prefix { $0 == "`" }.count
      if run == count {
        let inner = rest[(rest.startIndex + count)..<index]
        let text = values.escaped(inner.map { $0 == "\n" ? " " : $0 })
        return ("<code>\(text)</code>", index + count)
      }
      index += max(run, 1)
    }
    return nil
  }

  private func emphasis(
    _ rest: ArraySlice<Unicode.Scalar>, _ mark: Unicode.Scalar, _ depth: Int
  ) -> (html: String, end: Int)? {
    let run = rest.prefix { $0 == mark }.count
    let count = mark == "~" ? 2 : min(run, 2)
    guard run >= count, run <= 3 else { return nil }
    let start = rest.startIndex + count
    guard let after = rest[start...].first, after != " ", after != "\n",
      let end = closing(mark, count, in: rest, from: start + 1)
    else { return nil }
    let tag = mark == "~" ? "del" : count == 2 ? "strong" : "em"
    return ("<\(tag)>\(html(rest[start..<end], depth: depth + 1))</\(tag)>", end + count)
  }

  /// Where marks that close an emphasis begin; not in code, and not after a space.
  private func closing(
    _ mark: Unicode.Scalar, _ count: Int, in rest: ArraySlice<Unicode.Scalar>, from start: Int
  ) -> Int? {
    var index = start
    while index < rest.endIndex {
      switch rest[index] {
      case "\\": index += 2
      case "`": index = code(rest[index...])?.end ?? index + 1
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

  private func link(_ rest: ArraySlice<Unicode.Scalar>, _ depth: Int) -> (html: String, end: Int)? {
    guard let middle = rest.firstIndex(of: "]"), rest[(middle + 1)...].first == "(",
      let end = rest[middle...].firstIndex(of: ")")
    else { return nil }
    let text = rest[(rest.startIndex + 1)..<middle]
    guard !text.isEmpty, let address = address(rest[(middle + 2)..<end]) else { return nil }
    let inner = html(text, depth: depth + 1)
    return ("<a href=\"\(HTML.escaped(address))\" rel=\"noreferrer\">\(inner)</a>", end + 1)
  }

  private func autolink(_ rest: ArraySlice<Unicode.Scalar>) -> (html: String, end: Int)? {
    guard let end = rest.firstIndex(of: ">"),
      let address = address(rest[(rest.startIndex + 1)..<end])
    else { return nil }
    let text = HTML.escaped(address)
    return ("<a href=\"\(text)\" rel=\"noreferrer\">\(text)</a>", end + 1)
  }

  /// An address that a reader may follow: of a safe scheme, or inside of the report.
  private func address(_ scalars: ArraySlice<Unicode.Scalar>) -> String? {
    let address = values.expanded(scalars)
    let isPlain = address.unicodeScalars.allSatisfy { $0.value > 0x20 && $0 != "<" && $0 != "\"" }
    let isSafe =
      address.begins(with: "#")
      || Self.schemes.contains {
        address.lowercased().begins(with: $0)
          && address.unicodeScalars.count > $0.unicodeScalars.count
      }
    return isPlain && isSafe ? address : nil
  }

  private func isWord(before rest: ArraySlice<Unicode.Scalar>, _ text: ArraySlice<Unicode.Scalar>)
    -> Bool
  {
    rest.startIndex > text.startIndex && isWord(text[rest.startIndex - 1])
  }

  private func isWord(_ scalar: Unicode.Scalar?) -> Bool {
    scalar.map { $0.properties.isAlphabetic || ("0"..."9").contains($0) } ?? false
  }
}
