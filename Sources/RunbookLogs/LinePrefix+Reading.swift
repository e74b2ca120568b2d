import RunbookModel

extension LinePrefix {
  /// The head of a line that begins with the prefix; nil when it does not.
  package func head(of line: LogBytes, _ zones: LogZones) -> LogHead? {
    var reading = PrefixReading(items: items, line: line)
    guard reading.read(0, at: 0), let time = reading.time else { return nil }
    var head = LogHead(stamp: LogStamp(time, zones))
    head.messageStart = reading.messageStart
    head.pid = reading.pid.flatMap { Int64(line.part($0).text) }
    head.user = reading.user.map { line.part($0).trimmed.text }
    head.database = reading.database.map { line.part($0).trimmed.text }
    head.isAddition = reading.isAddition
    return head
  }
}

/// Holds a line against a prefix. A field of any text ends where the rest fits first.
private struct PrefixReading {
  let items: [LinePrefix.Item]
  let line: LogBytes
  var time: LogTime?
  var pid: Range<Int>?
  var user: Range<Int>?
  var database: Range<Int>?
  var messageStart = 0
  var isAddition = false
  /// What is left to try, so that no line takes long.
  private var budget = 4096

  init(items: [LinePrefix.Item], line: LogBytes) {
    self.items = items
    self.line = line
  }

  mutating func read(_ index: Int, at position: Int) -> Bool {
    budget -= 1
    guard budget > 0 else { return false }
    guard index < items.count else { return readMessage(at: position) }
    switch items[index] {
    case .literal(let bytes):
      return line.hasPrefix(bytes, at: position) && read(index + 1, at: position + bytes.count)
    case .sessionOnly:
      return read(index + 1, at: position) || readMessage(at: position)
    case .field(let field, let isPadded):
      let start = isPadded ? spaces(from: position) : position
      return read(field, index, isPadded, at: start)
    }
  }

  private mutating func read(
    _ field: LinePrefix.Field, _ index: Int, _ isPadded: Bool, at start: Int
  ) -> Bool {
    switch field {
    case .time, .start:
      guard let found = LogTime(in: line, at: start) else {
        // A process without a session has no time of its start.
        return field == .start && read(index + 1, at: start)
      }
      guard readRest(index, after: found.range, isPadded) else { return false }
      if field == .time { time = found }
      return true
    case .epoch:
      var scanner = LineScanner(line, at: start)
      guard let found = scanner.epoch() else { return false }
      let range = start..<scanner.position
      guard readRest(index, after: range, isPadded) else { return false }
      time = LogTime(epoch: found, range: range)
      return true
    case .pid:
      let range = start..<end(from: start) { $0.isDigit }
      guard readRest(index, after: range, isPadded) else { return false }
      pid = range
      return true
    case .word: return readWord(index, at: start, isPadded)
    case .user, .database, .text: return readText(field, index, at: start, isPadded)
    }
  }

  /// A word may be missing, and its end is where the rest fits: `%l-1` has a sign of the word's own.
  private mutating func readWord(_ index: Int, at start: Int, _ isPadded: Bool) -> Bool {
    var stop = end(from: start) { $0.isDigit || $0.isLetter || "./-".utf8.contains($0) }
    while stop >= start {
      if readRest(index, after: start..<stop, isPadded) { return true }
      stop -= 1
    }
    return false
  }

  private mutating func readText(
    _ field: LinePrefix.Field, _ index: Int, at start: Int, _ isPadded: Bool
  ) -> Bool {
    guard start <= line.count else { return false }
    for stop in start...min(line.count, start + 256) {
      guard readRest(index, after: start..<stop, isPadded) else { continue }
      switch field {
      case .user: user = start..<stop
      case .database: database = start..<stop
      default: break
      }
      return true
    }
    return false
  }

  private mutating func readRest(_ index: Int, after range: Range<Int>, _ isPadded: Bool) -> Bool {
    read(index + 1, at: isPadded ? spaces(from: range.upperBound) : range.upperBound)
  }

  private mutating func readMessage(at position: Int) -> Bool {
    let start = spaces(from: position)
    guard let severity = PostgresSeverity.read(line, at: start, takesAny: true) else {
      return false
    }
    messageStart = start
    isAddition = severity.isAddition
    return true
  }

  private func spaces(from start: Int) -> Int { end(from: start) { $0 == UInt8(ascii: " ") } }

  private func end(from start: Int, while isPart: (UInt8) -> Bool) -> Int {
    var end = start
    while end < line.count, isPart(line[end]) { end += 1 }
    return end
  }
}
