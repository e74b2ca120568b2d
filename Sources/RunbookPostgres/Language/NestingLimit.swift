/// Bounds how deep a statement's parse tree can be, from its tokens alone.
package enum NestingLimit {
  package static let deepest = 50_000

  /// Tokens since the last comma, summed over the open parentheses: no tree is deeper than a small
  /// multiple of that.
  ///
  /// - Returns: the byte at which the limit is passed; nil when it is not.
  package static func excess(in tokens: [PGQuery.Token]) -> Int? {
    var outer: [Int] = []
    var sum = 0
    var own = 0
    for token in tokens {
      switch token.kind {
      case SQLTokenKind.openParenthesis, SQLTokenKind.openBracket:
        outer.append(own + 1)
        own = 0
        sum += 1
      case SQLTokenKind.closeParenthesis, SQLTokenKind.closeBracket:
        sum -= own
        own = outer.popLast() ?? 0
      case SQLTokenKind.comma:
        sum -= own
        own = 0
      case SQLTokenKind.semicolon where outer.isEmpty:
        sum = 0
        own = 0
      default:
        own += 1
        sum += 1
      }
      if sum > deepest { return token.start }
    }
    return nil
  }
}
