/// Token numbers of PostgreSQL 15's scanner that are asked for.
package enum SQLTokenKind {
  package static let colon = 58
  package static let semicolon = 59
  package static let openParenthesis = 40
  package static let closeParenthesis = 41
  package static let comma = 44
  package static let openBracket = 91
  package static let closeBracket = 93
  package static let identifier = 258
  /// `'…'`, `U&'…'`, `B'…'`, `X'…'`.
  package static let strings = 261...264
  /// Those that are texts: `'…'` and `U&'…'`, `$$…$$` among them.
  package static let texts = 261...262
  package static let integer = 266
  package static let parameter = 267
  package static let comments = 275...276
}
