private import RunbookModel

/// Credentials that are known by their shape alone, whatever they are called and wherever in a text they stand: the
/// password of a URL's `user:password@`, and the token of a value that is `Basic …` or `Bearer …`.
struct CredentialShapes {
  private let text: String

  init(_ text: String) { self.text = text }

  var values: [String] {
    urls + tokens
  }

  private var urls: [String] {
    guard text.utf8.contains(UInt8(ascii: "@")) || text.holds("oracle:") else { return [] }
    return Credentials.parts(of: Array(text.utf8)).flatMap { CredentialURLs($0).read().values }
  }

  /// Of each line that is a scheme's name and one word, in quotes or behind a header's name or not.
  private var tokens: [String] {
    text.pieces(separatedBy: "\n").compactMap { line in
      guard line.utf8.count > 13 else { return nil }
      var words = line.trimming { $0.isWhitespace }.pieces(separatedBy: " ").filter { !$0.isEmpty }
      if let first = words.first, first.ends(with: ":"), words.count == 3 { words.removeFirst() }
      guard words.count == 2 else { return nil }
      let token = words[1].trimming { "\"',".unicodeScalars.contains($0) }
      let scheme = words[0].trimming { "\"'".unicodeScalars.contains($0) }
      return Self.isToken(String(token), of: String(scheme).lowercased()) ? String(token) : nil
    }
  }

  /// Whether a word is a token and none of prose, as in "Basic authentication": one of Basic says `user:password`.
  private static func isToken(_ token: String, of scheme: String) -> Bool {
    guard token.utf8.count >= 8, token.utf8.allSatisfy(isOfToken) else { return false }
    switch scheme {
    case "basic": return Credentials.isBasic(token)
    case "bearer", "token":
      let isWord = token.utf8.allSatisfy { $0.isLetter || $0 == UInt8(ascii: "-") }
      return !isWord || token.utf8.count >= 20
    default: return false
    }
  }

  /// `token68` of RFC 9110.
  private static func isOfToken(_ byte: UInt8) -> Bool {
    byte.isLetter || byte.isDigit || "-._~+/=".utf8.contains(byte)
  }
}

extension Credentials {
  static func values(byShapeIn text: String) -> [String] {
    let found = CredentialShapes(text).values
    guard !found.isEmpty else { return [] }
    return found.flatMap { values(ofCredential: $0) }
  }
}
