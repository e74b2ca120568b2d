import RunbookModel

/// What a page shows of a text: nothing in it is invisible, and nothing turns the writing around it.
///
/// A control character of ASCII shows as its picture (`␛`); what else has no form of its own, what turns
/// the direction of writing, and what no XML file may hold shows as U+FFFD. Letters of any script with
/// their marks, joiners and variation selectors stay as they are, and right-to-left text with them.
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
  package func onOneLine(limit: Int) -> String {
    let line = onOneLine
    guard line.utf8.count > limit, line.unicodeScalars.count > limit else { return line }
    return String(line.unicodeScalars.prefix(limit)) + " …"
  }

  private func filtered(keepsTabs: Bool) -> String {
    var result = String.UnicodeScalarView()
    var isAfterReturn = false
    for scalar in unicodeScalars {
      switch scalar.value {
      case 0x0A: if !isAfterReturn { result.append("\n") }
      case 0x0D: result.append("\n")
      case 0x09: result.append(keepsTabs ? scalar : " ")
      case 0..<0x20: result.append(Unicode.Scalar(0x2400 + scalar.value) ?? "\u{FFFD}")
      default: result.append(scalar.isShown ? scalar : "\u{FFFD}")
      }
      isAfterReturn = scalar == "\r"
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
    case 0xAD, 0x115F, 0x1160, 0x180E, 0x200B, 0x2060...0x2065, 0x3164, 0xFEFF, 0xFFA0, 0xE0001:
      false
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
