import RunbookModel

/// Lines that a pattern of the author's takes apart; lines that it does not match belong to the line
/// before.
struct PatternGrammar: LogGrammar {
  let pattern: RegularExpression
  let zones: LogZones

  /// The names that the pattern's groups may have; `at` it must have.
  static let groups = ["at", "text", "level", "host"]

  func head(of line: LogBytes) -> LogHead? {
    guard pattern.matches(utf8: line) else { return nil }
    return LogHead()
  }

  func stamp(of line: LogBytes) -> LogStamp? {
    pattern.firstMatch(in: line.text).flatMap { stamp($0) }
  }

  private func stamp(_ match: RegularExpression.Match) -> LogStamp? {
    guard var text = match["at"].map(String.init) else { return nil }
    return text.withUTF8 { LogTime(whole: $0.trimmed) }.map { LogStamp($0, zones) }
  }

  func read(_ record: LogBytes, _ head: LogHead) -> LogReading {
    var whole = LogText()
    var rest = LogText()
    var match: RegularExpression.Match?
    var isFirst = true
    record.eachLine { line in
      whole.append(line)
      if isFirst { match = pattern.firstMatch(in: line.text) } else { rest.append(line) }
      isFirst = false
      return true
    }
    guard let match else { return .unusable("a line that `pattern` does not match") }
    var head = head
    head.stamp = stamp(match)
    return head.reading { at in
      var event = LogEvent(at: at, whole: whole.bytes)
      if let text = match["text"] {
        event.shown = LogText.oneLine("\(text)\n\(String(decoding: rest.bytes, as: UTF8.self))")
      }
      for name in ["level", "host"] {
        guard let value = match[name], !value.isEmpty else { continue }
        event.details.append(LogDetail(name: name, value: .string(String(value))))
      }
      return event
    }
  }
}
