import RunbookModel

/// PostgreSQL's log to standard error. What a line begins with is its `log_line_prefix`, told or found.
package struct PostgresGrammar: LogGrammar {
  /// nil finds the time and the message by themselves.
  package let prefix: LinePrefix?
  let zones: LogZones

  package func head(of line: LogBytes) -> LogHead? {
    // The server puts a tab before each line of a message but the first.
    guard line.first != UInt8(ascii: "\t") else { return nil }
    return prefix.map { $0.head(of: line, zones) } ?? foundHead(of: line)
  }

  private func foundHead(of line: LogBytes) -> LogHead? {
    guard let time = LogTime(in: line) else { return nil }
    var head = LogHead(stamp: LogStamp(time, zones))
    head.messageStart = time.range.upperBound
    for start in time.range.upperBound..<line.count where (65...90).contains(line[start]) {
      guard let severity = PostgresSeverity.read(line, at: start) else { continue }
      head.messageStart = start
      head.isAddition = severity.isAddition
      head.pid = Self.pid(line, time.range.upperBound..<start)
      break
    }
    return head
  }

  /// `[411]` or `[411-1]`: what the first bracket of the usual prefixes holds.
  private static func pid(_ line: LogBytes, _ range: Range<Int>) -> Int64? {
    guard let open = range.first(where: { line[$0] == UInt8(ascii: "[") }) else { return nil }
    var end = open + 1
    while end < range.upperBound, line[end].isDigit { end += 1 }
    return Int64(line.part(open + 1..<end).text)
  }

  package func read(_ record: LogBytes, _ head: LogHead) -> LogReading {
    head.reading { at in
      var text = LogText()
      var textStart = 0
      var isFirst = true
      record.eachLine { line in
        if isFirst {
          textStart = text.append(line, shownFrom: head.messageStart)
        } else {
          // Of a line that adds to the message, the prefix is said already.
          text.append(line.part(from: self.head(of: line)?.messageStart ?? 0))
        }
        isFirst = false
        return true
      }
      // A number in brackets is taken for a process only where nobody asks for it.
      return LogEvent(
        at: at, whole: text.bytes, textStart: textStart,
        details: prefix == nil ? [] : head.details)
    }
  }
}
