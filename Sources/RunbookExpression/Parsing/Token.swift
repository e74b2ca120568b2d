/// A piece of an expression: what it is, and which bytes of the source it covers.
struct Token {
  enum Kind: UInt8 {
    case end, identifier, quotedIdentifier, integer, unsigned, double, string, bytes
    case leftParenthesis, rightParenthesis, leftBracket, rightBracket, leftBrace, rightBrace
    case dot, comma, colon, question
    case plus, minus, star, slash, percent, not
    case and, or, equal, notEqual, less, lessOrEqual, greater, greaterOrEqual
  }

  let kind: Kind
  let start: Int
  let end: Int
}
