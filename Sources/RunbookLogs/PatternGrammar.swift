package import RunbookModel

/// Lines that a pattern of the author's takes apart; lines that it does not match belong to the line
/// before.
package struct PatternGrammar: LogGrammar {
  package let pattern: RegularExpression
  package let zones: LogZones

  package var wrapping: LogWrapping { .asTheyAre }

  /// The names that the pattern's groups may have; `at` it must have.
  package static let groups = ["at", "text", "level", "host"]
  /// A pattern that looks at every line, also where nothing else is sought, may not be larger than this.
  package static let largest = 500
  /// What one line may cost: four steps for each byte of the longest.
  private static let mostWork = 1 << 22

  package var workOfByte: Int { pattern.size }

  package func head(of line: LogBytes) -> LogHead? {
    var work = Self.mostWork
    switch pattern.matches(utf8: line, work: &work) {
    case true?: return LogHead()
    case false?: return nil
    case nil: return LogHead(stamp: LogStamp(unusable: Self.excess))
    }
  }

  private static let excess = "a line for which `pattern` takes too much work"

  package func stamp(of line: LogBytes) -> LogStamp? {
    var work = Self.mostWork
    return pattern.firstMatch(in: line.text, work: &work).flatMap { stamp($0) }
  }

  private func stamp(_ match: RegularExpression.Match) -> LogStamp? {
    guard var text = match["at"].map(String.init) else { return nil }
    return text.withUTF8 { LogTime(whole: $0.trimmed) }.map { LogStamp($0, zones) }
  }

  package func read(_ record: LogBytes, _ head: LogHead) -> LogReading {
    var whole = LogText()
    var rest = LogText()
    var match: RegularExpression.Match?
    var isFirst = true
    if case .unusable(let why)? = head.stamp?.time { return .unusable(why) }
    var work = Self.mostWork
    record.eachLine { line in
      whole.append(line)
      if isFirst {
        match = pattern.firstMatch(in: line.text, work: &work)
      } else {
        rest.append(line)
      }
      isFirst = false
      return true
    }
    guard let match else {
      return .unusable(work < 0 ? Self.excess : "a line that `pattern` does not match")
    }
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
