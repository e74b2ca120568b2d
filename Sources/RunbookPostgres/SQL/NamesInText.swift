import RunbookModel

/// All that may be a name in statements, without parsing them.
enum NamesInText {
  struct Name: Hashable {
    let schema: String?
    let name: String
    /// Whether it stands where a statement names what it writes to.
    let isWritten: Bool
  }

  /// Whether a word of them begins a definition, which event triggers are for.
  static func mayDefine(_ names: [Name]) -> Bool {
    names.contains { $0.schema == nil && definitions.contains($0.name) }
  }

  private static let definitions: Set = [
    "create", "alter", "drop", "comment", "grant", "revoke", "reindex", "refresh",
  ]

  /// Whether a text may have its names looked up elsewhere than in the session's `search_path`, or hold some that are
  /// put together: then a name is taken for one of any schema.
  static func mayLookElsewhere(_ text: String) -> Bool {
    let folded = ReadingSettings.folded(text)
    return [
      "search_path", "set_config", "schema", "role", "authorization", "discard", "reset", "execute",
    ].contains { folded.holds($0) }
  }

  /// Whether names stand in it as their characters' numbers: `U&"\\006frders"`.
  static func hasHiddenNames(_ text: String) -> Bool { ReadingSettings.folded(text).holds("u&\"") }

  static func names(in texts: [String]) -> [Name] {
    Array(texts.reduce(into: Set<Name>()) { $0.formUnion(names(in: $1)) })
  }

  /// All that may be a name in a text, literals and comments included: also a body or a text that is executed has them.
  private static func names(in text: String) -> Set<Name> {
    var found: Set<Name> = []
    var last: [String] = []
    var isTruncation = false
    for parts in parts(in: text) {
      guard let name = parts.last else { continue }
      let words = last.filter { $0 != "only" && $0 != "table" }
      let isWritten =
        isTruncation || ["into", "update", "copy"].contains(words.last ?? "")
        || words.suffix(2) == ["delete", "from"]
      if name == "truncate" { isTruncation = true }
      found.insert(
        Name(
          schema: parts.count > 1 ? parts[parts.count - 2] : nil, name: name, isWritten: isWritten))
      last.append(name)
      if last.count > 4 { last.removeFirst() }
    }
    return found
  }

  /// Names with their parts, in order, folded as the server does it.
  private static func parts(in text: String) -> [[String]] {
    var all: [[String]] = []
    var parts: [String] = []
    var part = String.UnicodeScalarView()
    var isQuoted = false
    var isOpen = false
    func isOfName(_ scalar: Unicode.Scalar) -> Bool {
      switch scalar {
      case "a"..."z", "A"..."Z", "0"..."9", "_": true
      // Behind the first sign it is one of the name's; alone it begins a quotation.
      case "$": !part.isEmpty
      default: scalar.value >= 0x80
      }
    }
    /// As the server cuts names, in UTF-8.
    func cut(_ name: String) -> String {
      var length = min(name.utf8.count, 63)
      let bytes = Array(name.utf8)
      while length < bytes.count, bytes[length] & 0xC0 == 0x80 { length -= 1 }
      return String(decoding: bytes[..<length], as: UTF8.self)
    }
    func end(_ isWhole: Bool) {
      if !part.isEmpty { parts.append(cut(String(part))) }
      part = String.UnicodeScalarView()
      if isWhole, !parts.isEmpty {
        all.append(parts)
        parts = []
      }
    }
    let scalars = Array(text.unicodeScalars)
    /// What stands next that is no white space.
    func next(after index: Int) -> Unicode.Scalar? {
      scalars[(index + 1)...].first { !$0.properties.isWhitespace }
    }
    var isAfterDot = false
    for (index, scalar) in scalars.enumerated() {
      if !isQuoted, scalar.properties.isWhitespace {
        // A name may stand apart from its dots.
        if isAfterDot || next(after: index) == "." { continue }
      } else {
        isAfterDot = !isQuoted && scalar == "."
      }
      if scalar == "\"" {
        // Two of them within a name are one of its signs, and the second opens it again.
        if !isQuoted, index > 0, scalars[index - 1] == "\"", isOpen { part.append(scalar) }
        isQuoted.toggle()
        isOpen = true
      } else if isQuoted {
        part.append(scalar)
      } else if isOfName(scalar) {
        let isUpper = ("A"..."Z").contains(scalar)
        part.append(isUpper ? Unicode.Scalar(UInt8(scalar.value) + 32) : scalar)
      } else if scalar == ".", isOpen || !part.isEmpty {
        end(false)
      } else {
        end(true)
      }
      if !isQuoted, scalar != "\"" { isOpen = false }
    }
    end(true)
    return all
  }
}
