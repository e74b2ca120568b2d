package import RunbookModel

/// What a page shows of a text: nothing in it is invisible, and nothing turns the writing around it.
///
/// A control character of ASCII shows as its picture (`␛`); what else is hidden (`HiddenText`), and what no XML
/// file may hold, shows by its number (`\u{202e}`), as on the terminal. Letters of any script with their marks,
/// joiners and variation selectors stay as they are, and so does right-to-left text.
extension String {
  /// On the lines that it has, each tab a space.
  package var cleaned: String { filtered(keepsTabs: false, for: .people) }

  /// On the lines that it has, with its tabs.
  package var visible: String { visible(for: .people) }

  /// The same, for who else reads it as it is.
  package func visible(for reader: HiddenText.Reader) -> String {
    filtered(keepsTabs: true, for: reader)
  }

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

  private func filtered(keepsTabs: Bool, for reader: HiddenText.Reader) -> String {
    var result = String.UnicodeScalarView()
    var isAfterReturn = false
    let scalars = Substring(self).unicodeScalars
    for index in scalars.indices {
      let scalar = scalars[index]
      switch scalar.value {
      case 0x0A: if !isAfterReturn { result.append("\n") }
      case 0x0D: result.append("\n")
      case 0x09: result.append(keepsTabs ? scalar : " ")
      case 0..<0x20: result.append(Unicode.Scalar(0x2400 + scalar.value) ?? "\u{FFFD}")
      case _ where scalar.isNoText || HiddenText.hides(scalars, at: index, from: reader):
        result.append(contentsOf: HiddenText.shown(scalar).unicodeScalars)
      default: result.append(scalar)
      }
      isAfterReturn = scalar == "\r"
    }
    return String(result)
  }
}

extension Unicode.Scalar {
  /// Private characters that stand in a page's text until it is whole. No text of a run brings one in.
  package static let pageMarks: ClosedRange<Unicode.Scalar> = "\u{10FF00}"..."\u{10FF03}"

  /// Noncharacters, and the page's own marks.
  fileprivate var isNoText: Bool {
    switch value {
    case 0xFDD0...0xFDEF, 0x10FF00...0x10FF03: true
    default: value & 0xFFFE == 0xFFFE
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
