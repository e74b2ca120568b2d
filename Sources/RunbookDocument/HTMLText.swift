package import RunbookModel

/// Text in HTML, and in the SVG inside of it, which is XML.
package enum HTMLText {
  /// Text of an element, or of an attribute's value in quotes, with its lines and tabs.
  package static func escaped(
    _ text: some StringProtocol, for reader: HiddenText.Reader = .people
  ) -> String {
    let shown = String(text).visible(for: reader)
    var result = ""
    result.reserveCapacity(shown.utf8.count)
    for scalar in shown.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  /// Running text on one line.
  package static func prose(_ text: String) -> String {
    isolated(text.onOneLine(limit: String.longestLine))
  }

  /// The same where no element may stand: in an attribute's value, a title, or SVG.
  package static func plain(_ text: String) -> String {
    escaped(text.onOneLine(limit: String.longestLine))
  }

  package static func code(_ text: String, limit: Int = String.longestLine) -> String {
    let line = text.onOneLine(limit: limit)
    return line.isEmpty ? "(empty)" : "<code>\(isolated(line))</code>"
  }

  /// A value that runs from right to left cannot reorder what stands beside it.
  private static func isolated(_ line: String) -> String {
    line.runsFromTheRight ? "<bdi>\(escaped(line))</bdi>" : escaped(line)
  }

  /// Free text on one line; what stands between single backticks is code.
  package static func quote(_ text: String, limit: Int = 400) -> String {
    BacktickedText(text.onOneLine(limit: limit)).parts.map { part in
      part.isCode ? "<code>\(isolated(String(part.text)))</code>" : isolated(String(part.text))
    }
    .joined()
  }
}

/// A line in which single backticks set off code, as programs' messages have it.
struct BacktickedText {
  struct Part {
    let text: Substring
    let isCode: Bool

    var isTrimmed: Bool { text.trimming(where: \.isWhitespace).isIdentical(to: text) }
  }

  /// One part where the backticks do not come in pairs of single ones.
  let parts: [Part]

  init(_ line: String) {
    let parts = line.pieces(separatedBy: "`", omittingEmptySubsequences: false)
    let isPaired = parts.count > 1 && !parts.count.isMultiple(of: 2) && !line.holds("``")
    self.parts =
      isPaired
      ? parts.enumerated().map { Part(text: $1, isCode: !$0.isMultiple(of: 2)) }
      : [Part(text: line[...], isCode: false)]
  }
}
