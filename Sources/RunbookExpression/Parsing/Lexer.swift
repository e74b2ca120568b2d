import RunbookModel

/// Cuts an expression's UTF-8 bytes into tokens.
struct Lexer {
  let bytes: [UInt8]
  let end: Int
  private(set) var offset: Int

  init(_ bytes: [UInt8], range: Range<Int>) {
    self.bytes = bytes
    offset = range.lowerBound
    end = min(range.upperBound, bytes.count)
  }

  mutating func next() throws(SyntaxFault) -> Token {
    skipBlank()
    let start = offset
    guard let byte = peek() else { return Token(kind: .end, start: start, end: start) }
    switch byte {
    case _ where Self.isIdentifierStart(byte): return try identifierOrString()
    case 0x30...0x39: return number()
    case UInt8(ascii: "\""), UInt8(ascii: "'"):
      return try string(from: start, kind: .string, isRaw: false)
    case UInt8(ascii: "`"): return try quotedIdentifier()
    case UInt8(ascii: ".") where Self.isDigit(peek(1)): return number()
    default: return try punctuation(byte)
    }
  }

  func text(of token: Token) -> String {
    String(decoding: bytes[token.start..<token.end], as: UTF8.self)
  }

  func isWord(_ word: StaticString, _ token: Token) -> Bool {
    guard token.end - token.start == word.utf8CodeUnitCount else { return false }
    return word.withUTF8Buffer { bytes[token.start..<token.end].elementsEqual($0) }
  }

  func peek(_ distance: Int = 0) -> UInt8? {
    let index = offset + distance
    return index < end ? bytes[index] : nil
  }

  static func isIdentifierStart(_ byte: UInt8) -> Bool {
    (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || byte == 0x5F
  }

  static func isDigit(_ byte: UInt8?) -> Bool {
    guard let byte else { return false }
    return (0x30...0x39).contains(byte)
  }

  private static func isHexadecimal(_ byte: UInt8?) -> Bool {
    guard let byte else { return false }
    return isDigit(byte) || (0x41...0x46).contains(byte) || (0x61...0x66).contains(byte)
  }

  private mutating func skipBlank() {
    while let byte = peek() {
      switch byte {
      case 0x20, 0x09, 0x0A, 0x0C, 0x0D:
        offset += 1
      case UInt8(ascii: "/") where peek(1) == UInt8(ascii: "/"):
        while let byte = peek(), byte != 0x0A { offset += 1 }
      default:
        return
      }
    }
  }

  private mutating func identifierOrString() throws(SyntaxFault) -> Token {
    let start = offset
    while let byte = peek(), Self.isIdentifierStart(byte) || Self.isDigit(byte) { offset += 1 }
    guard let quote = peek(), quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'"),
      offset - start <= 2
    else { return Token(kind: .identifier, start: start, end: offset) }
    switch bytes[start..<offset].map({ $0 | 0x20 }) {
    case [UInt8(ascii: "r")]: return try string(from: start, kind: .string, isRaw: true)
    case [UInt8(ascii: "b")]: return try string(from: start, kind: .bytes, isRaw: false)
    case [UInt8(ascii: "b"), UInt8(ascii: "r")], [UInt8(ascii: "r"), UInt8(ascii: "b")]:
      return try string(from: start, kind: .bytes, isRaw: true)
    default: return Token(kind: .identifier, start: start, end: offset)
    }
  }

  /// The whole literal, prefix and quotes included; its escapes are read later.
  private mutating func string(
    from start: Int, kind: Token.Kind, isRaw: Bool
  ) throws(SyntaxFault) -> Token {
    guard let quote = peek() else { throw unclosed(start) }
    let isTriple = peek(1) == quote && peek(2) == quote
    offset += isTriple ? 3 : 1
    while let byte = peek() {
      if byte == UInt8(ascii: "\\"), !isRaw {
        offset += 2
      } else if byte == quote, !isTriple || (peek(1) == quote && peek(2) == quote) {
        offset += isTriple ? 3 : 1
        return Token(kind: kind, start: start, end: offset)
      } else if !isTriple, byte == 0x0A || byte == 0x0D {
        break
      } else {
        offset += 1
      }
    }
    throw unclosed(start)
  }

  private func unclosed(_ start: Int) -> SyntaxFault {
    SyntaxFault(
      code: .expressionLiteral, message: "the string has no closing quote", start: start,
      end: start + 1, hint: "a string that spans lines stands in three quotes")
  }

  private mutating func quotedIdentifier() throws(SyntaxFault) -> Token {
    let start = offset
    offset += 1
    while let byte = peek(), Self.isQuotable(byte) { offset += 1 }
    guard offset > start + 1, peek() == UInt8(ascii: "`") else {
      throw SyntaxFault(
        code: .expressionSyntax, message: "the quoted field name is not closed", start: start,
        end: start + 1, hint: "it may hold letters, digits, `_`, `-`, `.`, `/` and spaces")
    }
    offset += 1
    return Token(kind: .quotedIdentifier, start: start, end: offset)
  }

  private static func isQuotable(_ byte: UInt8) -> Bool {
    isIdentifierStart(byte) || isDigit(byte) || byte == UInt8(ascii: "-")
      || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "/") || byte == 0x20
  }

  private mutating func number() -> Token {
    let start = offset
    if peek() == UInt8(ascii: "0"), peek(1).map({ $0 | 0x20 }) == UInt8(ascii: "x"),
      Self.isHexadecimal(peek(2))
    {
      offset += 2
      while Self.isHexadecimal(peek()) { offset += 1 }
      return integer(from: start)
    }
    var isDouble = false
    while Self.isDigit(peek()) { offset += 1 }
    if peek() == UInt8(ascii: "."), Self.isDigit(peek(1)) {
      isDouble = true
      offset += 1
      while Self.isDigit(peek()) { offset += 1 }
    }
    if skipExponent() { isDouble = true }
    return isDouble ? Token(kind: .double, start: start, end: offset) : integer(from: start)
  }

  private mutating func integer(from start: Int) -> Token {
    guard peek().map({ $0 | 0x20 }) == UInt8(ascii: "u") else {
      return Token(kind: .integer, start: start, end: offset)
    }
    offset += 1
    return Token(kind: .unsigned, start: start, end: offset)
  }

  private mutating func skipExponent() -> Bool {
    guard peek().map({ $0 | 0x20 }) == UInt8(ascii: "e") else { return false }
    let isSigned = peek(1) == UInt8(ascii: "+") || peek(1) == UInt8(ascii: "-")
    guard Self.isDigit(peek(isSigned ? 2 : 1)) else { return false }
    offset += isSigned ? 2 : 1
    while Self.isDigit(peek()) { offset += 1 }
    return true
  }

  private mutating func punctuation(_ byte: UInt8) throws(SyntaxFault) -> Token {
    let start = offset
    if let kind = Self.pair(byte, peek(1)) {
      offset += 2
      return Token(kind: kind, start: start, end: offset)
    }
    guard let kind = Self.single(byte) else { throw unexpected(start) }
    offset += 1
    return Token(kind: kind, start: start, end: offset)
  }

  private static func pair(_ first: UInt8, _ second: UInt8?) -> Token.Kind? {
    switch (first, second) {
    case (UInt8(ascii: "&"), UInt8(ascii: "&")): .and
    case (UInt8(ascii: "|"), UInt8(ascii: "|")): .or
    case (UInt8(ascii: "="), UInt8(ascii: "=")): .equal
    case (UInt8(ascii: "!"), UInt8(ascii: "=")): .notEqual
    case (UInt8(ascii: "<"), UInt8(ascii: "=")): .lessOrEqual
    case (UInt8(ascii: ">"), UInt8(ascii: "=")): .greaterOrEqual
    default: nil
    }
  }

  private static func single(_ byte: UInt8) -> Token.Kind? {
    switch byte {
    case UInt8(ascii: "("): .leftParenthesis
    case UInt8(ascii: ")"): .rightParenthesis
    case UInt8(ascii: "["): .leftBracket
    case UInt8(ascii: "]"): .rightBracket
    case UInt8(ascii: "{"): .leftBrace
    case UInt8(ascii: "}"): .rightBrace
    case UInt8(ascii: "."): .dot
    case UInt8(ascii: ","): .comma
    case UInt8(ascii: ":"): .colon
    case UInt8(ascii: "?"): .question
    case UInt8(ascii: "+"): .plus
    case UInt8(ascii: "-"): .minus
    case UInt8(ascii: "*"): .star
    case UInt8(ascii: "/"): .slash
    case UInt8(ascii: "%"): .percent
    case UInt8(ascii: "!"): .not
    case UInt8(ascii: "<"): .less
    case UInt8(ascii: ">"): .greater
    default: nil
    }
  }

  private func unexpected(_ start: Int) -> SyntaxFault {
    let character = String(decoding: bytes[start..<end], as: UTF8.self).unicodeScalars.first
    let text = character.map { String($0) } ?? ""
    let hint: String? =
      switch text {
      case "=": "to compare, write `==`"
      case "&": "write `&&`"
      case "|": "write `||`"
      default: nil
      }
    return SyntaxFault(
      code: .expressionSyntax, message: "`\(text)` does not belong in an expression", start: start,
      end: start + text.utf8.count, hint: hint)
  }
}
