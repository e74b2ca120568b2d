import RunbookModel

/// PostgreSQL's `jsonlog`, since version 15:
/// <https://www.postgresql.org/docs/current/runtime-config-logging.html#RUNTIME-CONFIG-LOGGING-JSONLOG>.
package struct JSONLogGrammar: LogGrammar {
  package let zones: LogZones

  /// The name of the time, where it is given.
  package var timeKey: String?

  package var wrapping: LogWrapping { .objects }

  private static let keys =
    ["error_severity", "message", "pid", "user", "dbname"] + JSONLine.additions.map(\.0)

  package var addedWords: [String] { JSONLine.additions.map(\.1) }

  /// Each line is a record: line breaks in a text are escaped.
  package func head(of line: LogBytes) -> LogHead? { line.trimmed.isEmpty ? nil : LogHead() }

  package func stamp(of line: LogBytes) -> LogStamp? { JSONLine(line).flatMap { stamp(of: $0) } }

  private func stamp(of line: JSONLine) -> LogStamp? {
    let inner = timeKey == nil ? line.record?.stamp(zones) : nil
    return inner ?? line.stamp(zones, key: timeKey)
  }

  package func read(_ record: LogBytes, _ head: LogHead) -> LogReading {
    guard let line = JSONLine(record) else { return .unusable("no JSON object") }
    if let doubt = line.doubt(of: JSONLine.times + Self.keys) { return .unusable(doubt) }
    let record = line.record ?? line
    guard record.fields["error_severity"]?.stringValue != nil else {
      return .unusable("no `error_severity`, which a jsonlog has")
    }
    return record.serverReading(head, stamp(of: line))
  }
}
