import RunbookModel

/// What a page shows of a text: nothing in it is invisible, and nothing turns the writing around it.
///
/// A control character of ASCII shows as its picture (`␛`); what else has no form of its own, what turns
/// the direction of writing, and what no XML file may hold shows by its number (`\u{202e}`), as on the
/// terminal. Letters of any script with their marks, joiners and variation selectors stay as they are,
/// right-to-left text, and the flags of regions, which are written with tags that nobody sees.
extension String {
  /// On the lines that it has, each tab a space.
  package var cleaned: String { filtered(keepsTabs: false) }

  /// On the lines that it has, with its tabs.
  package var visible: String { filtered(keepsTabs: true) }

  /// On one line: white space of any sort is one space, and none at the ends.
  package var onOneLine: String {
    cleaned.pieces(whereSeparator: \.isWhitespace).joined(separator: " ")
  }

  /// On one line, not longer than so many scalars.
  package func onOneLine(limit: Int) -> String { onOneLine.shortened(to: limit) }

  /// What one line of a page shows of a value: a longer one would be most of the page.
  package static let longestLine = 20_000

  /// The first so many scalars, with how many there are; the text itself where it is no longer.
  package func shortened(to limit: Int) -> String {
    guard utf8.count > limit else { return self }
    let count = unicodeScalars.count
    guard count > limit else { return self }
    return String(unicodeScalars.prefix(limit)) + " … (the first \(limit) of \(count) characters)"
  }

  /// Each line of it, shortened.
  package func shortenedLines(to limit: Int) -> String {
    guard utf8.count > limit else { return self }
    return pieces(separatedBy: "\n", omittingEmptySubsequences: false)
      .map { $0.utf8.count > limit ? String($0).shortened(to: limit) : String($0) }
      .joined(separator: "\n")
  }

  /// Whether a letter in it runs from right to left, or may: whatever stands beside it would be reordered
  /// with it (<https://www.unicode.org/reports/tr9/>).
  package var runsFromTheRight: Bool {
    utf8.contains { $0 >= 0xD6 } && unicodeScalars.contains(where: \.runsFromTheRight)
  }

  private func filtered(keepsTabs: Bool) -> String {
    var result = String.UnicodeScalarView()
    var isAfterReturn = false
    let scalars = Substring(self).unicodeScalars
    var index = scalars.startIndex
    while index < scalars.endIndex {
      let scalar = scalars[index]
      var next = scalars.index(after: index)
      switch scalar.value {
      case 0x0A: if !isAfterReturn { result.append("\n") }
      case 0x0D: result.append("\n")
      case 0x09: result.append(keepsTabs ? scalar : " ")
      case 0..<0x20: result.append(Unicode.Scalar(0x2400 + scalar.value) ?? "\u{FFFD}")
      case 0x1F3F4:
        next = TerminalText.flagEnd(in: scalars, at: index) ?? next
        result.append(contentsOf: scalars[index..<next])
      case _ where scalar.isShown: result.append(scalar)
      default:
        result.append(contentsOf: "\\u{\(String(scalar.value, radix: 16))}".unicodeScalars)
      }
      isAfterReturn = scalar == "\r"
      index = next
    }
    return String(result)
  }
}

extension Unicode.Scalar {
  /// Private characters that stand in a page's text until it is whole. No text of a run brings one in.
  package static let pageMarks: ClosedRange<Unicode.Scalar> = "\u{10FF00}"..."\u{10FF03}"

  fileprivate var isShown: Bool {
    switch value {
    // What has no form and no width: soft hyphens, spaces of no width, fillers, and a mark of language.
    case 0xAD, 0x115F, 0x1160, 0x180E, 0x200B, 0x2060...0x2065, 0x3164, 0xFEFF, 0xFFA0: false
    // Variation selectors are among them, which Han characters are written with.
    case 0xE0100...0xE01EF: true
    case 0xE0000...0xE0FFF: false
    case 0x20..<0x7F, 0xA0..<0x61C: true
    // Controls of one byte more, and what separates lines and paragraphs.
    case 0x7F..<0xA0, 0x2028...0x2029: false
    // Marks, embeddings, overrides and isolates of direction, and their deprecated relatives.
    case 0x61C, 0x200E...0x200F, 0x202A...0x202E, 0x2066...0x206F: false
    // Annotations between lines, and noncharacters.
    case 0xFFF9...0xFFFB, 0xFDD0...0xFDEF: false
    case 0x10FF00...0x10FF03: false
    default: value & 0xFFFE != 0xFFFE
    }
  }

  /// By the blocks that Unicode keeps for such scripts.
  fileprivate var runsFromTheRight: Bool {
    switch value {
    case 0x590...0x8FF, 0xFB1D...0xFDFF, 0xFE70...0xFEFC, 0x10800...0x10FFF, 0x1E800...0x1EFFF: true
    default: false
    }
  }
}

extension StringProtocol {
  /// The text without the scalars at its end that are to go.
  package func trimmingEnd(where isUnwanted: (Unicode.Scalar) -> Bool) -> Substring {
    let scalars = Substring(self).unicodeScalars
    return scalars.lastIndex { !isUnwanted($0) }.map { Substring(scalars[...$0]) }
      ?? Substring(scalars.prefix(0))
  }

  /// The text without the scalars at its start that are to go.
  package func trimmingStart(where isUnwanted: (Unicode.Scalar) -> Bool) -> Substring {
    Substring(Substring(self).unicodeScalars.drop(while: isUnwanted))
  }
}
