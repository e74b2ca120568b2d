private import RunbookModel

/// The values of pairs such as `password=…`, `"token": "…"`, `<secret>…</secret>` and
/// `name: API_KEY, value: …`, whose name is a credential's.
///
/// What stands before a name tells where its value can end:
///
/// | before the name | written by | the value ends at |
/// | --- | --- | --- |
/// | `?`, `&` | a URL's query | `&`, `#`, a quote, white space |
/// | `;` | ODBC, ADO, JDBC | `;` |
/// | `"` and then `:` | JSON | as JSON has it |
/// | `<` and then `>` | XML | `<` |
/// | anything else | libpq, YAML, INI, a shell, prose | white space; the line's end; `;`, `,` or `&` where another pair follows |
///
/// Where a value is quoted it ends at the quote, which is escaped by a backslash or doubled, or in ODBC's
/// braces. Signs that close what a pair stands in are taken with and without.
struct CredentialPairs {
  /// No value is longer.
  static let longestValue = 16_384

  private let bytes: [UInt8]
  /// How far a value without a quote at its end is read.
  private var reach = Self.longestValue

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// How many pairs are read to `longestValue`; the value of any other goes over so many more pairs at most. Each of many
  /// could else go on to the text's end.
  private static let (unbounded, mostWithin) = (16, 8)

  /// - Returns: the values, and whether one of them may be longer than was read.
  func read() -> (values: [String], isDense: Bool) {
    var found: [String] = []
    var isDense = false
    let places = self.places
    var reader = self
    for (number, place) in places.enumerated() {
      reader.reach = Self.longestValue
      if number >= Self.unbounded, number + Self.mostWithin < places.count {
        let reach = places[number + Self.mostWithin].range.lowerBound - place.range.upperBound
        reader.reach = min(reach, Self.longestValue)
      }
      let values = reader.values(at: place.range)
      isDense = isDense || values.contains(where: reader.mayGoOn)
      found += place.name.map { name in values.filter { name.isCredential(ofPair: $0) } } ?? values
    }
    return (found, isDense)
  }

  private var isBounded: Bool { reach < Self.longestValue }
  /// With what may have been trimmed off.
  private func mayGoOn(_ value: String) -> Bool { value.utf8.count + 32 >= reach }

  /// Where names of credentials stand; without a name those that are one whatever the value.
  private var places: [(range: Range<Int>, name: CredentialName?)] {
    var found: [(range: Range<Int>, name: CredentialName?)] = []
    var index = 0
    while index < bytes.count {
      guard Self.isName(bytes[index]) else {
        index += 1
        continue
      }
      let start = index
      while index < bytes.count, Self.isName(bytes[index]) { index += 1 }
      guard index - start < 200 else { continue }
      let name = text(start..<index)
      let credential = Self.always.contains(name.lowercased()) ? nil : CredentialName(name)
      if credential?.mayBeCredential != false { found.append((start..<index, credential)) }
    }
    return found
  }

  static func isName(_ byte: UInt8) -> Bool {
    switch byte {
    case 48...57, 65...90, 97...122, 0x80...0xFF, UInt8(ascii: "_"), UInt8(ascii: "-"): true
    default: false
    }
  }

  /// Names that mean more in a text than as a variable.
  private static let always: Set = ["sig", "signature", "auth", "pwd", "pw"]

  private func text(_ range: Range<Int>) -> String {
    String(decoding: bytes[range], as: UTF8.self)
  }

  private func at(_ index: Int) -> UInt8? {
    bytes.indices.contains(index) ? bytes[index] : nil
  }

  private func skippingBlanks(_ start: Int, lines: Bool = false) -> Int {
    var index = start
    while let byte = at(index),
      byte == 0x20 || byte == 0x09 || (lines && (byte == 0x0A || byte == 0x0D))
    {
      index += 1
    }
    return index
  }

  private func values(at place: Range<Int>, mayBeNamed: Bool = true) -> [String] {
    let before = at(place.lowerBound - 1)
    if before == UInt8(ascii: "<"),
      let open = bytes[place.upperBound...].prefix(500)
        .firstIndex(of: UInt8(ascii: ">"))
    {
      return element(from: open + 1)
    }
    var index = place.upperBound
    while let byte = at(index), byte == UInt8(ascii: "\\") || Self.isQuote(byte) { index += 1 }
    let isQuoted = index > place.upperBound
    let sign = skippingBlanks(index)
    switch at(sign) {
    case UInt8(ascii: "="):
      return values(from: sign + 1, after: UInt8(ascii: "="), place, isQuoted)
    case UInt8(ascii: ":"):
      guard !bytes[sign...].starts(with: "://".utf8), at(sign + 1) != UInt8(ascii: ":") else {
        return []
      }
      return values(from: sign + 1, after: UInt8(ascii: ":"), place, isQuoted)
    default:
      return mayBeNamed ? named(from: index) : []
    }
  }

  private static func isQuote(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'")
  }

  /// `"name": "DB_PASSWORD", "value": "…"` and `key="password" value="…"`, from after the name.
  private func named(from start: Int) -> [String] {
    var index = skippingBlanks(start, lines: true)
    if at(index) == UInt8(ascii: ",") { index = skippingBlanks(index + 1, lines: true) }
    if let byte = at(index), Self.isQuote(byte) { index += 1 }
    guard text(index..<min(index + 5, bytes.count)).lowercased() == "value" else { return [] }
    return values(at: index..<(index + 5), mayBeNamed: false)
  }

  private func values(
    from start: Int, after sign: UInt8, _ place: Range<Int>, _ isQuoted: Bool
  ) -> [String] {
    let first = skippingBlanks(start)
    let before = at(place.lowerBound - 1)
    // To libpq only `'` is a quote.
    let isBare = sign == UInt8(ascii: "=") && !isQuoted && before != UInt8(ascii: ";")
    switch at(first) {
    case nil: return []
    case UInt8(ascii: "'"): return quoted(first)
    case UInt8(ascii: "\""), UInt8(ascii: "`"):
      return quoted(first) + (isBare ? plain(from: first, ends: "", place, sign) : [])
    case UInt8(ascii: "\\") where at(first + 1).map(Self.isQuote) == true:
      return escapedQuoted(first + 1)
        + (isBare ? plain(from: first, ends: "", place, sign) : [])
    case UInt8(ascii: "{"), UInt8(ascii: "["):
      if sign == UInt8(ascii: ":") { return scalars(from: first) }
      return braces(from: first) + plain(from: first, ends: "", place, sign)
    case 0x0A, 0x0D: return sign == UInt8(ascii: ":") ? block(from: first, under: place) : []
    case UInt8(ascii: "|"), UInt8(ascii: ">"):
      let lines = sign == UInt8(ascii: ":") ? block(from: first, under: place) : []
      if !lines.isEmpty { return lines }
    default: break
    }
    if isQuoted, sign == UInt8(ascii: ":") { return literal(from: first) }
    switch before {
    case UInt8(ascii: "?"), UInt8(ascii: "&"):
      return plain(from: first, ends: "&#\"'<> ", place, sign)
    case UInt8(ascii: ";"): return plain(from: first, ends: ";", place, sign)
    default: return plain(from: first, ends: "", place, sign)
    }
  }

  /// What stands between quotes: the quote in it doubled, or after a backslash.
  private func quoted(_ start: Int) -> [String] {
    let quote = bytes[start]
    if at(start + 1) == quote, at(start + 2) != quote { return [] }
    var found: [String] = []
    for heedsBackslash in [true, false] {
      var index = start + 1
      var doubled: [Int] = []
      while let byte = at(index), index - start < Self.longestValue {
        if heedsBackslash, byte == UInt8(ascii: "\\") {
          index += 2
        } else if byte == quote {
          guard at(index + 1) == quote else { break }
          doubled.append(index)
          index += 2
        } else {
          index += 1
        }
      }
      let range = (start + 1)..<min(index, bytes.count)
      found.append(text(range))
      guard !doubled.isEmpty else { continue }
      for count in [1, 2] {
        let left = range.filter { place in
          !doubled.contains { place >= $0 && place < $0 + count }
        }
        found.append(String(decoding: left.map { bytes[$0] }, as: UTF8.self))
      }
    }
    return found
  }

  /// `\"…\"`, as it stands in a text that was quoted as a whole.
  private func escapedQuoted(_ start: Int) -> [String] {
    let end: [UInt8] = [UInt8(ascii: "\\"), bytes[start]]
    var index = start + 1
    while index < bytes.count, index - start < reach {
      if bytes[index...].starts(with: end) { break }
      // An escaped backslash, and what it escapes.
      index += bytes[index] == UInt8(ascii: "\\") && at(index + 1) == UInt8(ascii: "\\") ? 4 : 1
    }
    return [text((start + 1)..<min(index, bytes.count))]
  }

  /// ODBC's `{…}`, in which `}}` is one.
  private func braces(from start: Int) -> [String] {
    guard bytes[start] == UInt8(ascii: "{") else { return [] }
    var index = start + 1
    var inner: [UInt8] = []
    while let byte = at(index), inner.count < reach {
      if byte == UInt8(ascii: "}") {
        guard at(index + 1) == byte else {
          return [String(decoding: inner, as: UTF8.self), text((start + 1)..<index)]
        }
        index += 1
      }
      inner.append(byte)
      index += 1
    }
    return []
  }

  /// The texts and numbers of a JSON list or object, but for names.
  private func scalars(from start: Int) -> [String] {
    var found: [String] = []
    var (index, depth) = (start, 0)
    let limit = isBounded ? reach : 4 * reach
    while let byte = at(index), index - start < limit {
      switch byte {
      case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        depth -= 1
        if depth == 0 { return found }
      case UInt8(ascii: "\""), UInt8(ascii: "'"):
        var end = index + 1
        while let one = at(end), one != byte { end += one == UInt8(ascii: "\\") ? 2 : 1 }
        if at(skippingBlanks(end + 1)) != UInt8(ascii: ":") {
          found.append(text((index + 1)..<min(end, bytes.count)))
        }
        index = end
      case 48...57, UInt8(ascii: "-"):
        let number = literal(from: index)
        found += number
        index += max(0, (number.first?.utf8.count ?? 1) - 1)
      default: break
      }
      index += 1
    }
    // Its end was not found: what was not read is taken with the whole text.
    return isBounded || index - start >= limit
      ? found + [text(start..<min(start + reach, bytes.count))] : found
  }

  /// A number in JSON; `true`, `false` and `null` are no secret.
  private func literal(from start: Int) -> [String] {
    let end = bytes[start...].prefix {
      Self.isName($0) || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "+")
    }.endIndex
    let value = text(start..<end)
    return ["true", "false", "null", ""].contains(value) ? [] : [value]
  }

  /// YAML's lines below a key, and those of a list.
  private func block(from start: Int, under place: Range<Int>) -> [String] {
    func indent(_ line: ArraySlice<UInt8>) -> Int { line.prefix { $0 == 0x20 }.count }
    let lineStart = bytes[..<place.lowerBound].lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
    let own = indent(bytes[lineStart..<place.lowerBound])
    var isEnded = false
    var found: [String] = []
    let rest = bytes[start...].prefix(reach)
    let sign = rest.prefix { $0 != 0x0A && $0 != 0x0D }
    guard sign.allSatisfy({ "|>+- 0123456789".utf8.contains($0) }) else { return [] }
    for line in rest[sign.endIndex...].split(separator: 0x0A)
    where line.contains(where: { $0 > 0x20 }) {
      let text = line.drop { $0 == 0x20 }
      let isItem = text.starts(with: "- ".utf8)
      guard indent(line) > own || (isItem && indent(line) == own) else {
        isEnded = true
        break
      }
      let words = isItem ? text.dropFirst(2) : text
      found.append(trimmed(words, quotes: true).map { String(decoding: $0, as: UTF8.self) } ?? "")
    }
    return (isBounded || !isEnded) && rest.count == reach
      ? found + [String(decoding: rest, as: UTF8.self)] : found
  }

  private func trimmed(
    _ words: ArraySlice<UInt8>, quotes: Bool = false
  ) -> ArraySlice<UInt8>? {
    func isKept(_ byte: UInt8) -> Bool { byte > 0x20 && !(quotes && Self.isQuote(byte)) }
    guard let first = words.firstIndex(where: isKept), let last = words.lastIndex(where: isKept)
    else { return nil }
    return words[first...last]
  }

  /// `<password>…</password>`
  private func element(from start: Int) -> [String] {
    let inner = bytes[start...].prefix(reach).prefix { $0 != UInt8(ascii: "<") }
    var value = String(decoding: inner, as: UTF8.self)
    let data = Array("<![CDATA[".utf8)
    if inner.isEmpty, bytes[start...].starts(with: data) {
      let rest = String(
        decoding: bytes[(start + data.count)...].prefix(reach), as: UTF8.self)
      value = String(rest.halves(at: "]]>")?.before ?? Substring(rest))
    }
    let plain = [
      ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"), ("&#39;", "'"),
      ("&amp;", "&"),
    ].reduce(value) { $0.replacingAll($1.0, with: $1.1) }
    let isBlank = value.utf8.allSatisfy { $0 <= 0x20 }
    return isBlank ? [] : [value, plain].map { String($0.trimming { $0.isWhitespace }) }
  }

  /// A value without quotes.
  private func plain(
    from start: Int, ends wanted: String, _ place: Range<Int>, _ sign: UInt8
  ) -> [String] {
    let rest = bytes[start...].prefix(reach)
    let line = rest.prefix { $0 != 0x0A && $0 != 0x0D }
    // The first word of `Authorization:` is the scheme's name where another one follows.
    let isHeader =
      sign == UInt8(ascii: ":") && text(place).lowercased().ends(with: "authorization")
    var ends = Set<Int>()
    if wanted.isEmpty {
      var index = start
      while index < line.endIndex, bytes[index] != 0x20, bytes[index] != 0x09 {
        index += bytes[index] == UInt8(ascii: "\\") ? 2 : 1
      }
      ends = [min(index, line.endIndex), line.endIndex]
      for mark in ";,&".utf8 {
        var from = start
        while let end = bytes[from..<line.endIndex].firstIndex(of: mark) {
          from = end + 1
          guard beginsPair(from, line.endIndex) else { continue }
          ends.insert(end)
          break
        }
      }
    } else {
      ends = [line.firstIndex { wanted.utf8.contains($0) } ?? line.endIndex]
    }
    var found: [String] = []
    for end in ends.sorted() where end > start {
      guard var value = trimmed(bytes[start..<end]) else { continue }
      // A blank after a backslash is the value's.
      if value.last == UInt8(ascii: "\\"), value.endIndex < end {
        value = bytes[value.startIndex...value.endIndex]
      }
      let text = String(decoding: value, as: UTF8.self)
      if sign == UInt8(ascii: ":"), ["true", "false", "null", "~"].contains(text) { continue }
      if Self.schemes.contains(text.lowercased()) { continue }
      if isHeader, end < line.endIndex, !text.utf8.contains(0x20) { continue }
      found.append(text)
      let open = value.reversed().drop { Self.closers.utf8.contains($0) }
      if open.count < value.count, !open.isEmpty {
        found.append(String(decoding: open.reversed(), as: UTF8.self))
      }
    }
    return found
  }

  private static let closers = ",;)]}>\"'\\"
  /// Words before the value of `Authorization:`.
  private static let schemes: Set = [
    "basic", "bearer", "token", "digest", "negotiate", "apikey", "aws4-hmac-sha256",
  ]

  /// Whether nothing follows but another pair, or the line's end.
  private func beginsPair(_ start: Int, _ end: Int) -> Bool {
    var index = skippingBlanks(start)
    guard index < end else { return true }
    if Self.isQuote(bytes[index]) { index += 1 }
    // Names of ADO hold blanks: `User Id=me`.
    let name = bytes[index..<end].prefix { Self.isName($0) || $0 == 0x20 }
    guard !name.isEmpty, name.count < 60 else { return false }
    var next = name.endIndex
    while let byte = at(next), next < end, byte == UInt8(ascii: "\\") || Self.isQuote(byte) {
      next += 1
    }
    let sign = at(skippingBlanks(next))
    return next < end && (sign == UInt8(ascii: "=") || sign == UInt8(ascii: ":"))
  }
}
