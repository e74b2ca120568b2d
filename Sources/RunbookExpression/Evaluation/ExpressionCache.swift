import RunbookModel

/// The regular expressions of one evaluation, so that a macro does not compile one for each element.
struct ExpressionCache {
  private var last: (pattern: String, expression: RegularExpression)?

  mutating func expression(
    _ pattern: String
  ) throws(RegularExpressionError) -> RegularExpression {
    if let last, last.pattern.utf8.elementsEqual(pattern.utf8) { return last.expression }
    let expression = try RegularExpression(pattern)
    last = (pattern, expression)
    return expression
  }
}
