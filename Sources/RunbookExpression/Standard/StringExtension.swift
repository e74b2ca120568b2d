import RunbookModel

/// The functions of CEL's extension for strings, as
/// <https://github.com/google/cel-go/blob/master/ext/strings.go> has them, and `lines()`, which is ours.
///
/// Positions count code points. Texts are bytes of UTF-8, in which no code point begins inside another.
enum StringExtension {
  static func character(of text: [UInt8], at position: Int64) throws(Fault) -> Value {
    let start = try offset(of: position, in: text)
    guard start < text.count else { return "" }
    var end = start + 1
    while end < text.count, isContinuation(text[end]) { end += 1 }
    return value(text[start..<end])
  }

  /// Where `part` begins for the first time at or after a position; -1 where it does not.
  static func index(
    of part: [UInt8], in text: [UInt8], from position: Int64
  ) throws(Fault) -> Value {
    guard position >= 0 else { throw outside(position) }
    let count = length(text[...])
    if part.isEmpty { return .int(min(position, count)) }
    guard position < count else { return -1 }
    let start = try offset(of: position, in: text)
    guard let found = Substrings(part).first(in: text, from: start) else { return -1 }
    return .int(length(text[..<found]))
  }

  /// Where `part` begins for the last time, at a position (the last without one) or before it.
  static func lastIndex(
    of part: [UInt8], in text: [UInt8], upTo position: Int64?
  ) throws(Fault) -> Value {
    let count = length(text[...])
    if let position, position < 0 { throw outside(position) }
    if part.isEmpty { return .int(min(position ?? count, count)) }
    guard position ?? 0 < count else { return -1 }
    let last = try offset(of: position ?? count, in: text)
    guard text.count >= part.count else { return -1 }
    // The first place in the text read backwards.
    let skipped = max(0, text.count - last - part.count)
    guard let found = Substrings(part.reversed()).first(in: text.reversed(), from: skipped) else {
      return -1
    }
    return .int(length(text[..<(text.count - found - part.count)]))
  }

  static func substring(
    of text: [UInt8], from start: Int64, to end: Int64?
  ) throws(Fault) -> Value {
    if let end, start > end {
      throw Fault(.indexOutOfRange, "the part from \(start) to \(end) ends before it begins")
    }
    let first = try offset(of: start, in: text)
    guard let end else { return value(text[first...]) }
    return value(text[first..<(try offset(of: end, in: text))])
  }

  /// Where a text is cut at a separator into at most `limit` pieces; without a limit, or with one below
  /// zero, into all. An empty separator stands between any two code points.
  static func cuts(at separator: [UInt8], in text: [UInt8], limit: Int64) -> [Int] {
    let most = limit < 0 ? -1 : max(0, limit - 1)
    guard separator.isEmpty else { return places(of: separator, in: text, limit: most) }
    // One before the first code point comes first, and one after the last.
    let places = places(of: separator, in: text, limit: most < 0 ? -1 : most + 1).dropFirst()
    return Array(places.last == text.count ? places.dropLast() : places)
  }

  static func pieces(of text: [UInt8], at cuts: [Int], length: Int) -> Value {
    var pieces: [Value] = []
    var start = 0
    for cut in cuts {
      pieces.append(value(text[start..<cut]))
      start = cut + length
    }
    pieces.append(value(text[start...]))
    return .list(pieces)
  }

  /// Lines without what ends them, LF or CR LF. A line break at the end begins no other line.
  static func lines(of text: [UInt8]) -> Value {
    var lines = text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    if lines.last?.isEmpty == true { lines.removeLast() }
    let isEnded = text.last == UInt8(ascii: "\n")
    let texts = lines.enumerated().map { number, line in
      let hasBreak = isEnded || number < lines.count - 1
      return value(hasBreak && line.last == UInt8(ascii: "\r") ? line.dropLast() : line)
    }
    return .list(texts)
  }

  /// The offsets at which `part` stands, one after the other; before each code point and at the end when
  /// it is empty. There are no more than one evaluation may have work.
  static func places(of part: [UInt8], in text: [UInt8], limit: Int64) -> [Int] {
    let bound = WorkLimit.most + 1
    let most = limit < 0 ? bound : min(bound, Int(clamping: limit))
    var places: [Int] = []
    if part.isEmpty {
      for index in text.indices where places.count < most && !isContinuation(text[index]) {
        places.append(index)
      }
      if places.count < most { places.append(text.count) }
      return places
    }
    let search = Substrings(part)
    var start = 0
    while places.count < most, let found = search.first(in: text, from: start) {
      places.append(found)
      start = found + part.count
    }
    return places
  }

  static func replaced(
    _ text: [UInt8], at places: [Int], length: Int, with new: [UInt8]
  ) -> Value {
    var result: [UInt8] = []
    result.reserveCapacity(text.count + places.count * new.count)
    var copied = 0
    for place in places {
      result += text[copied..<place]
      result += new
      copied = place + length
    }
    result += text[copied...]
    return value(result[...])
  }

  /// Without white space, as Unicode has it, at both ends.
  static func trimmed(_ text: String) -> Value {
    .string(String(text.trimming { $0.isWhitespace }))
  }

  static func reversed(_ text: String) -> Value {
    .string(String(String.UnicodeScalarView(text.unicodeScalars.reversed())))
  }

  /// With the letters of ASCII in the other case.
  static func cased(_ text: [UInt8], isUpper: Bool) -> Value {
    let first: UInt8 = isUpper ? 0x61 : 0x41
    return value(text.map { (first..<first + 26).contains($0) ? $0 ^ 0x20 : $0 }[...])
  }

  /// In double quotes, with the escapes of CEL.
  static func quoted(_ text: [UInt8]) -> Value {
    var result = [UInt8(ascii: "\"")]
    for byte in text {
      switch byte {
      case 0x07: result += "\\a".utf8
      case 0x08: result += "\\b".utf8
      case 0x09: result += "\\t".utf8
      case 0x0A: result += "\\n".utf8
      case 0x0B: result += "\\v".utf8
      case 0x0C: result += "\\f".utf8
      case 0x0D: result += "\\r".utf8
      case UInt8(ascii: "\\"), UInt8(ascii: "\""): result += [UInt8(ascii: "\\"), byte]
      default: result.append(byte)
      }
    }
    return value((result + [UInt8(ascii: "\"")])[...])
  }

  private static func value(_ bytes: ArraySlice<UInt8>) -> Value {
    .string(String(decoding: bytes, as: UTF8.self))
  }

  private static func isContinuation(_ byte: UInt8) -> Bool { byte & 0xC0 == 0x80 }

  /// How many code points.
  private static func length(_ bytes: ArraySlice<UInt8>) -> Int64 {
    Int64(bytes.count { !isContinuation($0) })
  }

  /// The byte at which a code point begins; for the position after the last one, the end.
  private static func offset(of position: Int64, in text: [UInt8]) throws(Fault) -> Int {
    guard position >= 0 else { throw outside(position) }
    var left = position
    for (index, byte) in text.enumerated() where !isContinuation(byte) {
      if left == 0 { return index }
      left -= 1
    }
    guard left == 0 else { throw outside(position) }
    return text.count
  }

  private static func outside(_ position: Int64) -> Fault {
    Fault(.indexOutOfRange, "position \(position) is outside of the string")
  }
}
