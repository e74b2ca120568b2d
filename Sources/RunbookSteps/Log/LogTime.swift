import RunbookModel

/// A time that stands in a line of a log.
struct LogTime {
  enum Zone: Sendable, Hashable {
    /// Seconds east of UTC.
    case offset(Int)
    case none
    /// An abbreviation that says no offset for sure, such as `IST`.
    case unknown(String)
  }

  /// As written: the clock's fields as if they were UTC.
  let local: Timestamp
  let zone: Zone
  /// The bytes of the line that it takes, zone included.
  let range: Range<Int>

  /// In UTC; a time without a zone is taken as UTC, nil with an abbreviation that is not known.
  var timestamp: Timestamp? {
    switch zone {
    case .offset(let seconds): local.adding(.seconds(-seconds))
    case .none: local
    case .unknown: nil
    }
  }

  /// Finds the first time that begins within the first bytes of a line: `2025-10-18 22:01:13.123`,
  /// with `T` or a space, a fraction after a point or a comma, and a zone.
  init?(in line: [UInt8], startingWithin limit: Int = 64) {
    for start in 0..<max(0, min(limit, line.count - 18)) {
      guard start == 0 || !line[start - 1].isDigit, line[start].isDigit else { continue }
      var scanner = LineScanner(line, at: start)
      guard let local = scanner.dateAndTime() else { continue }
      self.local = local
      zone = scanner.zone()
      range = start..<scanner.position
      return
    }
    return nil
  }
}

/// Reads fields from the bytes of a line.
private struct LineScanner {
  private let line: [UInt8]
  private(set) var position: Int

  init(_ line: [UInt8], at position: Int) {
    self.line = line
    self.position = position
  }

  private var current: UInt8 { position < line.count ? line[position] : 0 }

  mutating func dateAndTime() -> Timestamp? {
    guard let year = digits(4), skip("-"), let month = digits(2), skip("-"),
      let day = digits(2), skip("T") || skip(" ") || skip("t"), let hour = digits(2), skip(":"),
      let minute = digits(2), skip(":"), let second = digits(2), !current.isDigit
    else { return nil }
    return Timestamp(
      year: year, month: month, day: day, hour: hour, minute: minute, second: second,
      nanosecond: fraction())
  }

  /// The zone right after the time, or after one space.
  mutating func zone() -> LogTime.Zone {
    let start = position
    let hasSpace = skip(" ")
    if let offset = numericOffset(isFar: hasSpace) { return .offset(offset) }
    let name = word()
    switch name {
    case "Z", "z", "UTC", "GMT": return .offset(0)
    // Abbreviations have three to five letters; severities and words that follow a space are no zone.
    case let name where (3...5).contains(name.utf8.count) && !Self.words.contains(name):
      return .unknown(name)
    default:
      position = start
      return .none
    }
  }

  private static let words: Set = [
    "LOG", "INFO", "WARN", "ERROR", "FATAL", "PANIC", "DEBUG", "TRACE", "HINT", "NOTE", "CRIT",
    "ALERT", "EMERG", "AUDIT",
  ]

  private mutating func numericOffset(isFar: Bool) -> Int? {
    let start = position
    let sign = skip("+") ? 1 : skip("-") ? -1 : 0
    guard sign != 0, let hours = digits(2), hours < 24 else {
      position = start
      return nil
    }
    _ = skip(":")
    let minutes = digits(2) ?? 0
    guard minutes < 60, !current.isDigit else {
      position = start
      return nil
    }
    return sign * (hours * 3600 + minutes * 60)
  }

  /// Capital letters up to something that is neither a letter nor a digit.
  private mutating func word() -> String {
    var end = position
    while end < line.count, line[end].isLetter { end += 1 }
    let isWhole = end == line.count || !(line[end].isDigit || line[end] == UInt8(ascii: "_"))
    let name = line[position..<end]
    guard isWhole, name.allSatisfy({ (65...90).contains($0) || name.count == 1 }) else { return "" }
    position = end
    return String(decoding: name, as: UTF8.self)
  }

  private mutating func fraction() -> Int {
    let start = position
    guard skip(".") || skip(",") else { return 0 }
    guard current.isDigit else {
      position = start
      return 0
    }
    var value = 0
    var count = 0
    while current.isDigit {
      if count < 9 { value = value * 10 + Int(current) - 48 }
      count += 1
      position += 1
    }
    for _ in min(count, 9)..<9 { value *= 10 }
    return value
  }

  private mutating func digits(_ count: Int) -> Int? {
    guard position + count <= line.count else { return nil }
    var value = 0
    for byte in line[position..<position + count] {
      guard byte.isDigit else { return nil }
      value = value * 10 + Int(byte) - 48
    }
    position += count
    return value
  }

  private mutating func skip(_ character: Unicode.Scalar) -> Bool {
    guard current == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }
}

extension UInt8 {
  var isDigit: Bool { (48...57).contains(self) }
  fileprivate var isLetter: Bool { (65...90).contains(self) || (97...122).contains(self) }
}
