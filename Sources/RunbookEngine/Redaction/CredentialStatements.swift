private import RunbookModel

/// The credentials in statements of SQL, of whatever dialect: what stands in quotes behind `PASSWORD` and `IDENTIFIED BY`.
struct CredentialStatements {
  private let text: String

  init(_ text: String) { self.text = text }

  /// What follows `PASSWORD` and `IDENTIFIED BY` in SQL, in any of its quotes.
  var values: [String] {
    let upper = text.uppercased()
    guard upper.holds("PASSWORD") || upper.holds("IDENTIFIED") else { return [] }
    var found: [String] = []
    // Of the text itself, whose letters' lengths `uppercased` may change.
    var rest = Substring(text)
    // How many words ago `IDENTIFIED` was: `IDENTIFIED WITH plugin BY 'x'`.
    var words = 8
    while let word = Self.nextWord(&rest)?.uppercased() {
      words = word == "IDENTIFIED" ? 0 : words + 1
      let isIdentified = words > 0 && words < 6 && (word == "BY" || word == "AS")
      guard word == "PASSWORD" || isIdentified else { continue }
      let value = rest.dropScalars { $0.isWhitespace || $0 == "(" || $0 == "=" }
      guard value.startIndex > rest.startIndex else { continue }
      if isIdentified || value.firstScalar != "\"" { found += Self.literal(value) }
    }
    return found
  }

  /// The next word of ASCII letters.
  private static func nextWord(_ rest: inout Substring) -> Substring? {
    rest = rest.dropScalars { !$0.isASCIILetter }
    let word = rest.prefixOfScalars { $0.isASCIILetter }
    guard !word.isEmpty else { return nil }
    rest = rest[word.endIndex...]
    return word
  }

  /// A constant in quotes, as written and without doubled quotes; nothing where there is none.
  static func literal(_ text: Substring) -> [String] {
    if text.begins(with: "$"), let tag = text.dropFirstScalars().halves(at: "$"),
      tag.before.utf8.count < 64, tag.before.utf8.allSatisfy(CredentialPairs.isName),
      let value = tag.after.halves(at: "$\(tag.before)$")
    {
      return [String(value.before)]
    }
    let prefix = text.prefixOfScalars(3).prefixOfScalars { $0 != "'" && $0 != "\"" }
    guard ["", "E", "N", "U&", "B", "X"].contains(prefix.uppercased()) else { return [] }
    let body = text[prefix.endIndex...]
    guard let quote = body.firstScalar, quote == "'" || quote == "\"" else { return [] }
    let isEscaped = prefix.uppercased() == "E"
    var (raw, plain) = (String.UnicodeScalarView(), String.UnicodeScalarView())
    var scalars = body.dropFirstScalars().unicodeScalars
    while let scalar = scalars.popFirst() {
      if isEscaped, scalar == "\\", let next = scalars.popFirst() {
        raw.append(contentsOf: [scalar, next])
        plain.append(contentsOf: [scalar, next])
        continue
      }
      if scalar == quote {
        guard scalars.first == quote else { break }
        scalars.removeFirst()
        raw.append(quote)
      }
      raw.append(scalar)
      plain.append(scalar)
      if plain.count > CredentialPairs.longestValue { break }
    }
    return [String(raw), String(plain)]
  }
}

extension Credentials {
  /// What a constant of SQL is, as written and as meant.
  ///
  /// - Parameter text: with its quotes and what stands right before them.
  public static func values(ofSQLConstant text: String) -> [String] {
    let found = CredentialStatements.literal(Substring(text))
    guard let raw = found.first, text.firstScalar == "E" || text.firstScalar == "e" else {
      return found
    }
    return found + [unescaped(raw, hasBytes: true)]
  }
}
