import RunbookModel

/// PostgreSQL's log to standard error. What a line begins with is its `log_line_prefix`, told or found.
package struct PostgresGrammar: LogGrammar {
  /// nil finds the time and the message by themselves.
  package let prefix: LinePrefix?
  let zones: LogZones

  package var wrapping: LogWrapping { .records }
  package var isExact: Bool { prefix != nil }

  /// Only a severity tells a server's line from another program's, and from a message's second.
  package func takesTime(inFrontOf line: LogBytes) -> Bool {
    line.first != UInt8(ascii: "\t") && Self.severity(line, 0..<min(128, line.count)) != nil
  }

  package func head(of line: LogBytes) -> LogHead? {
    // The server puts a tab before each line of a message but the first.
    guard line.first != UInt8(ascii: "\t") else { return nil }
    guard let prefix else { return foundHead(of: line) }
    if let head = prefix.head(of: line, zones) { return head }
    // Of another prefix, as after a change of the server's settings.
    guard var head = foundHead(of: line), head.isServers, head.timeStart == 0 else { return nil }
    head.isOfOtherPrefix = true
    return head
  }

  private func foundHead(of line: LogBytes) -> LogHead? {
    guard let time = Self.time(of: line) else { return nil }
    var head = LogHead(stamp: LogStamp(time, zones))
    head.timeStart = time.range.lowerBound
    head.messageStart = time.range.upperBound
    // A time behind the severity is one that the message names.
    guard Self.severity(line, 0..<time.range.lowerBound) == nil else { return nil }
    guard let (start, severity) = Self.severity(line, time.range.upperBound..<line.count) else {
      return head
    }
    head.isServers = true
    head.messageStart = start
    head.isAddition = severity.isAddition
    head.pid = Self.pid(line, time.range.upperBound..<start)
    return head
  }

  /// A date and a time near the line's start, or seconds since 1970 (`%n`) at it.
  private static func time(of line: LogBytes) -> LogTime? {
    var scanner = LineScanner(line, at: 0)
    if let time = scanner.epoch(), scanner.position >= 10 {
      let isWhole = scanner.position == line.count || !line[scanner.position].isWordPart
      if isWhole { return LogTime(epoch: time, range: 0..<scanner.position) }
    }
    return LogTime(in: line)
  }

  private static func severity(
    _ line: LogBytes, _ range: Range<Int>
  ) -> (start: Int, found: PostgresSeverity.Found)? {
    for start in range where (65...90).contains(line[start]) {
      // `CATALOG: ` is no `LOG: `.
      guard start == 0 || !line[start - 1].isWordPart else { continue }
      if let found = PostgresSeverity.read(line, at: start) { return (start, found) }
    }
    return nil
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
      var others = head.isOfOtherPrefix ? 1 : 0
      record.eachLine { line in
        if isFirst {
          textStart = text.append(line, shownFrom: head.messageStart)
        } else {
          // Of a line that adds to the message, the prefix is said already.
          let head = self.head(of: line)
          if head?.isOfOtherPrefix ?? false { others += 1 }
          text.append(line.part(from: head?.messageStart ?? 0))
        }
        isFirst = false
        return true
      }
      // A number in brackets is taken for a process only where nobody asks for it.
      var event = LogEvent(
        at: at, whole: text.bytes, textStart: textStart,
        details: prefix == nil || head.isOfOtherPrefix ? [] : head.details)
      event.linesOfOtherPrefix = others
      return event
    }
  }
}

extension UInt8 {
  fileprivate var isWordPart: Bool { isLetter || isDigit || self == UInt8(ascii: "_") }
}
