import RunbookModel

/// A JSON object a line, with the usual names for its time and its text.
package struct JSONLinesGrammar: LogGrammar {
  package let zones: LogZones
  /// The name of the time, where it is given.
  package var timeKey: String?

  package var wrapping: LogWrapping { .objects }

  /// Those of a server's record that an object holds.
  package var addedWords: [String] { JSONLine.additions.map(\.1) }

  package func head(of line: LogBytes) -> LogHead? { line.trimmed.isEmpty ? nil : LogHead() }

  private static let texts = [
    "message", "msg", "text", "event", "MESSAGE", "log", "textPayload", "jsonPayload.message",
    "properties.message", "@message", "body", "short_message", "line",
  ]

  package func stamp(of line: LogBytes) -> LogStamp? { JSONLine(line).flatMap { stamp(of: $0) } }

  private func stamp(of line: JSONLine) -> LogStamp? {
    let inner = timeKey == nil ? line.record?.stamp(zones) : nil
    return inner ?? line.stamp(zones, key: timeKey)
  }

  package func read(_ record: LogBytes, _ head: LogHead) -> LogReading {
    guard let line = JSONLine(record) else { return .unusable("no JSON object") }
    if let doubt = line.doubt(of: JSONLine.times + Self.texts) { return .unusable(doubt) }
    let stamp = stamp(of: line)
    if let record = line.record { return record.serverReading(head, stamp) }
    var head = head
    head.stamp = stamp
    return head.reading { at in
      var event = LogEvent(at: at, whole: Array(record.trimmed))
      event.shown =
        Self.texts.lazy.compactMap { line.at($0)?.stringValue }.first.map(LogText.oneLine)
      event.hasRepeatedKey = !line.repeatedKeys.isEmpty
      return event
    }
  }
}
