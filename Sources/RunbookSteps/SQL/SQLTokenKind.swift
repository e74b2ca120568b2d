/// Token numbers of PostgreSQL 15's scanner that are asked for.
enum SQLTokenKind {
  static let colon = 58
  static let semicolon = 59
  static let openParenthesis = 40
  static let closeParenthesis = 41
  static let comma = 44
  static let openBracket = 91
  static let closeBracket = 93
  static let identifier = 258
  /// `'…'`, `U&'…'`, `B'…'`, `X'…'`.
  static let strings = 261...264
  static let integer = 266
  static let parameter = 267
  static let comments = 275...276
}
