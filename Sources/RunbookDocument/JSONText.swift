import RunbookModel

/// JSON inside of another text.
package enum JSONText {
  /// JSON on one line as the text of a comment of HTML: nothing in it can end the comment, or begin another.
  ///
  /// The signs stand in strings alone, where JSON can write them otherwise: what it says stays the same.
  package static func inComment(_ json: String) -> String {
    var result = ""
    for scalar in json.replacingAll("--", with: "-\\u002d").unicodeScalars {
      switch scalar.value {
      case 0x3C, 0x3E, 0x7F...0xA0, 0xAD, 0x61C, 0x200B...0x200F, 0x2028...0x202E, 0x2060...0x206F,
        0xFEFF:
        result += "\\u" + String(0x10000 + scalar.value, radix: 16).dropFirstScalars()
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
