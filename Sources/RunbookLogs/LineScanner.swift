package import RunbookModel

/// Reads fields from the bytes of a line.
package struct LineScanner {
  private let line: LogBytes
  package private(set) var position: Int

  package init(_ line: LogBytes, at position: Int) {
    self.line = line
    self.position = position
  }

  private var current: UInt8 { position < line.count ? line[position] : 0 }

  /// - Returns: nil for what is not written as a date and a time.
  package mutating func dateAndTime() -> LogTime.Local? {
    let start = position
    guard let year = digits(4), skip("-") || skip("/"), let month = digits(2),
      skip("-") || skip("/"), let day = digits(2), skip("T") || skip(" ") || skip("t"),
      let hour = digits(2), skip(":"),
      let minute = digits(2), skip(":"), let second = digits(2), !current.isDigit
    else {
      position = start
      return nil
    }
    return LogTime.Local(
      Timestamp(
        year: year, month: month, day: day, hour: hour, minute: minute, second: second,
        nanosecond: fraction()))
  }

  /// `18/Oct/2025:22:01:13`
  package mutating func webServerTime() -> LogTime.Local? {
    let start = position
    guard let day = digits(2), skip("/"), position + 3 <= line.count,
      let month = Self.months.firstIndex(of: line.part(position..<position + 3).text)
    else {
      position = start
      return nil
    }
    position += 3
    guard skip("/"), let year = digits(4), skip(":"), let hour = digits(2), skip(":"),
      let minute = digits(2), skip(":"), let second = digits(2)
    else {
      position = start
      return nil
    }
    return LogTime.Local(
      Timestamp(
        year: year, month: month + 1, day: day, hour: hour, minute: minute, second: second))
  }

  private static let months = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]

  /// Seconds since 1970 with or without a fraction, or 13 digits of milliseconds, 16 of microseconds.
  package mutating func epoch() -> Timestamp? {
    let start = position
    while current.isDigit, position - start < 17 { position += 1 }
    guard let number = Int64(line.part(start..<position).text) else { return nil }
    switch position - start {
    case 16: return Timestamp.epoch.adding(.microseconds(number))
    case 13: return Timestamp.epoch.adding(.milliseconds(number))
    case ...11: return Timestamp(seconds: number, nanoseconds: Int32(fraction()))
    default: return nil
    }
  }

  /// The zone right after the time, or after one space.
  package mutating func zone() -> LogTime.Zone {
    let start = position
    let hasSpace = skip(" ")
    if let zone = numericOffset(isFar: hasSpace) { return zone }
    let name = word()
    switch name {
    case "Z", "z", "UTC", "GMT": return .offset(0)
    // Abbreviations have three to five letters; severities and words that follow a space are no zone.
    case let name where (3...5).contains(name.utf8.count) && !Self.words.contains(name):
      return .named(name)
    default:
      position = start
      return .none
    }
  }

  private static let words: Set = [
    "LOG", "INFO", "WARN", "ERROR", "FATAL", "PANIC", "DEBUG", "TRACE", "HINT", "NOTE", "CRIT",
    "ALERT", "EMERG", "AUDIT",
  ]

  /// `+02`, `+0200`, `+02:00`.
  ///
  /// - Parameter isFar: whether a space is before it: then a number that is no offset may be a text's first.
  private mutating func numericOffset(isFar: Bool) -> LogTime.Zone? {
    let start = position
    let sign = skip("+") ? 1 : skip("-") ? -1 : 0
    guard sign != 0, current.isDigit else {
      position = start
      return nil
    }
    let hours = digits(2)
    _ = skip(":")
    let minutes = digits(2)
    if let hours, hours < 24, minutes ?? 0 < 60, !current.isDigit {
      return .offset(sign * (hours * 3600 + (minutes ?? 0) * 60))
    }
    guard isFar, minutes == nil || current.isDigit else { return .unreadable }
    position = start
    return nil
  }

  /// Capital letters up to something that is neither a letter nor a digit.
  private mutating func word() -> String {
    var end = position
    while end < line.count, line[end].isLetter { end += 1 }
    let isWhole = end == line.count || !(line[end].isDigit || line[end] == UInt8(ascii: "_"))
    let name = line.part(position..<end)
    guard isWhole, name.allSatisfy({ (65...90).contains($0) || name.count == 1 }) else { return "" }
    position = end
    return name.text
  }

  package mutating func fraction() -> Int {
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
