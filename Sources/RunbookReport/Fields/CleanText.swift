import RunbookModel

extension String {
  /// Without control characters, marks, and what turns the direction of writing; lines stay.
  var cleaned: String { filtered(keepsTabs: false) }

  /// The same, with its tabs.
  var visible: String { filtered(keepsTabs: true) }

  /// The same on one line.
  var onOneLine: String { cleaned.pieces(whereSeparator: \.isWhitespace).joined(separator: " ") }

  private func filtered(keepsTabs: Bool) -> String {
    var result = String.UnicodeScalarView()
    for scalar in unicodeScalars {
      switch scalar.value {
      case 0x0A: result.append(scalar)
      case 0x0D: result.append("\n")
      case 0x09: result.append(keepsTabs ? scalar : " ")
      case 0..<0x20: result.append(Unicode.Scalar(0x2400 + scalar.value) ?? "\u{FFFD}")
      case 0x7F...0x9F, 0x200E...0x200F, 0x2028...0x202E, 0x2066...0x2069, 0x10FF00...0x10FF03:
        result.append("\u{FFFD}")
      default: result.append(scalar)
      }
    }
    return String(result)
  }
}
