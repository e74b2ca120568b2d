import RunbookModel

/// PostgreSQL's `csvlog`:
/// <https://www.postgresql.org/docs/current/runtime-config-logging.html#RUNTIME-CONFIG-LOGGING-CSVLOG>.
///
/// 22 columns until version 8.4, 23 with `application_name`, 24 with `backend_type` since 13, 26 with
/// `leader_pid` and `query_id` since 14; what comes after them is passed over.
package struct CSVLogGrammar: LogGrammar {
  package let zones: LogZones

  package var wrapping: LogWrapping { .records }

  private enum Column {
    static let user = 1
    static let database = 2
    static let pid = 3
    static let severity = 11
    static let message = 13
    static let detail = 14
    static let hint = 15
    static let context = 18
    static let query = 19
    /// The fewest that there have ever been.
    static let fewest = 22
  }

  /// The columns that add to the message, with the words by which the other formats tell them.
  private static let additions = [
    (Column.detail, "DETAIL"), (Column.hint, "HINT"), (Column.context, "CONTEXT"),
    (Column.query, "STATEMENT"),
  ]

  package var addedWords: [String] { Self.additions.map(\.1) }

  /// A line of a statement can look like a record's first line: that has its columns up to the severity.
  package func head(of line: LogBytes) -> LogHead? {
    guard let time = LogTime(in: line, at: 0) else { return nil }
    var columns = CSVColumns(line)
    var head = LogHead(stamp: LogStamp(time, zones))
    for index in 0...Column.severity {
      guard let column = columns.next() else { return nil }
      switch index {
      case 0 where column.bytes.count != time.range.upperBound: return nil
      case Column.user: head.user = column.text
      case Column.database: head.database = column.text
      case Column.pid:
        guard let pid = Int64(column.text) else { return nil }
        head.pid = pid
      case Column.severity where column.isQuoted || column.bytes.isEmpty: return nil
      default: break
      }
    }
    return head
  }

  /// Quotes come in pairs; those in a text are doubled.
  package func isWhole(_ record: LogBytes) -> Bool {
    var count = 0
    for byte in record where byte == UInt8(ascii: "\"") { count += 1 }
    return count.isMultiple(of: 2)
  }

  package func read(_ record: LogBytes, _ head: LogHead) -> LogReading {
    var columns = CSVColumns(record)
    var texts: [String] = []
    while texts.count <= Column.query, let column = columns.next() { texts.append(column.text) }
    guard texts.count > Column.query else { return .unusable("too few columns for a csvlog") }
    return head.reading { at in
      LogEvent(
        server: texts[Column.severity], texts[Column.message],
        Self.additions.map { ($0.1, texts[$0.0]) }, at: at, head.details)
    }
  }
}
