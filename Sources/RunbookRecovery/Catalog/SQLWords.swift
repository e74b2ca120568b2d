package import RunbookModel
import RunbookPostgres

/// The names in a text of SQL, function bodies in it included.
package enum SQLWords {
  /// Words as PostgreSQL folds them, without those that are never a name, and quoted names as they stand; of a body that is itself a
  /// string, its own words.
  ///
  /// A text that cannot be scanned has none.
  package static func identifiers(in text: String) -> ExactSet { identifiers(in: text, depth: 0) }

  private static func identifiers(in text: String, depth: Int) -> ExactSet {
    // What cannot be scanned is no SQL: a body in another language has words of its own, not names.
    guard depth < 4, !text.utf8.contains(0), let tokens = try? PGQuery.scan(text) else {
      return ExactSet()
    }
    let bytes = Array(text.utf8)
    var words = ExactSet()
    for token in tokens where token.start < token.end && token.end <= bytes.count {
      let word = String(decoding: bytes[token.start..<token.end], as: UTF8.self)
      switch word.utf8.first {
      case UInt8(ascii: "\"")?:
        words.insert(SQLQuote.unquoted(word))
      case UInt8(ascii: "$")?:
        guard let end = word.dropFirstScalars().index(ofFirst: "$") else { continue }
        let mark = word[...end]
        guard word.unicodeScalars.count > 2 * mark.unicodeScalars.count else { continue }
        let body = word.dropFirstScalars(mark.unicodeScalars.count).dropLastScalars(
          mark.unicodeScalars.count)
        words.formUnion(identifiers(in: String(body), depth: depth + 1))
      case UInt8(ascii: "'")?:
        let body = SQLQuote.unquoted(word)
        words.formUnion(identifiers(in: body, depth: depth + 1))
      case _ where token.isReserved: continue
      default: words.insert(ReadingSettings.folded(word))
      }
    }
    return words
  }
}
