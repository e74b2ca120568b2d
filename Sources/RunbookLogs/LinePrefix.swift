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
