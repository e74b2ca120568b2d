/// One thing that is looked for: a secret, or what an encoding that works on groups of bytes makes of it.
///
/// Encodings that write each character by itself (percent-encoding, JSON, HTML, shells, SQL) need no
/// pattern of their own: `EncodedUnits` reads them while a pattern is held against a text.
struct SecretPattern: Hashable {
  enum Code: Hashable {
    case plain, base64, hex
    /// The bytes' numbers, each set apart from the next.
    case list
  }

  let scalars: [UInt32]
  let code: Code
  /// Whether it is too short to be looked for inside of words and numbers.
  var isWord = false
  /// Whether it is found in capitals and small letters as well.
  var ignoresCase = false
  /// Whether a line's end may stand within it, where something wrapped a text that has none there: of shorter ones, and
  /// of numbers, two halves meet by chance.
  let mayBeFolded: Bool

  /// What stands for white space of any sort and length: what shows a text puts it on one line.
  static let space: UInt32 = 0x20

  init(_ text: [UInt8], _ code: Code) {
    var scalars: [UInt32] = []
    scalars.reserveCapacity(text.count)
    if code == .plain {
      for scalar in String(decoding: text, as: UTF8.self).unicodeScalars {
        let value = Self.isSpace(scalar.value) ? Self.space : scalar.value
        if value != Self.space || scalars.last != Self.space { scalars.append(value) }
      }
    } else {
      for byte in text { scalars.append(UInt32(byte)) }
    }
    self.scalars = scalars
    self.code = code
    mayBeFolded =
      code != .list && scalars.count >= Self.shortestFolded
      && (code != .plain || !scalars.allSatisfy { (48...57).contains($0) })
  }

  /// Bytes of a set of characters in which many are two or four, each taken for a character. Zeros are left out, as no
  /// reader sees them: so UTF-16 and UTF-32 are one where all characters have two bytes.
  init(raw bytes: [UInt8]) {
    scalars = bytes.filter { $0 != 0 }.map(UInt32.init)
    code = .plain
    mayBeFolded = false
  }

  private static let shortestFolded = 8

  /// Between two numbers of a list; blanks and line breaks do as well.
  static let comma: UInt32 = 0x2C

  static func isSpace(_ scalar: UInt32) -> Bool {
    switch scalar {
    case 0x09...0x0D, 0x20, 0x85, 0xA0, 0x1680, 0x2000...0x200A, 0x2028, 0x2029, 0x202F, 0x205F,
      0x3000:
      true
    default: false
    }
  }
}

/// The patterns by which a secret is found.
enum SecretForms {
  /// A shorter secret is taken where it stands as a word of its own, and in no group encoding: a few
  /// characters occur by chance in every text.
  static let shortest = 4

  /// Whether a line of a secret of several lines is a secret of its own: `bypass` is not, or every text that has the
  /// word would lose it.
  ///
  /// - Parameter line: without the white space around it.
  static func isSecretByItself(line: [UInt8]) -> Bool {
    let digits = line.count { (48...57).contains($0) }
    let letters = line.count { (97...122).contains($0 | 0x20) || $0 >= 0x80 }
    // What documents put around their words.
    let signs =
      line.count - digits - letters - line.count { " \t-_.,:;=\"'()[]{}".utf8.contains($0) }
    switch line.count {
    case ..<6: return false
    case 6...7: return digits > 0 && letters > 0
    case 8...15: return digits >= 8 || [digits, letters, signs].count { $0 > 0 } > 1
    // A line that is drawn is none.
    default: return Set(line).count > 2
    }
  }

  /// - Parameter secret: not empty.
  static func patterns(of secret: [UInt8]) -> Set<SecretPattern> {
    // What is too short or too common to be a line's secret is one only as it is: `Admin` hides no `admin`.
    let ignoresCase = isSecretByItself(line: secret)
    var patterns = codes(of: secret)
    // Other spellings in group encodings would be five times the patterns.
    for spelling in SecretSpellings.all(of: secret, ignoringCase: ignoresCase) {
      var plain = SecretPattern(spelling, .plain)
      plain.isWord = secret.count < shortest
      plain.ignoresCase = ignoresCase
      patterns.insert(plain)
    }
    return patterns
  }

  private static func codes(of secret: [UInt8]) -> Set<SecretPattern> {
    guard secret.count >= shortest else { return [] }
    var patterns: Set<SecretPattern> = []
    for bytes in [secret] + otherCharsets(of: secret) {
      patterns.insert(SecretPattern(hex(bytes), .hex))
      for offset in 0..<3 {
        patterns.insert(SecretPattern(base64(bytes, after: offset), .base64))
      }
    }
    for bytes in wideCharsets(of: secret) { patterns.insert(SecretPattern(raw: bytes)) }
    // In a JSON text that is encoded as a whole, such as a token's or a Kubernetes secret's, and twice.
    for text in Set([secret, escapedForJSON(secret), escapedForJSON(secret, isASCII: true)]) {
      patterns.insert(SecretPattern(hex(text), .hex))
      for offset in 0..<3 {
        let code = base64(text, after: offset)
        patterns.insert(SecretPattern(code, .base64))
        guard code.count >= shortest else { continue }
        for outer in 0..<3 {
          patterns.insert(SecretPattern(base64(code, after: outer), .base64))
        }
      }
    }
    patterns.formUnion(codesOfCodes(secret))
    if secret.count >= shortestWords { patterns.formUnion(words(of: secret)) }
    if secret.count >= shortestList { patterns.formUnion(lists(of: secret)) }
    // As dumps show what is not ASCII.
    let dotted = secret.map { $0 < 0x80 ? $0 : UInt8(ascii: ".") }
    if dotted.count(where: { $0 != UInt8(ascii: ".") }) >= shortest {
      patterns.insert(SecretPattern(dotted, .plain))
    }
    return patterns.filter { $0.code == .plain || $0.scalars.count >= shortest }
  }

  /// One of the two codes in the other, and a list of the bytes: `0x68, 0x75`.
  private static func codesOfCodes(_ secret: [UInt8]) -> [SecretPattern] {
    var patterns = [SecretPattern(secret.flatMap { Array("0x".utf8) + hex([$0]) }, .hex)]
    for code in [hex(secret), hex(secret).map { $0 >= 97 ? $0 - 32 : $0 }] {
      for offset in 0..<3 { patterns.append(SecretPattern(base64(code, after: offset), .base64)) }
    }
    for offset in 0..<3 { patterns.append(SecretPattern(hex(base64(secret, after: offset)), .hex)) }
    return patterns
  }

  /// As `hexdump` and `od -x` write bytes by themselves: two in a word, the second one first. What is half of a word at
  /// either end is left out.
  private static func words(of secret: [UInt8]) -> [SecretPattern] {
    [secret[...], secret.dropFirst()].map { bytes in
      let bytes = Array(bytes)
      let pairs = stride(from: 0, to: bytes.count - 1, by: 2).flatMap {
        [bytes[$0 + 1], bytes[$0]]
      }
      return SecretPattern(hex(pairs), .hex)
    }
  }

  private static let shortestWords = 6

  /// Fewer numbers stand beside one another by chance.
  static let shortestList = 6

  /// `[104, 117]`, `[-61, -74]` of languages whose bytes have a sign, and `{"0":104,"1":117}` of JavaScript's arrays.
  private static func lists(of secret: [UInt8]) -> [SecretPattern] {
    let unsigned = secret.map { String($0) }.joined(separator: ",")
    let signed = secret.map { String(Int8(bitPattern: $0)) }.joined(separator: ",")
    let numbered = secret.enumerated().map { "\($0.offset),\($0.element)" }.joined(separator: ",")
    return [unsigned, signed, numbered].map { SecretPattern(Array($0.utf8), .list) }
  }

  private static let digits = Array("0123456789abcdef".utf8)
  private static let alphabet = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  private static func hex(_ bytes: [UInt8]) -> [UInt8] {
    bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
  }

  /// The secret's bytes in UTF-16 and Latin-1, where those are others than in UTF-8.
  ///
  /// Of UTF-16 the zeros at both ends are left out: so both orders are one where all is ASCII.
  private static func otherCharsets(of secret: [UInt8]) -> [[UInt8]] {
    let text = String(decoding: secret, as: UTF8.self)
    var found = [true, false].map { isBigFirst in
      let bytes = text.utf16.flatMap { unit -> [UInt8] in
        let (high, low) = (UInt8(unit >> 8), UInt8(unit & 0xFF))
        return isBigFirst ? [high, low] : [low, high]
      }
      return Array(bytes.drop { $0 == 0 }.reversed().drop { $0 == 0 }.reversed())
    }
    let values = text.unicodeScalars.map(\.value)
    if values.contains(where: { $0 >= 0x80 }), values.allSatisfy({ $0 < 0x100 }) {
      found.append(values.map { UInt8($0) })
    }
    return found
  }

  /// The secret's bytes in UTF-16 and UTF-32, in both orders, where they are not its Latin-1 with zeros between.
  private static func wideCharsets(of secret: [UInt8]) -> [[UInt8]] {
    let text = String(decoding: secret, as: UTF8.self)
    guard text.unicodeScalars.contains(where: { $0.value >= 0x100 }) else { return [] }
    let units = [text.utf16.map { UInt32($0) }, text.unicodeScalars.map(\.value)]
    return units.flatMap { units in
      let little = units.map { unit in [0, 8, 16, 24].map { UInt8(unit >> $0 & 0xFF) } }
      return [little.flatMap { $0 }, little.flatMap { $0.reversed() }]
    }
  }

  /// - Parameter isASCII: whether what is not ASCII is escaped too.
  private static func escapedForJSON(_ bytes: [UInt8], isASCII: Bool = false) -> [UInt8] {
    String(decoding: bytes, as: UTF8.self).unicodeScalars.flatMap { scalar -> [UInt8] in
      switch scalar {
      case "\"", "\\": return [UInt8(ascii: "\\")] + String(scalar).utf8
      case "\n": return Array("\\n".utf8)
      case "\r": return Array("\\r".utf8)
      case "\t": return Array("\\t".utf8)
      case "\u{8}": return Array("\\b".utf8)
      case "\u{C}": return Array("\\f".utf8)
      default:
        let isEscaped = scalar.value < 0x20 || (isASCII && scalar.value >= 0x7F)
        guard isEscaped else { return Array(String(scalar).utf8) }
        return UTF16.encode(scalar).map(Array.init)?.flatMap {
          Array("\\u".utf8) + hex([UInt8($0 >> 8), UInt8($0 & 0xFF)])
        } ?? []
      }
    }
  }

  /// Whether a byte is a digit of base64.
  static func isOfBase64(_ byte: UInt8) -> Bool {
    switch byte {
    case 48...57, 65...90, 97...122, UInt8(ascii: "+"), UInt8(ascii: "/"): true
    default: false
    }
  }

  /// The characters that are the secret's alone where `offset` bytes stand before it, and any after it,
  /// such as the user's name in a `Basic` header.
  ///
  /// - Parameter isWhole: whether nothing stands after it, so that its last bits are in the last character.
  static func base64(_ secret: [UInt8], after offset: Int = 0, isWhole: Bool = false) -> [UInt8] {
    let count = (offset + secret.count) * 8
    let (first, last) = ((offset * 8 + 5) / 6, isWhole ? (count + 5) / 6 : count / 6)
    var code: [UInt8] = []
    code.reserveCapacity(max(0, last - first))
    // The bits that are not written yet, and how many.
    var (bits, held) = (0, 0)
    var position = 0
    func add(_ value: Int) {
      if position >= first, position < last { code.append(alphabet[value]) }
      position += 1
    }
    for index in 0..<offset + secret.count {
      bits = (bits << 8 | (index < offset ? 0 : Int(secret[index - offset]))) & 0xFFFF
      held += 8
      while held >= 6 {
        held -= 6
        add(bits >> held & 63)
      }
    }
    if held > 0 { add(bits << (6 - held) & 63) }
    return code
  }
}
