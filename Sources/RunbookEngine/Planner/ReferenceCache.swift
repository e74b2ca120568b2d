import RunbookExpression
import RunbookModel

/// The references of the expressions that were seen: people write the same conditions over and over, and
/// each text is parsed once.
final class ReferenceCache {
  /// What is written once only need not fill the memory.
  private static let limit = 1000

  private var known: [String: [Reference]] = [:]

  /// - Returns: nothing for an expression that cannot be parsed: the reader has said what is wrong.
  func references(of source: SourceText) -> [Reference] {
    if let known = known[source.text] {
      let moved = known.compactMap { $0.standing(in: source) }
      if moved.count == known.count { return moved }
    }
    // The reader has said what is wrong with its syntax.
    guard let expression = try? Expression(parsing: source) else { return [] }
    let references = expression.references
    if known.count < Self.limit { known[source.text] = references }
    return references
  }
}
