import RunbookModel

/// The regular expressions of one evaluation, so that a macro does not compile one for each element.
struct ExpressionCache {
  private static let most = 16
  private var known: [(pattern: String, expression: RegularExpression)] = []

  /// - Returns: the expression, and whether it was compiled just now.
  mutating func expression(
    _ pattern: String
  ) throws(RegularExpressionError) -> (RegularExpression, isNew: Bool) {
    if let found = known.first(where: { $0.pattern.isIdentical(to: pattern) }) {
      return (found.expression, false)
    }
    let expression = try RegularExpression(pattern)
    if known.count == Self.most { known.removeFirst() }
    known.append((pattern, expression))
    return (expression, true)
  }
}
