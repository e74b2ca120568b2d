import RunbookModel

/// Lines with a time near their start; lines without one belong to the line before.
package struct DatedLineGrammar: LogGrammar {
  package let zones: LogZones

  package var wrapping: LogWrapping { .lines }

  /// What is indented belongs to the line before.
  package func takesTime(inFrontOf line: LogBytes) -> Bool { line.first.map { $0 > 32 } ?? false }

  package func head(of line: LogBytes) -> LogHead? {
    guard let time = LogTime(in: line) else { return nil }
    var head = LogHead(stamp: LogStamp(time, zones))
    guard time.range.lowerBound <= 1 else { return head }
    let end = time.range.upperBound
    head.messageStart = end < line.count && line[end] == UInt8(ascii: "]") ? end + 1 : end
    return head
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
          text.append(line)
        }
        isFirst = false
        return true
      }
      return LogEvent(at: at, whole: text.bytes, textStart: textStart)
    }
  }
}
