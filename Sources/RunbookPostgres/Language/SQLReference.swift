import RunbookModel

/// A value's name in a step's SQL, in one of psql's three spellings.
package struct SQLReference: Sendable, Hashable {
  package enum Form: Sendable, Hashable {
    /// `:name`, a bound parameter.
    case parameter
    /// `:"name"`, a quoted identifier.
    case identifier
    /// `:'name'`, a quoted literal.
    case literal
  }

  package let name: String
  package let form: Form
  /// UTF-8 bytes of the text, the colon included.
  package let range: Range<Int>
  /// Whether the colon may as well be that of a subscript's slice, as in `a[1:n]`.
  package var mayBeSlice = false

  /// Finds the references among a text's tokens, in order.
  ///
  /// - Parameter names: the names that have values. Where a subscript's slice (`a[1:n]`) could be
  ///   meant as well, only these are references.
  package static func find(
    in bytes: [UInt8], tokens: [PGQuery.Token], names: Set<String>
  ) -> [SQLReference] {
    var found: [SQLReference] = []
    var brackets = 0
    for (index, token) in tokens.enumerated() {
      if token.kind == SQLTokenKind.openBracket { brackets += 1 }
      if token.kind == SQLTokenKind.closeBracket { brackets -= 1 }
      guard token.kind == SQLTokenKind.colon, index + 1 < tokens.count else { continue }
      let next = tokens[index + 1]
      guard next.start == token.end, next.end <= bytes.count, next.start < next.end,
        let (name, form) = read(bytes[next.start..<next.end])
      else { continue }
      let mayBeSlice =
        brackets > 0 && form == .parameter && index > 0 && endsOperand(tokens[index - 1])
      if mayBeSlice && !names.contains(name) { continue }
      found.append(
        SQLReference(
          name: name, form: form, range: token.start..<next.end, mayBeSlice: mayBeSlice))
    }
    return found
  }

  /// Whether a subscript's lower bound may end here, so that a colon after it makes a slice.
  private static func endsOperand(_ token: PGQuery.Token) -> Bool {
    let kinds = [
      SQLTokenKind.closeBracket, SQLTokenKind.closeParenthesis, SQLTokenKind.identifier,
      SQLTokenKind.integer, SQLTokenKind.parameter,
    ]
    return kinds.contains(token.kind)
  }

  private static func read(_ bytes: ArraySlice<UInt8>) -> (String, Form)? {
    guard let first = bytes.first, let last = bytes.last else { return nil }
    let isQuoted = bytes.count > 2 && first == last
    if isQuoted, first == UInt8(ascii: "\"") || first == UInt8(ascii: "'") {
      let name = bytes.dropFirst().dropLast()
      guard isName(name) else { return nil }
      let form: Form = first == UInt8(ascii: "'") ? .literal : .identifier
      return (String(decoding: name, as: UTF8.self), form)
    }
    guard isName(bytes) else { return nil }
    return (String(decoding: bytes, as: UTF8.self), .parameter)
  }

  private static func isName(_ bytes: ArraySlice<UInt8>) -> Bool {
    guard let first = bytes.first, !(48...57).contains(first) else { return false }
    return bytes.allSatisfy { byte in
      (65...90).contains(byte) || (97...122).contains(byte) || (48...57).contains(byte)
        || byte == UInt8(ascii: "_")
    }
  }
}
