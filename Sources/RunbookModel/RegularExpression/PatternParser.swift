/// Reads RE2's syntax: <https://github.com/google/re2/wiki/Syntax>.
struct PatternParser {
  private struct Flags {
    var foldsCase = false
    var isMultiline = false
    var dotMatchesNewline = false
    var isUngreedy = false
  }

  private static let maximumDepth = 100
  private static let maximumRepetition = 1000
  private static let maximumLength = 50_000
  private static let maximumGroups = 1000

  private(set) var names: [String?] = [nil]
  private var scanner: PatternScanner
  private var flags = Flags()
  private var depth = 0

  init(_ pattern: String) { scanner = PatternScanner(pattern) }

  mutating func parse() throws(RegularExpressionError) -> PatternNode {
    guard scanner.count <= Self.maximumLength else {
      throw RegularExpressionError(
        "the pattern is longer than 50,000 characters", at: Self.maximumLength)
    }
    let node = try alternatives()
    guard scanner.isAtEnd else { throw scanner.error("a `)` without its `(`") }
    return node
  }

  private mutating func alternatives() throws(RegularExpressionError) -> PatternNode {
    depth += 1
    defer { depth -= 1 }
    guard depth <= Self.maximumDepth else { throw scanner.error("groups are nested too deep") }
    var branches = [try sequence()]
    while scanner.skip("|") { branches.append(try sequence()) }
    return branches.count == 1 ? branches[0] : .alternatives(branches)
  }

  private mutating func sequence() throws(RegularExpressionError) -> PatternNode {
    var items: [PatternNode] = []
    while let next = scanner.current, next != "|", next != ")" {
      if scanner.skip("\\Q") {
        while !scanner.isAtEnd, !scanner.skip("\\E") {
          items.append(literal(scanner.next()?.value ?? 0))
        }
      } else if let item = try atom() {
        items.append(item)
      }
      if !items.isEmpty { try repeated(&items[items.count - 1]) }
    }
    return items.count == 1 ? items[0] : items.isEmpty ? .empty : .sequence(items)
  }

  private func literal(_ scalar: UInt32) -> PatternNode {
    .scalar(scalar, foldsCase: flags.foldsCase)
  }

  /// - Returns: nil for flags, which match nothing themselves.
  private mutating func atom() throws(RegularExpressionError) -> PatternNode? {
    guard let scalar = scanner.next() else { return nil }
    switch scalar {
    case "(": return try group()
    case "[": return .set(try ClassParser.parse(&scanner, foldsCase: flags.foldsCase))
    case ".": return .any(matchesNewline: flags.dotMatchesNewline)
    case "^": return .assertion(flags.isMultiline ? .lineStart : .textStart)
    case "$": return .assertion(flags.isMultiline ? .lineEnd : .textEnd)
    case "\\": return try escape()
    case "*", "+", "?": throw scanner.error("nothing before `\(scalar)` to repeat", back: 1)
    default: return literal(scalar.value)
    }
  }

  private mutating func escape() throws(RegularExpressionError) -> PatternNode {
    switch scanner.current {
    case "b": return assertion(.wordBoundary)
    case "B": return assertion(.noWordBoundary)
    case "A": return assertion(.textStart)
    case "z": return assertion(.textEnd)
    default: break
    }
    var set = ScalarSet()
    if try ClassParser.escapedSet(&scanner, into: &set) {
      set.foldsCase = flags.foldsCase
      set.prepare()
      return .set(set)
    }
    return literal(try ClassParser.escapedScalar(&scanner))
  }

  private mutating func assertion(_ assertion: Assertion) -> PatternNode {
    _ = scanner.next()
    return .assertion(assertion)
  }

  private mutating func group() throws(RegularExpressionError) -> PatternNode? {
    let outer = flags
    guard names.count <= Self.maximumGroups else {
      throw scanner.error("there are more than 1,000 groups", back: 1)
    }
    var capture: Int?
    if scanner.skip("?P<") || scanner.skip("?<") {
      capture = try named()
    } else if scanner.skip("?") {
      guard try readFlags() else { return nil }
    } else {
      names.append(nil)
      capture = names.count - 1
    }
    let content = try alternatives()
    guard scanner.skip(")") else { throw scanner.error("a `(` without its `)`") }
    flags = outer
    guard let capture else { return .sequence([content]) }
    return .group(content, capture: capture)
  }

  private mutating func named() throws(RegularExpressionError) -> Int {
    var name = ""
    while let scalar = scanner.current,
      scalar.properties.isAlphabetic || scalar == "_"
        || ("0"..."9").contains(scalar)
    {
      name.unicodeScalars.append(scalar)
      _ = scanner.next()
    }
    guard !name.isEmpty, scanner.skip(">") else {
      throw scanner.error("expected a group's name; lookbehind does not exist here")
    }
    guard !names.contains(name) else { throw scanner.error("two groups are named `\(name)`") }
    names.append(name)
    return names.count - 1
  }

  /// Reads `i-s:` or `i-s)`.
  ///
  /// - Returns: whether a group follows; without one the flags count to the end of this group.
  private mutating func readFlags() throws(RegularExpressionError) -> Bool {
    var isOn = true
    while let scalar = scanner.next() {
      switch scalar {
      case "i": flags.foldsCase = isOn
      case "m": flags.isMultiline = isOn
      case "s": flags.dotMatchesNewline = isOn
      case "U": flags.isUngreedy = isOn
      case "-" where isOn: isOn = false
      case ":": return true
      case ")": return false
      default:
        throw scanner.error("`(?\(scalar)` does not exist here (nor does lookaround)", back: 1)
      }
    }
    throw scanner.error("a `(?` without its `)`")
  }

  private mutating func repeated(_ node: inout PatternNode) throws(RegularExpressionError) {
    guard let (least, most) = try repetition() else { return }
    let isLazy = scanner.skip("?")
    node = .repetition(node, least: least, most: most, isGreedy: isLazy == flags.isUngreedy)
    let start = scanner
    if try repetition() != nil {
      scanner = start
      throw scanner.error("a repetition cannot be repeated without a group")
    }
  }

  private mutating func repetition() throws(RegularExpressionError) -> (least: Int, most: Int?)? {
    if scanner.skip("*") { return (0, nil) }
    if scanner.skip("+") { return (1, nil) }
    if scanner.skip("?") { return (0, 1) }
    let start = scanner
    guard scanner.skip("{"), let least = scanner.number() else {
      scanner = start
      return nil
    }
    var most: Int? = least
    if scanner.skip(",") { most = scanner.number() }
    guard scanner.skip("}") else {
      scanner = start
      return nil
    }
    let highest = most ?? least
    guard least <= Self.maximumRepetition, highest <= Self.maximumRepetition, least <= highest
    else {
      throw scanner.error("a repetition counts from 0 to 1000, the lower number first", back: 1)
    }
    return (least, most)
  }
}
