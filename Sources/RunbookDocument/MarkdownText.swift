package import RunbookModel

/// Text in GitHub's dialect of Markdown: nothing in it is markup, a link, a mention or an emoji.
///
/// What GitHub makes a link of after Markdown was read (addresses, mentions, issues) no escape keeps it
/// from; a code span does. So a word that could become one is a code span.
package enum MarkdownText {
  /// Running text on one line.
  package static func prose(_ text: String) -> String {
    MarkdownStart.escaped(words(of: text.onOneLine(limit: String.longestLine)))
  }

  /// The same in the midst of a line: white space at its ends is a space.
  package static func inline(_ text: some StringProtocol) -> String {
    let cleaned = String(text).cleaned
    let words = words(of: cleaned.onOneLine)
    guard !words.isEmpty else { return cleaned.isEmpty ? "" : " " }
    return (cleaned.firstScalar?.isWhitespace == true ? " " : "") + words
      + (cleaned.lastScalar?.isWhitespace == true ? " " : "")
  }

  /// A code span on one line; safe in a table too.
  package static func code(_ text: String, limit: Int = String.longestLine) -> String {
    let line = text.onOneLine(limit: limit)
    guard !line.isEmpty else { return "(empty)" }
    return line.holds("|") ? prose(line) : span(line)
  }

  /// Free text on one line: as it is where nothing in it could be markup, else a code span.
  package static func quote(_ text: String, limit: Int = 400) -> String {
    let line = text.onOneLine(limit: limit)
    return isPlain(line) || isPlainWithCode(line) ? line : code(line)
  }

  /// Free text on one line; what stands between single backticks is code.
  package static func marked(_ text: String) -> String {
    let line = text.onOneLine(limit: String.longestLine)
    let parts = BacktickedText(line).parts
    // A span cannot show a space at both of its ends.
    guard parts.allSatisfy({ !$0.isCode || $0.isTrimmed }) else { return prose(line) }
    return MarkdownStart.escaped(
      parts.map { $0.isCode ? code(String($0.text)) : inline($0.text) }.joined())
  }

  /// Lines as they are, none longer than a page shows of one, between fences longer than any in them.
  ///
  /// - Parameters:
  ///   - language: letters and digits alone are taken of it.
  ///   - reader: who reads the lines as they are.
  package static func fence(
    _ text: String, language: String, for reader: HiddenText.Reader = .people
  ) -> String {
    fence(shown: text.visible(for: reader), language: language)
  }

  /// - Parameter body: in its visible form.
  package static func fence(shown body: String, language: String) -> String {
    let body = body.shortenedLines(to: String.longestLine)
    let fence = String(repeating: "`", count: max(3, longestRun(of: "`", in: body) + 1))
    let name = language.unicodeScalars.prefix { $0.isASCIILetter || $0.isASCIIDigit }
    return "\(fence)\(String(name))\n\(body.trimmingEnd(where: \.isNewline))\n\(fence)"
  }

  /// Lines under a list item's marker.
  package static func item(_ text: String, marker: String) -> String {
    let indent = String(repeating: " ", count: marker.unicodeScalars.count + 1)
    var pieces = Array(text.pieces(separatedBy: "\n", omittingEmptySubsequences: false))
    while pieces.first?.unicodeScalars.allSatisfy(\.isWhitespace) == true { pieces.removeFirst() }
    // A sign alone would make a heading of the line before it.
    let lines = (pieces.isEmpty ? ["(empty)"] : pieces).enumerated().map { index, line in
      index == 0 ? "\(marker) \(line)" : line.isEmpty ? "" : indent + line
    }
    return lines.joined(separator: "\n")
  }

  /// The text of an element of HTML, where Markdown is not read.
  package static func html(_ text: String) -> String {
    var result = ""
    for scalar in text.onOneLine(limit: String.longestLine).unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  /// A line as a code span, whatever backticks it has. It must hold no bar where it stands in a table.
  package static func span(_ line: some StringProtocol) -> String {
    let fence = String(repeating: "`", count: longestRun(of: "`", in: line) + 1)
    let isPadded =
      line.begins(with: "`") || line.ends(with: "`")
      || line.begins(with: " ") && line.ends(with: " ")
    let pad = isPadded ? " " : ""
    return fence + pad + line + pad + fence
  }

  private static func words(of line: String) -> String {
    line.pieces(separatedBy: " ").map(word).joined(separator: " ")
  }

  /// A bar would end a table's cell even in a code span, so that the parts around it are by themselves.
  private static func word(_ word: Substring) -> String {
    guard LiveWord.isIn(word) else { return escaped(word) }
    return word.pieces(separatedBy: "|", omittingEmptySubsequences: false).map { part in
      LiveWord.isIn(part) ? span(part) : escaped(part)
    }
    .joined(separator: "&#124;")
  }

  private static func escaped(_ word: Substring) -> String {
    let scalars = Array(word.unicodeScalars)
    return scalars.indices.map { escaped(at: $0, of: scalars) }.joined()
  }

  /// A scalar of a word that is no address, mention or the like.
  package static func escaped(at index: Int, of word: [Unicode.Scalar]) -> String {
    let scalar = word[index]
    return switch scalar {
    case "&": "&amp;"
    case "<": "&lt;"
    case ">": "&gt;"
    case "|": "&#124;"
    case "\\", "`", "*", "[", "]", "~", "{", "}", "$", "#": "\\\(scalar)"
    case "_": isInsideWord(index, of: word) ? "_" : "\\_"
    default: String(scalar)
    }
  }

  private static func isPlain(_ text: String) -> Bool {
    let scalars = Array(text.unicodeScalars)
    guard let first = scalars.first, isWordPart(first), !MarkdownStart.opens(text),
      !LiveWord.isIn(text)
    else { return false }
    return scalars.indices.allSatisfy { index in
      let scalar = scalars[index]
      return scalar.value >= 0xA0 || isWordPart(scalar)
        || " .,;:()'\"/-+%=?!".unicodeScalars.contains(scalar)
        || (scalar == "_" && isInsideWord(index, of: scalars))
    }
  }

  /// Whether single backticks set off code in a text that is plain otherwise.
  private static func isPlainWithCode(_ text: String) -> Bool {
    let parts = BacktickedText(text).parts
    return parts.count > 1
      && parts.allSatisfy { part in
        let trimmed = part.text.trimming(where: \.isWhitespace)
        return part.isCode
          ? part.isTrimmed && !part.text.isEmpty && !part.text.holds("|")
          : trimmed.isEmpty || isPlain("x" + trimmed)
      }
  }

  /// Whether an underscore stands between letters or digits, where it is no emphasis.
  private static func isInsideWord(_ index: Int, of scalars: [Unicode.Scalar]) -> Bool {
    index > 0 && index + 1 < scalars.count && isWordPart(scalars[index - 1])
      && isWordPart(scalars[index + 1])
  }

  /// Letters, marks and decimal digits: what no version of CommonMark takes for punctuation or space.
  private static func isWordPart(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
      .decimalNumber, .nonspacingMark, .spacingMark:
      true
    default: false
    }
  }

  private static func longestRun(of scalar: Unicode.Scalar, in text: some StringProtocol) -> Int {
    var longest = 0
    var current = 0
    for next in text.unicodeScalars {
      current = next == scalar ? current + 1 : 0
      longest = max(longest, current)
    }
    return longest
  }
}

/// What opens a heading, a list or a rule at the start of a block.
package enum MarkdownStart {
  /// The text as it may stand at the start of a block.
  package static func escaped(_ text: String) -> String {
    guard let digits = mark(of: text) else { return text }
    return text.utf8.prefix(digits).reduce(into: "") {
      $0.unicodeScalars.append(Unicode.Scalar($1))
    } + "\\" + String(Substring(text.utf8.dropFirst(digits)))
  }

  /// Whether a block other than a paragraph would begin with it.
  static func opens(_ text: String) -> Bool { mark(of: text) != nil }

  /// How many digits stand before the sign that opens; nil where none does.
  private static func mark(of text: String) -> Int? {
    let bytes = text.utf8
    guard let first = bytes.first else { return nil }
    if "#-+=".utf8.contains(first) || text.begins(with: ":-") { return 0 }
    let digits = bytes.prefix { (48...57).contains($0) }.count
    let rest = bytes.dropFirst(digits)
    guard digits > 0, let next = rest.first, ".)".utf8.contains(next) else { return nil }
    return rest.dropFirst().first.map { $0 == 0x20 } ?? true ? digits : nil
  }
}

/// What GitHub makes something of in plain words: addresses, mentions, issues and emoji.
package enum LiveWord {
  private static let everywhere = ["://", "@", "www.", "mailto:", "xmpp:"].map { Array($0.utf8) }

  package static func isIn(_ text: some StringProtocol) -> Bool {
    !marks(in: Array(text.utf8)).isEmpty
  }

  /// Where the signs are that make it so, by byte.
  package static func marks(in text: [UInt8]) -> [Range<Int>] {
    let bytes = text.map { (65...90).contains($0) ? $0 | 0x20 : $0 }
    var marks: [Range<Int>] = []
    for (index, byte) in bytes.enumerated() where byte == 0x23 || byte == 0x3A || byte >= 0x40 {
      let rest = bytes[index...]
      var length = everywhere.first { $0[0] == byte && rest.starts(with: $0) }?.count
      switch byte {
      case UInt8(ascii: "#") where rest.dropFirst().first.map(isDigit) == true: length = 2
      case UInt8(ascii: "g") where rest.starts(with: "gh-".utf8):
        if rest.dropFirst(3).first.map(isDigit) == true { length = 4 }
      case UInt8(ascii: ":"): length = length ?? emoji(text[index...])
      default: break
      }
      if let length { marks.append(index..<(index + length)) }
    }
    return marks
  }

  /// The length of `:name:`, in small letters; the time in `12:30:45` is none.
  private static func emoji(_ bytes: ArraySlice<UInt8>) -> Int? {
    let name = bytes.dropFirst().prefix {
      isDigit($0) || (97...122).contains($0) || "_+-".utf8.contains($0)
    }
    guard bytes.dropFirst(name.count + 1).first == UInt8(ascii: ":") else { return nil }
    let isName =
      name.contains { (97...122).contains($0) }
      || ["100", "1234", "+1", "-1"].contains { name.elementsEqual($0.utf8) }
    return isName ? name.count + 2 : nil
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) }
}
