import RunbookModel

/// PostgreSQL's `jsonlog`, since version 15:
/// <https://www.postgresql.org/docs/current/runtime-config-logging.html#RUNTIME-CONFIG-LOGGING-JSONLOG>.
package struct JSONLogGrammar: LogGrammar {
  package let zones: LogZones

  private static let additions = [
    ("detail", "DETAIL"), ("hint", "HINT"), ("context", "CONTEXT"), ("statement", "STATEMENT"),
  ]

  private static let keys =
    ["error_severity", "message", "pid", "user", "dbname"] + additions.map(\.0)

  package var addedWords: [String] { Self.additions.map(\.1) }

  /// Each line is a record: line breaks in a text are escaped.
  package func head(of line: LogBytes) -> LogHead? { line.trimmed.isEmpty ? nil : LogHead() }

  package func stamp(of line: LogBytes) -> LogStamp? { JSONLine(line).flatMap { $0.stamp(zones) } }

  package func read(_ record: LogBytes, _ head: LogHead) -> LogReading {
    guard let line = JSONLine(record) else { return .unusable("no JSON object") }
    if let doubt = line.doubt(of: JSONLine.times + Self.keys) { return .unusable(doubt) }
    guard let severity = line.fields["error_severity"]?.stringValue else {
      return .unusable("no `error_severity`, which a jsonlog has")
    }
    var head = head
    head.stamp = line.stamp(zones)
    head.pid = line.fields["pid"]?.intValue
    head.user = line.fields["user"]?.stringValue
    head.database = line.fields["dbname"]?.stringValue
    return head.reading { at in
      var event = LogEvent(
        server: severity, line.text("message"),
        Self.additions.map { ($0.1, line.text($0.0)) }, at: at, head.details)
      event.hasRepeatedKey = !line.repeatedKeys.isEmpty
      return event
    }
  }
}
