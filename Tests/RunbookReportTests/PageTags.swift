/// The tags of a page, for tests: small, and strict about what it takes for one.
struct PageTags {
  struct Tag {
    var name: String
    var isEnd = false
    /// Closed in itself, as in `<rect/>`.
    var isEmpty = false
    var attributes: [String: String] = [:]
  }

  private(set) var tags: [Tag] = []

  init(_ html: String) {
    var rest = Substring(html)
    while let start = rest.firstIndex(of: "<") {
      rest = rest[start...].dropFirst()
      guard let end = Self.end(of: rest) else { return }
      let tag = Self.tag(rest[..<end])
      rest = rest[end...].dropFirst()
      if tag.name == "!doctype" { continue }
      tags.append(tag)
      // What is in a style is no markup.
      if tag.name == "style", !tag.isEnd, let close = rest.firstRange(of: "</style>") {
        rest = rest[close.lowerBound...]
      }
    }
  }

  /// The `>` that is not inside of quotes.
  private static func end(of text: Substring) -> Substring.Index? {
    var isQuoted = false
    return text.indices.first { index in
      if text[index] == "\"" { isQuoted.toggle() }
      return text[index] == ">" && !isQuoted
    }
  }

  private static func tag(_ text: Substring) -> Tag {
    let isEnd = text.hasPrefix("/")
    let name = text.drop { $0 == "/" }.prefix { $0 != " " && $0 != "/" }
    var tag = Tag(name: name.lowercased(), isEnd: isEnd, isEmpty: text.hasSuffix("/"))
    var rest = text.drop { $0 == "/" }.dropFirst(name.count)
    while let equals = rest.firstIndex(of: "="), rest[equals...].dropFirst().first == "\"" {
      let key = rest[..<equals].drop { $0 == " " || $0 == "\n" }
      let value = rest[equals...].dropFirst(2).prefix { $0 != "\"" }
      tag.attributes[key.lowercased()] = String(value)
      rest = rest[value.endIndex...].dropFirst()
    }
    // Anything else is an attribute that no page should have.
    let left = rest.filter { $0 != " " && $0 != "/" && $0 != "\n" }
    if !left.isEmpty { tag.attributes[String(left)] = "" }
    return tag
  }
}
