import RunbookModel

/// A JSON object a line, with the usual names for its time and its text.
package struct JSONLinesGrammar: LogGrammar {
  package let zones: LogZones

  package func head(of line: LogBytes) -> LogHead? { line.trimmed.isEmpty ? nil : LogHead() }

  private static let texts = ["message", "msg", "text", "event", "MESSAGE", "log"]

  package func stamp(of line: LogBytes) -> LogStamp? { JSONLine(line).flatMap { $0.stamp(zones) } }

  package func read(_ record: LogBytes, _ head: LogHead) -> LogReading {
    guard let line = JSONLine(record) else { return .unusable("no JSON object") }
    if let doubt = line.doubt(of: JSONLine.times + Self.texts) { return .unusable(doubt) }
    var head = head
    head.stamp = line.stamp(zones)
    return head.reading { at in
      var event = LogEvent(at: at, whole: Array(record.trimmed))
      event.shown =
        Self.texts.lazy.compactMap { line.fields[$0]?.stringValue }.first.map(LogText.oneLine)
      event.hasRepeatedKey = !line.repeatedKeys.isEmpty
      return event
    }
  }
}
