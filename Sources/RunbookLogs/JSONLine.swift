package import RunbookModel

/// An object of a log.
package struct JSONLine {
  package let fields: ValueMap
  /// The keys that it has more than once: of those, which value is meant nobody can tell.
  package let repeatedKeys: Set<String>

  private init(fields: ValueMap, repeatedKeys: Set<String>) {
    self.fields = fields
    self.repeatedKeys = repeatedKeys
  }

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

  package static let times = [
    "time", "timestamp", "ts", "@timestamp", "__REALTIME_TIMESTAMP", "log_time", "date", "datetime",
    "asctime", "eventTime", "receiveTimestamp", "ingestionTime", "properties.timestamp",
  ]

  /// What a name stands for, or names with points between them in objects in one another.
  package func at(_ path: String) -> Value? {
    if let value = fields[path] { return value }
    var value = Value.map(fields)
    for name in path.pieces(separatedBy: ".") {
      guard let next = value.mapValue?[String(name)] else { return nil }
      value = next
    }
    return value
  }

  /// The first of the usual names that holds a time; journald's is microseconds.
  ///
  /// - Parameter key: the only name that is meant, where it is given.
  package func stamp(_ zones: LogZones, key: String? = nil) -> LogStamp? {
    (key.map { [$0] } ?? Self.times).lazy
      .compactMap { at($0).flatMap { Self.stamp($0, zones) } }.first
  }

  /// A server's record that an object holds, as CloudNativePG's have it:
  /// https://cloudnative-pg.io/documentation/current/logging/
  package var record: JSONLine? {
    guard let inner = fields["record"]?.mapValue, inner["error_severity"]?.stringValue != nil else {
      return nil
    }
    return JSONLine(fields: inner, repeatedKeys: [])
  }

  /// What a server's record says, by the names of a jsonlog, or of a csvlog's columns.
  package func serverReading(_ head: LogHead, _ stamp: LogStamp?) -> LogReading {
    var head = head
    head.stamp = stamp
    let pid = fields["pid"] ?? fields["process_id"]
    head.pid = pid?.intValue ?? pid?.stringValue.flatMap { Int64($0) }
    head.user = fields["user"]?.stringValue ?? fields["user_name"]?.stringValue
    head.database = fields["dbname"]?.stringValue ?? fields["database_name"]?.stringValue
    // The extension pgaudit has its message in an object of its own.
    let message =
      text("message").isEmpty
      ? at("audit.statement")?.stringValue.map { "AUDIT: \($0)" } ?? "" : text("message")
    return head.reading { at in
      var event = LogEvent(
        server: text("error_severity"), message, Self.additions.map { ($0.1, text($0.0)) }, at: at,
        head.details)
      event.hasRepeatedKey = !repeatedKeys.isEmpty
      return event
    }
  }

  /// What adds to a server's message.
  package static let additions = [
    ("detail", "DETAIL"), ("hint", "HINT"), ("context", "CONTEXT"), ("statement", "STATEMENT"),
    ("query", "STATEMENT"),
  ]

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
