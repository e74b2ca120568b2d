/// Reads sets in brackets and the escapes that may stand in them and outside.
enum ClassParser {
  /// What follows a `[`.
  static func parse(
    _ scanner: inout PatternScanner, foldsCase: Bool
  ) throws(RegularExpressionError) -> ScalarSet {
    var set = ScalarSet()
    set.foldsCase = foldsCase
    set.isNegated = scanner.skip("^")
    var isFirst = true
    while isFirst || scanner.current != "]" {
      guard !scanner.isAtEnd else { throw scanner.error("a `[` without its `]`") }
      isFirst = false
      if try namedSet(&scanner, into: &set) { continue }
      if scanner.current == "\\" {
        let start = scanner
        _ = scanner.next()
        if try escapedSet(&scanner, into: &set) { continue }
        scanner = start
      }
      try range(&scanner, into: &set)
    }
    _ = scanner.next()
    set.prepare()
    return set
  }

  private static func range(
    _ scanner: inout PatternScanner, into set: inout ScalarSet
  ) throws(RegularExpressionError) {
    let low = try member(&scanner)
    guard scanner.current == "-", let after = scanner.peek(1), after != "]" else {
      return set.insert(low)
    }
    _ = scanner.next()
    let high = try member(&scanner)
    guard low <= high else { throw scanner.error("a range that goes backwards", back: 1) }
    set.insert(low...high)
  }

  private static func member(_ scanner: inout PatternScanner) throws(RegularExpressionError)
    -> UInt32
  {
    guard let scalar = scanner.next() else { throw scanner.error("a `[` without its `]`") }
    return scalar == "\\" ? try escapedScalar(&scanner) : scalar.value
  }

  /// `[:name:]`
  private static func namedSet(
    _ scanner: inout PatternScanner, into set: inout ScalarSet
  ) throws(RegularExpressionError) -> Bool {
    let start = scanner
    guard scanner.skip("[:") else { return false }
    let isNegated = scanner.skip("^")
    var name = ""
    while let scalar = scanner.current, scalar.isASCII, scalar.properties.isAlphabetic {
      name.unicodeScalars.append(scalar)
      _ = scanner.next()
    }
    guard scanner.skip(":]") else {
      scanner = start
      return false
    }
    guard let ranges = CharacterClass.posix(name) else {
      throw start.error("there is no class `[:\(name):]`")
    }
    insert(ranges, isNegated: isNegated, into: &set)
    return true
  }

  private static func insert(
    _ ranges: [ClosedRange<UInt32>], isNegated: Bool, into set: inout ScalarSet
  ) {
    if isNegated {
      set.insertAllBut(ranges)
    } else {
      for range in ranges { set.insert(range) }
    }
  }

  /// `d`, `pL`, `p{Lu}` and their like, after a backslash.
  static func escapedSet(
    _ scanner: inout PatternScanner, into set: inout ScalarSet
  ) throws(RegularExpressionError) -> Bool {
    guard let letter = scanner.current else { return false }
    if let (ranges, isNegated) = CharacterClass.perl(letter) {
      _ = scanner.next()
      insert(ranges, isNegated: isNegated, into: &set)
      return true
    }
    guard letter == "p" || letter == "P" else { return false }
    _ = scanner.next()
    var isNegated = letter == "P"
    var name = ""
    if scanner.skip("{") {
      if scanner.skip("^") { isNegated.toggle() }
      while let scalar = scanner.next(), scalar != "}" { name.unicodeScalars.append(scalar) }
    } else if let scalar = scanner.next() {
      name.unicodeScalars.append(scalar)
    }
    if name == "Any" {
      insert(isNegated ? [] : [0...0x10FFFF], isNegated: false, into: &set)
      return true
    }
    guard let categories = CharacterClass.categories(name) else {
      throw scanner.error("there is no class `\\p{\(name)}` here: general categories only")
    }
    set.insert(categories, isNegated: isNegated)
    return true
  }

  /// One scalar, after a backslash.
  static func escapedScalar(
    _ scanner: inout PatternScanner
  ) throws(RegularExpressionError) -> UInt32 {
    guard let letter = scanner.next() else { throw scanner.error("a backslash at the end") }
    switch letter {
    case "a": return 0x07
    case "f": return 0x0C
    case "n": return 0x0A
    case "r": return 0x0D
    case "t": return 0x09
    case "v": return 0x0B
    case "x": return try hexadecimal(&scanner)
    case "0"..."7": return try octal(letter, &scanner)
    default: break
    }
    guard letter.isASCII, !letter.properties.isAlphabetic, !("0"..."9").contains(letter),
      letter.value >= 0x20
    else { throw scanner.error("`\\\(letter)` is not an escape", back: 2) }
    return letter.value
  }

  private static func octal(
    _ first: Unicode.Scalar, _ scanner: inout PatternScanner
  ) throws(RegularExpressionError) -> UInt32 {
    var code = first.value - 0x30
    var count = 1
    while count < 3, let scalar = scanner.current, ("0"..."7").contains(scalar) {
      code = code * 8 + scalar.value - 0x30
      count += 1
      _ = scanner.next()
    }
    guard first == "0" || count > 1 else {
      throw scanner.error("there are no backreferences", back: 2)
    }
    return code
  }

  private static func hexadecimal(
    _ scanner: inout PatternScanner
  ) throws(RegularExpressionError) -> UInt32 {
    var digits = ""
    if scanner.skip("{") {
      while let scalar = scanner.next(), scalar != "}" { digits.unicodeScalars.append(scalar) }
    } else {
      for _ in 0..<2 {
        if let scalar = scanner.next() { digits.unicodeScalars.append(scalar) }
      }
    }
    guard digits.utf8.count <= 8, let code = UInt32(digits, radix: 16), code <= 0x10FFFF,
      digits.utf8.first != UInt8(ascii: "+")
    else { throw scanner.error("expected a code point after `\\x`") }
    return code
  }
}
