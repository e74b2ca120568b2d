package import RunbookModel

/// An object of a log.
package struct JSONLine {
  package let fields: ValueMap
  /// The keys that it has more than once: of those, which value is meant nobody can tell.
  package let repeatedKeys: Set<String>

  package init?(_ line: LogBytes) {
    do throws(JSONError) {
      let (value, repeatedKeys) = try Value.withRepeatedKeys(json: line.text)
      guard let fields = value.mapValue else { return nil }
      self.fields = fields
      self.repeatedKeys = repeatedKeys
    } catch {
      return nil
    }
  }

  package func text(_ name: String) -> String { fields[name]?.stringValue ?? "" }

  /// Why the object cannot be used: one of the keys that are read is there twice.
  package func doubt(of names: [String]) -> String? {
    names.first { repeatedKeys.contains($0) }.map { "an object with the key `\($0)` twice" }
  }

  package static let times = ["time", "timestamp", "ts", "@timestamp", "__REALTIME_TIMESTAMP"]

  /// The first of the usual names that holds a time; journald's is microseconds.
  package func stamp(_ zones: LogZones) -> LogStamp? {
    Self.times.lazy
      .compactMap { fields[$0].flatMap { Self.stamp($0, zones) } }.first
  }

  /// RFC 3339 or like it, or a number of seconds, milliseconds or microseconds since 1970.
  private static func stamp(_ value: Value, _ zones: LogZones) -> LogStamp? {
    let time: Timestamp?
    switch value {
    case .string(var text):
      return text.withUTF8 { bytes in
        guard let time = LogTime(in: bytes, startingWithin: 1) else { return LogTime(whole: bytes) }
        // All of the text is the time: what is behind it without an offset would be its zone.
        let isOpen =
          time.zone == .none && bytes[time.range.upperBound...].contains { $0 != UInt8(ascii: " ") }
        return isOpen ? time.ofUnreadableZone : time
      }.map { LogStamp($0, zones) }
    case .int(let number) where number.magnitude < 100_000_000_000:
      time = Timestamp(seconds: number)
    case .int(let number) where number.magnitude < 100_000_000_000_000:
      time = Timestamp.epoch.adding(.milliseconds(number))
    case .int(let number):
      time = Timestamp.epoch.adding(.microseconds(number))
    case .double(let number) where number.magnitude < 100_000_000_000:
      time = Timestamp.epoch.adding(.microseconds(Int64(number * 1_000_000)))
    case .decimal(let number) where number.double.magnitude < 100_000_000_000:
      time = Timestamp.epoch.adding(.microseconds(Int64(number.double * 1_000_000)))
    default: time = nil
    }
    return time.map(LogStamp.init(at:))
  }
}
