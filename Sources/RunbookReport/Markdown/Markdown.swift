import RunbookModel

/// Writes texts of a run so that each is only text where it stands, in GitHub's dialect of Markdown.
struct Markdown: Sendable {
  /// Running text on one line: nothing in it is markup, a link or a mention.
  static func prose(_ text: String) -> String {
    let words = text.cleaned.pieces(whereSeparator: \.isWhitespace).map { word in
      isLinkLike(word) && !word.holds(where: { $0 == "|" || $0 == "`" })
        ? code(String(word)) : escaped(word)
    }
    return escapedStart(words.joined(separator: " "))
  }

  /// A code span on one line; safe in a table too.
  static func code(_ text: String) -> String {
    let line = text.onOneLine
    guard !line.isEmpty else { return "(empty)" }
    guard !line.holds("|") else { return escapedStart(escaped(line[...])) }
    let fence = String(repeating: "`", count: longestRun(of: "`", in: line) + 1)
    let pad = line.begins(with: "`") || line.ends(with: "`") ? " " : ""
    return fence + pad + line + pad + fence
  }

  /// Free text on one line: as it is where nothing in it could be markup, else a code span.
  static func quote(_ text: String, limit: Int = 400) -> String {
    let line = text.onOneLine
    let cut = line.unicodeScalars.count > limit ? String(line.prefixOfScalars(limit)) + " …" : line
    return isPlain(cut) || isPlainWithCode(cut) ? cut : code(cut)
  }

  /// Lines exactly as they are, between fences longer than any in them.
  static func fence(_ text: String, language: String) -> String {
    let fence = String(repeating: "`", count: max(3, longestRun(of: "`", in: text) + 1))
    var body = text.visible
    while body.lastScalar?.isNewline == true { body.unicodeScalars.removeLast() }
    return "\(fence)\(language)\n\(body)\n\(fence)"
  }

  /// The text of an HTML element.
  static func html(_ text: String) -> String {
    text.onOneLine
      .unicodeScalars.reduce(into: "") { result, scalar in
        switch scalar {
        case "&": result += "&amp;"
        case "<": result += "&lt;"
        case ">": result += "&gt;"
        default: result.unicodeScalars.append(scalar)
        }
      }
  }

  /// Lines under a list item's marker.
  static func item(_ text: String, marker: String) -> String {
    let indent = String(repeating: " ", count: marker.unicodeScalars.count + 1)
    let lines = text.lines.enumerated().map { index, line in
      index == 0 ? "\(marker) \(line)" : line.isEmpty ? "" : indent + line
    }
    return lines.joined(separator: "\n")
  }

  private static func escaped(_ word: Substring) -> String {
    let scalars = Array(word.unicodeScalars)
    var result = ""
    for (index, scalar) in scalars.enumerated() {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "|": result += "&#124;"
      case "@": result += "`@`"
      case ":" where index + 1 < scalars.count && scalars[index + 1] == "/": result += "&#58;"
      case "." where index > 0 && (scalars[index - 1] == "w" || scalars[index - 1] == "W"):
        result += "\\."
      case "\\", "`", "*", "[", "]", "~", "{", "}", "$", "#": result += "\\\(scalar)"
      case "_":
        result += isInsideWord(index, of: scalars) ? "_" : "\\_"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  /// A text at the start of a block must not open a heading, a list or a rule.
  private static func escapedStart(_ text: String) -> String {
    guard let first = text.unicodeScalars.first else { return text }
    if "#-+=".unicodeScalars.contains(first) { return "\\" + text }
    let digits = text.prefixOfScalars { $0.isASCII && $0.isNumber }
    let rest = text.dropFirstScalars(digits.unicodeScalars.count)
    guard !digits.isEmpty, let next = rest.firstScalar, next == "." || next == ")" else {
      return text
    }
    let isMarker = rest.dropFirstScalars().firstScalar.map { $0 == " " } ?? true
    return isMarker ? "\(digits)\\\(rest)" : text
  }

  private static func isLinkLike(_ word: Substring) -> Bool {
    word.holds("://") || word.holds("@") || word.lowercased().holds("www.")
      || word.lowercased().begins(with: "mailto:")
  }

  private static func isPlain(_ text: String) -> Bool {
    if text.holds("://") || text.lowercased().holds("www.") { return false }
    let scalars = Array(text.unicodeScalars)
    guard let first = scalars.first, isWordPart(first), escapedStart(text) == text else {
      return false
    }
    return scalars.indices.allSatisfy { index in
      let scalar = scalars[index]
      return scalar.value >= 0xA0 || isWordPart(scalar)
        || " .,;:()'\"/-+%=?!".unicodeScalars.contains(scalar)
        || (scalar == "_" && isInsideWord(index, of: scalars))
    }
  }

  /// Whether single backticks set off code in a text that is plain otherwise.
  private static func isPlainWithCode(_ text: String) -> Bool {
    let parts = text.pieces(separatedBy: "`", omittingEmptySubsequences: false)
    guard parts.count > 1, !parts.count.isMultiple(of: 2), !text.holds("``") else {
      return false
    }
    return parts.enumerated().allSatisfy { index, part in
      let trimmed = part.trimmed
      return index.isMultiple(of: 2)
        ? trimmed.isEmpty || isPlain("x" + trimmed)
        : trimmed.unicodeScalars.count == part.unicodeScalars.count && !part.isEmpty
          && !part.holds("|")
    }
  }

  /// Whether an underscore stands between letters or digits, where it is no emphasis.
  private static func isInsideWord(_ index: Int, of scalars: [Unicode.Scalar]) -> Bool {
    index > 0 && index + 1 < scalars.count && isWordPart(scalars[index - 1])
      && isWordPart(scalars[index + 1])
  }

  private static func isWordPart(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
  }

  private static func longestRun(of scalar: Unicode.Scalar, in text: String) -> Int {
    var longest = 0
    var current = 0
    for next in text.unicodeScalars {
      current = next == scalar ? current + 1 : 0
      longest = max(longest, current)
    }
    return longest
  }
}
