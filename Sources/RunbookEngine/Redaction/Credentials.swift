private import RunbookModel

/// Passwords, tokens and keys that stand inside of a longer text, such as a URL, a connection's words, a
/// command line or JSON.
///
/// A text is read by each grammar that it could be written in, and the secrets of all readings are taken: who
/// reads it in the end is not known here.
public enum Credentials {
  /// - Returns: each as it is written and, where that differs, as it is meant.
  public static func values(in text: String) -> [String] { read(text).values }

  /// - Returns: the values; and whether the text holds so many that not each was read as far as it might go. Then the
  ///   text as a whole is one of them, of which parts are found.
  static func read(_ text: String) -> (values: [String], isDense: Bool) {
    var found: [String] = []
    var isDense = false
    for bytes in parts(of: Array(text.utf8)) {
      let (urls, pairs) = (CredentialURLs(bytes).read(), CredentialPairs(bytes).read())
      isDense = isDense || urls.isDense || pairs.isDense
      found += urls.values + pairs.values
      found += CredentialWords(bytes).values
    }
    // JSON in a JSON text: the same once more, without the outer one's escapes.
    if text.holds("\\\"") {
      let inner = CredentialPairs(Array(unescaped(text).utf8)).read()
      found += inner.values
      isDense = isDense || inner.isDense
    }
    found = unique(found)
    // No value is read any further.
    isDense = isDense || found.contains { $0.utf8.count >= CredentialPairs.longestValue }
    found += found.flatMap(passwords(inBasic:))
    if isDense { found.append(String(text.trimming { $0.isWhitespace })) }
    return (unique(found.flatMap(meanings)).filter { !$0.isEmpty }, isDense)
  }

  /// What a secret holds that is one by itself: what it is without the quotes that it is written in, the password of
  /// `user:password`, and what both are in base64.
  ///
  /// - Parameter text: without white space around it.
  static func values(inSecret text: String) -> [String] {
    // Editors put a byte order mark before a file's text.
    let content = text.firstScalar == "\u{FEFF}" ? String(text.dropFirstScalars()) : text
    let bare = unquoted(content) ?? content
    let all = [bare, base64(bare)].compactMap { $0 }
    return unique(all + all.compactMap(password(ofPair:))).filter { !$0.isEmpty }
  }

  /// What stands between two quotes that are the first and the last of a text.
  private static func unquoted(_ text: String) -> String? {
    let bytes = Array(text.utf8)
    guard bytes.count > 2, let quote = bytes.first, bytes.last == quote,
      "\"'`".utf8.contains(quote)
    else { return nil }
    return String(decoding: bytes.dropFirst().dropLast(), as: UTF8.self)
  }

  /// The password of `user:password`, where it is no port and no word of a few letters.
  private static func password(ofPair text: String) -> String? {
    guard let pair = text.halves(at: ":"), !pair.before.isEmpty,
      pair.before.utf8.allSatisfy({ $0 > 0x20 && $0 != UInt8(ascii: "/") }),
      !pair.after.begins(with: "//"), pair.after.utf8.count >= shortestPassword
    else { return nil }
    return String(pair.after)
  }

  private static let shortestPassword = 6

  /// `user:password` in base64, as in Docker's `auth` and in headers.
  private static func passwords(inBasic text: String) -> [String] {
    guard let plain = base64(text), let pair = plain.halves(at: ":"), !pair.after.isEmpty else {
      return []
    }
    return [plain, String(pair.after)]
  }

  static func isBasic(_ text: String) -> Bool { !passwords(inBasic: text).isEmpty }

  /// A longer text is looked through in parts.
  static let longestText = 1 << 20

  /// Parts of a text that are looked through one by one. Each has the end of the one before, so that a value that begins
  /// in one is whole in the next: no value is longer than `CredentialPairs.longestValue`.
  static func parts(of bytes: [UInt8]) -> [[UInt8]] {
    guard bytes.count > longestText else { return [bytes] }
    let step = longestText - 2 * CredentialPairs.longestValue
    return stride(from: 0, to: bytes.count, by: step).map { start in
      Array(bytes[start..<min(bytes.count, start + longestText)])
    }
  }

  /// Of a variable, or a word, that is a credential by its name: the value as a whole, what it encodes, and
  /// the password of `user:password`.
  static func values(ofCredential text: String) -> [String] {
    var found = [text]
    if let plain = base64(text) {
      found += [plain] + values(in: plain)
      if let colon = plain.halves(at: ":") { found.append(String(colon.after)) }
    }
    return found
  }

  /// A value as it is written, without what URLs, JSON, YAML, C and libpq escape.
  private static func meanings(_ text: String) -> [String] {
    guard text.holds("\\") || text.holds("%") else { return [text] }
    return [
      text, percentDecoded(text), unescaped(text), unescaped(text, hasBytes: true),
      withoutBackslashes(text),
    ]
  }

  private static func unique(_ texts: [String]) -> [String] {
    var seen = Set<[UInt8]>()
    return texts.filter { seen.insert(Array($0.utf8)).inserted }
  }

  private static func percentDecoded(_ text: String) -> String {
    var bytes: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let first = rest.popFirst() {
      let digits = String(decoding: rest.prefix(2), as: UTF8.self)
      if first == UInt8(ascii: "%"), digits.utf8.count == 2, let byte = UInt8(digits, radix: 16) {
        bytes.append(byte)
        rest = rest.dropFirst(2)
      } else {
        bytes.append(first)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// `\x` is `x`, as libpq has it; a backslash at the end is nothing.
  private static func withoutBackslashes(_ text: String) -> String {
    var bytes: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let first = rest.popFirst() {
      guard first == UInt8(ascii: "\\") else {
        bytes.append(first)
        continue
      }
      if let next = rest.popFirst() { bytes.append(next) }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// `\n`, `\u00e4`, `\x41`, `\101` and the like, as JSON, YAML and C have them.
  ///
  /// - Parameter hasBytes: whether `\xc3` is a byte, as in C and SQL's `E'…'`, or a character, as in YAML.
  static func unescaped(_ text: String, hasBytes: Bool = false) -> String {
    guard text.holds("\\") else { return text }
    var bytes: [UInt8] = []
    var units: [UInt16] = []
    func endUnits() {
      bytes += Array(String(decoding: units, as: UTF16.self).utf8)
      units.removeAll()
    }
    func add(_ scalar: UInt32) {
      if hasBytes, scalar < 0x100 { return bytes.append(UInt8(scalar)) }
      bytes += Unicode.Scalar(scalar).map { Array(String($0).utf8) } ?? []
    }
    var rest = Array(text.utf8)[...]
    func number(_ count: Int, radix: Int) -> UInt32? {
      let digits = rest.prefix(count)
      guard digits.count == count, digits.allSatisfy({ CredentialPairs.isName($0) }),
        let number = UInt32(String(decoding: digits, as: UTF8.self), radix: radix)
      else { return nil }
      rest = rest.dropFirst(count)
      return number
    }
    while let first = rest.popFirst() {
      guard first == UInt8(ascii: "\\"), let escape = rest.popFirst() else {
        endUnits()
        bytes.append(first)
        continue
      }
      if escape == UInt8(ascii: "u"), let unit = number(4, radix: 16) {
        units.append(UInt16(unit))
        continue
      }
      endUnits()
      switch escape {
      case UInt8(ascii: "U"):
        if let scalar = number(8, radix: 16) { add(scalar) } else { bytes.append(escape) }
      case UInt8(ascii: "x"):
        if let scalar = number(2, radix: 16) { add(scalar) } else { bytes.append(escape) }
      case UInt8(ascii: "0")...UInt8(ascii: "3"):
        let low = number(2, radix: 8)
        let high = UInt32(escape) - 48
        if let low { add(high << 6 | low) } else { bytes.append(escape == 48 ? 0 : escape) }
      default: bytes.append(Self.escapes[escape] ?? escape)
      }
    }
    endUnits()
    return String(decoding: bytes, as: UTF8.self)
  }

  private static let escapes: [UInt8: UInt8] = [
    UInt8(ascii: "n"): 0x0A, UInt8(ascii: "r"): 0x0D, UInt8(ascii: "t"): 0x09,
    UInt8(ascii: "b"): 0x08, UInt8(ascii: "f"): 0x0C, UInt8(ascii: "e"): 0x1B,
    UInt8(ascii: "v"): 0x0B, UInt8(ascii: "a"): 0x07,
  ]

  /// What a text of eight characters or more is in base64; nil where that is no text.
  static func base64(_ text: String) -> String? {
    let code = Array(text.utf8).filter { $0 > 0x20 && $0 != UInt8(ascii: "=") }
    guard code.count >= 6, code.count % 4 != 1 else { return nil }
    var bytes: [UInt8] = []
    var (bits, count) = (UInt32(0), 0)
    for byte in code {
      guard let value = sextet(byte) else { return nil }
      bits = bits << 6 | value
      count += 6
      if count >= 8 {
        count -= 8
        bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
        bits &= (1 << UInt32(count)) - 1
      }
    }
    guard bits == 0, let plain = String(validating: bytes, as: UTF8.self) else { return nil }
    let isText = plain.unicodeScalars.allSatisfy { $0.value >= 0x20 || $0.isWhitespace }
    return isText ? plain : nil
  }

  private static func sextet(_ byte: UInt8) -> UInt32? {
    switch byte {
    case 65...90: UInt32(byte) - 65
    case 97...122: UInt32(byte) - 71
    case 48...57: UInt32(byte) + 4
    case UInt8(ascii: "+"), UInt8(ascii: "-"): 62
    case UInt8(ascii: "/"), UInt8(ascii: "_"): 63
    default: nil
    }
  }
}
