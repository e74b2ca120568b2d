import RunbookModel

/// A JSON object a line, with the usual names for its time and its text.
struct JSONLinesGrammar: LogGrammar {
  let zones: LogZones

  func head(of line: LogBytes) -> LogHead? { line.trimmed.isEmpty ? nil : LogHead() }

  func stamp(of line: LogBytes) -> LogStamp? { JSONLine(line).flatMap { $0.stamp(zones) } }

  func read(_ record: LogBytes, _ head: LogHead) -> LogReading {
    guard let line = JSONLine(record) else { return .unusable("no JSON object") }
    var head = head
    head.stamp = line.stamp(zones)
    return head.reading { at in
      var event = LogEvent(at: at, whole: Array(record.trimmed))
      event.shown = ["message", "msg", "text", "event", "MESSAGE", "log"].lazy
        .compactMap { line.fields[$0]?.stringValue }.first.map(LogText.oneLine)
      return event
    }
  }
}
