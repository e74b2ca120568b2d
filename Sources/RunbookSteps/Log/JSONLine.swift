import RunbookModel

/// An object of a log.
struct JSONLine {
  let fields: ValueMap

  init?(_ line: LogBytes) {
    do throws(JSONError) {
      guard let fields = try Value(json: line.text, allowsRepeatedKeys: true).mapValue else {
        return nil
      }
      self.fields = fields
    } catch {
      return nil
    }
  }

  func text(_ name: String) -> String { fields[name]?.stringValue ?? "" }

  /// The first of the usual names that holds a time; journald's is microseconds.
  func stamp(_ zones: LogZones) -> LogStamp? {
    ["time", "timestamp", "ts", "@timestamp", "__REALTIME_TIMESTAMP"].lazy
      .compactMap { fields[$0].flatMap { Self.stamp($0, zones) } }.first
  }

  /// RFC 3339 or like it, or a number of seconds, milliseconds or microseconds since 1970.
  private static func stamp(_ value: Value, _ zones: LogZones) -> LogStamp? {
    let time: Timestamp?
    switch value {
    case .string(var text):
      return text.withUTF8 { LogTime(in: $0, startingWithin: 1) ?? LogTime(whole: $0) }
        .map { LogStamp($0, zones) }
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
