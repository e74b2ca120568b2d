import RunbookModel
package import RunbookPostgres

/// SQLAlchemy's own marks in a text of SQL: `:name` for a value that is bound, `\:` for a colon.
///
/// https://docs.sqlalchemy.org/en/20/core/sqlelement.html#sqlalchemy.sql.expression.text
package enum SQLBinds {
  /// The same text, as long as before, with a parameter of PostgreSQL's for each value.
  ///
  /// - Parameter isName: whether psql puts a name there, and a name that nobody gives stands for it.
  package static func blanked(
    _ bytes: [UInt8], _ tokens: [PGQuery.Token], isName: Bool = false
  ) -> [UInt8] {
    var blanked = bytes
    for (index, token) in tokens.enumerated() where token.kind == SQLTokenKind.colon {
      if token.start > 0, bytes[token.start - 1] == UInt8(ascii: "\\") {
        blanked[token.start - 1] = UInt8(ascii: " ")
        continue
      }
      guard index + 1 < tokens.count, tokens[index + 1].start == token.end,
        isWord(bytes[tokens[index + 1].start])
      else { continue }
      let name = tokens[index + 1]
      if isName, name.end - token.start >= 3 {
        let mark = Array(SQLTemplate.mark.utf8)
        for (offset, place) in (token.start..<name.end).enumerated() {
          blanked[place] = offset < mark.count ? mark[offset] : UInt8(ascii: "_")
        }
        continue
      }
      for place in token.start..<name.end { blanked[place] = UInt8(ascii: " ") }
      blanked[token.start] = UInt8(ascii: "$")
      blanked[token.start + 1] = UInt8(ascii: "1")
    }
    return blanked
  }

  private static func isWord(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "_"):
      true
    default: false
    }
  }
}
