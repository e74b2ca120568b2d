import RunbookModel

/// The forms in which a secret can show that went through an encoding.
///
/// Short secrets are looked for as they are, and percent-encoded: the other forms of a few bytes occur by
/// chance.
enum SecretForms {
  private static let shortest = 6

  /// - Returns: forms that differ from the secret itself, each once.
  static func forms(of secret: [UInt8]) -> Set<[UInt8]> {
    var forms: Set<[UInt8]> = [
      percent(secret, hex: upper), percent(secret, hex: lower),
      percent(secret, hex: upper).flatMap { $0 == 0x25 ? [0x25, 0x32, 0x35] : [$0] },
      spacesAsPlus(percent(secret, hex: upper)), doubled(UInt8(ascii: "'"), in: secret),
      doubled(UInt8(ascii: "\\"), in: escapedForJSON(secret)), escapedForJSON(secret),
      escapedForHTML(secret),
    ]
    if secret.count >= shortest {
      forms.formUnion([hex(secret, upper), hex(secret, lower)])
      for offset in 0..<3 {
        let code = base64(secret, after: offset)
        forms.insert(code)
        forms.insert(
          code.map { $0 == UInt8(ascii: "+") ? UInt8(ascii: "-") : $0 }
            .map { $0 == UInt8(ascii: "/") ? UInt8(ascii: "_") : $0 })
      }
    }
    forms.remove(secret)
    forms.remove([])
    return forms
  }

  private static let upper = Array("0123456789ABCDEF".utf8)
  private static let lower = Array("0123456789abcdef".utf8)
  private static let alphabet = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  private static func hex(_ bytes: [UInt8], _ digits: [UInt8]) -> [UInt8] {
    bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
  }

  /// As RFC 3986 encodes all but unreserved characters.
  private static func percent(_ bytes: [UInt8], hex digits: [UInt8]) -> [UInt8] {
    bytes.flatMap { byte -> [UInt8] in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
        UInt8(ascii: "_"), UInt8(ascii: "~"):
        [byte]
      default: [0x25] + hex([byte], digits)
      }
    }
  }

  /// As forms encode a space.
  private static func spacesAsPlus(_ bytes: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    var rest = bytes[...]
    while let first = rest.first {
      if rest.starts(with: [0x25, 0x32, 0x30]) {
        result.append(UInt8(ascii: "+"))
        rest = rest.dropFirst(3)
      } else {
        result.append(first)
        rest = rest.dropFirst()
      }
    }
    return result
  }

  private static func doubled(_ byte: UInt8, in bytes: [UInt8]) -> [UInt8] {
    bytes.flatMap { $0 == byte ? [byte, byte] : [$0] }
  }

  private static func escapedForJSON(_ bytes: [UInt8]) -> [UInt8] {
    bytes.flatMap { byte -> [UInt8] in
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"): [UInt8(ascii: "\\"), byte]
      case 0x0A: Array("\\n".utf8)
      case 0x0D: Array("\\r".utf8)
      case 0x09: Array("\\t".utf8)
      case 0..<0x20: Array("\\u00".utf8) + hex([byte], lower)
      default: [byte]
      }
    }
  }

  private static func escapedForHTML(_ bytes: [UInt8]) -> [UInt8] {
    bytes.flatMap { byte -> [UInt8] in
      switch byte {
      case UInt8(ascii: "&"): Array("&amp;".utf8)
      case UInt8(ascii: "<"): Array("&lt;".utf8)
      case UInt8(ascii: ">"): Array("&gt;".utf8)
      case UInt8(ascii: "\""): Array("&quot;".utf8)
      default: [byte]
      }
    }
  }

  /// The characters that are the secret's alone where `offset` bytes stand before it, and any after it,
  /// such as the user's name in a `Basic` header.
  private static func base64(_ secret: [UInt8], after offset: Int) -> [UInt8] {
    let bytes = [UInt8](repeating: 0, count: offset) + secret
    var code: [UInt8] = []
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let group = Array(bytes[start..<min(start + 3, bytes.count)])
      let number = group.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - group.count))
      for position in 0..<4 { code.append(alphabet[number >> (18 - 6 * position) & 63]) }
    }
    let first = (offset * 8 + 5) / 6
    return Array(code[first..<bytes.count * 8 / 6])
  }
}
