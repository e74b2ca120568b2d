import RunbookModel

/// Addresses of links.
package enum LinkAddress {
  private static let schemes = ["http://", "https://", "mailto:"]

  /// Whether a reader may follow it: it is of a safe scheme, or inside of the page, and holds nothing
  /// that could end it where it stands.
  package static func isSafe(_ address: String) -> Bool {
    let lower = address.utf8.map { (65...90).contains($0) ? $0 + 32 : $0 }
    let isKnown =
      address.begins(with: "#")
      || schemes.contains { lower.starts(with: $0.utf8) && lower.count > $0.utf8.count }
    return isKnown && address.isIdentical(to: address.onOneLine)
      && !address.holds { $0 == " " || $0 == "<" || $0 == "\"" }
  }

  /// A file's name as the address of a link beside it.
  package static func of(fileName: String) -> String { percentEncoded(fileName) }

  /// A part of an address: each byte that is no letter, digit, `-`, `.` or `_` by its number.
  package static func percentEncoded(_ text: String) -> String {
    var result = ""
    for byte in text.utf8 {
      switch byte {
      case 48...57, 65...90, 97...122, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"):
        result.unicodeScalars.append(Unicode.Scalar(byte))
      default:
        result += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
      }
    }
    return result
  }
}
