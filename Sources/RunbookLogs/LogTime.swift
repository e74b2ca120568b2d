package import RunbookModel

/// A time that stands in a line of a log.
package struct LogTime {
  package enum Zone: Sendable, Hashable {
    /// Seconds east of UTC.
    case offset(Int)
    case none
    /// An abbreviation, such as `IST`.
    case named(String)
    /// What stands there is no offset that there can be, or no zone that is known here: `+99:00`.
    case unreadable
  }

  /// What the clock's fields are.
  package enum Local: Sendable, Hashable {
    /// As written, as if they were UTC.
    case at(Timestamp)
    /// No day or no time of day: the 30th of February. It is the time of its line all the same: another that
    /// stands there as well would be a guess.
    case impossible

    package init(_ time: Timestamp?) { self = time.map(Local.at) ?? .impossible }
  }

  package let local: Local
  package let zone: Zone
  /// The bytes of the line that it takes, zone included.
  package let range: Range<Int>

  /// Finds the first time that begins within the first bytes of a line: `2025-10-18 22:01:13.123`,
  /// with `T` or a space, a fraction after a point or a comma, and a zone.
  package init?(in line: LogBytes, startingWithin limit: Int = 64) {
    for start in 0..<max(0, min(limit, line.count - 18)) {
      guard start == 0 || !line[start - 1].isDigit, line[start].isDigit else { continue }
      guard let time = LogTime(in: line, at: start) else { continue }
      self = time
      return
    }
    return nil
  }

  /// Reads the time that begins at a byte.
  package init?(in line: LogBytes, at start: Int) {
    var scanner = LineScanner(line, at: start)
    guard let local = scanner.dateAndTime() else { return nil }
    self.local = local
    zone = scanner.zone()
    range = start..<scanner.position
  }

  /// Reads a time that is all of a text: also `18/Oct/2025:22:01:13 +0000`, as web servers write it,
  /// `2025/10/18 22:01:13`, and seconds, milliseconds or microseconds since 1970.
  package init?(whole text: LogBytes) {
    var scanner = LineScanner(text, at: 0)
    if let local = scanner.dateAndTime() ?? scanner.webServerTime() {
      self.local = local
      zone = scanner.zone()
      guard scanner.position == text.count else { return nil }
    } else {
      var scanner = LineScanner(text, at: 0)
      guard let time = scanner.epoch(), scanner.position == text.count else { return nil }
      local = .at(time)
      zone = .offset(0)
    }
    range = 0..<text.count
  }

  /// A time behind which more stands that is no zone which can be read, where nothing but a zone may follow.
  package var ofUnreadableZone: LogTime { LogTime(local: local, zone: .unreadable, range: range) }

  private init(local: Local, zone: Zone, range: Range<Int>) {
    self.local = local
    self.zone = zone
    self.range = range
  }

  package init(epoch time: Timestamp, range: Range<Int>) {
    local = .at(time)
    zone = .offset(0)
    self.range = range
  }
}
