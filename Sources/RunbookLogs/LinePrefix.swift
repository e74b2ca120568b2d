import RunbookModel

/// A server's `log_line_prefix`:
/// <https://www.postgresql.org/docs/current/runtime-config-logging.html#GUC-LOG-LINE-PREFIX>.
package struct LinePrefix: Sendable, Hashable {
  package enum Item: Sendable, Hashable {
    case literal([UInt8])
    case field(Field, isPadded: Bool)
    /// `%q`: processes without a session stop here.
    case sessionOnly
  }

  /// What an escape stands for, as far as reading needs to tell.
  package enum Field: Sendable, Hashable {
    /// `%t` and `%m`.
    case time
    /// `%n`: seconds since 1970, with milliseconds.
    case epoch
    case pid
    case user, database
    /// Digits, letters and signs without a space: `%l`, `%x`, `%v`, `%c`, `%e`, `%Q`, `%P`.
    case word
    /// `%s`: when the session began.
    case start
    /// Anything: `%a`, `%r`, `%h`, `%b`, `%i`.
    case text
  }

  /// What is wrong with a prefix, and where.
  package struct Problem: Error, Hashable {
    package let message: String
    package let hint: String
    /// Unicode scalars from the start.
    package let offset: Int
  }

  package let items: [Item]

  package init(_ text: String) throws(Problem) {
    var items: [Item] = []
    var literal: [UInt8] = []
    var scanner = PrefixScanner(text)
    while let scalar = scanner.next() {
      guard scalar == "%" else {
        literal += UTF8.encode(scalar).map(Array.init) ?? []
        continue
      }
      let escape = try scanner.escape()
      if escape.letter == "%" {
        literal.append(UInt8(ascii: "%"))
        continue
      }
      if !literal.isEmpty { items.append(.literal(literal)) }
      literal = []
      items.append(escape.item)
    }
    // The space at the end is easily lost, and messages tell themselves from it.
    while literal.last == UInt8(ascii: " ") { literal.removeLast() }
    if !literal.isEmpty { items.append(.literal(literal)) }
    self.items = items
    guard items.contains(where: \.isTime) else {
      throw Problem(
        message: "the prefix says no time",
        hint: "the server's `log_line_prefix` must have %m, %t or %n", offset: 0)
    }
    if let end = items.firstIndex(of: .sessionOnly), !items[..<end].contains(where: \.isTime) {
      throw Problem(
        message: "the prefix says the time after %q, where not every process writes it",
        hint: "without `line_prefix:` times are looked for in each line", offset: 0)
    }
  }
}

extension LinePrefix.Item {
  fileprivate var isTime: Bool {
    switch self {
    case .field(.time, _), .field(.epoch, _): true
    default: false
    }
  }
}

/// Reads escapes.
private struct PrefixScanner {
  private let scalars: [Unicode.Scalar]
  private var offset = 0

  init(_ text: String) { scalars = Array(text.unicodeScalars) }

  mutating func next() -> Unicode.Scalar? {
    guard offset < scalars.count else { return nil }
    defer { offset += 1 }
    return scalars[offset]
  }

  /// What follows a `%`: padding, and a letter.
  mutating func escape() throws(LinePrefix.Problem)
    -> (letter: Unicode.Scalar, item: LinePrefix.Item)
  {
    let start = offset - 1
    var isPadded = false
    while offset < scalars.count, scalars[offset] == "-" || ("0"..."9").contains(scalars[offset]) {
      isPadded = true
      offset += 1
    }
    guard let letter = next() else {
      throw LinePrefix.Problem(
        message: "a `%` without its letter", hint: "write %% for a percent sign", offset: start)
    }
    if letter == "%" { return (letter, .sessionOnly) }
    if letter == "q" { return (letter, .sessionOnly) }
    guard let field = Self.fields[letter] else {
      throw LinePrefix.Problem(
        message: "there is no escape `%\(letter)`",
        hint: "PostgreSQL has %a %u %d %r %h %b %p %P %t %m %n %Q %i %e %c %l %s %v %x %q %%",
        offset: start)
    }
    return (letter, .field(field, isPadded: isPadded))
  }

  private static let fields: [Unicode.Scalar: LinePrefix.Field] = [
    "a": .text, "u": .user, "d": .database, "r": .text, "h": .text, "b": .text, "p": .pid,
    "P": .word, "t": .time, "m": .time, "n": .epoch, "Q": .word, "i": .text, "e": .word, "c": .word,
    "l": .word, "s": .start, "v": .word, "x": .word,
  ]
}

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
