private import RunbookModel

/// The credentials in command lines, headers, netrc files and SQL: told by the words before them.
///
/// | words | the secret |
/// | --- | --- |
/// | `--password x`, `password x` beside `login` | the next word |
/// | `PASSWORD='it'\''s'` | what a shell makes of it |
/// | `-u user:x`, `--user user:x` | what follows the colon |
/// | `-px` of MySQL's programs; `-p x` of sshpass, `-a x` of redis-cli, `-w x` of LDAP's | the rest |
/// | `Basic x`, `Bearer x`, `Token x` | the next word, and what it is in base64 |
/// | `Cookie: a=x; b=y` | each value |
/// | `PASSWORD 'x'`, `IDENTIFIED BY 'x'` | what stands in quotes |
struct CredentialWords {
  private let text: String
  private var words: [String] = []
  /// Which of them were quoted.
  private var quoted = Set<Int>()

  init(_ bytes: [UInt8]) {
    text = String(decoding: bytes, as: UTF8.self)
    readWords(bytes)
  }

  /// As a shell reads them, quotes and backslashes undone.
  private mutating func readWords(_ bytes: [UInt8]) {
    var word: [UInt8]?
    var quote: UInt8?
    var rest = bytes[...]
    func end() {
      if let word { words.append(String(decoding: word, as: UTF8.self)) }
      word = nil
    }
    while let byte = rest.popFirst() {
      switch (byte, quote) {
      case (let byte, let open?) where byte == open: quote = nil
      case (UInt8(ascii: "\\"), let open) where open != UInt8(ascii: "'"):
        word = (word ?? []) + [rest.popFirst() ?? byte]
      case (_, _?): word?.append(byte)
      case (0...0x20, nil): end()
      case (UInt8(ascii: "'"), nil), (UInt8(ascii: "\""), nil):
        quote = byte
        if word == nil { quoted.insert(words.count) }
        word = word ?? []
      default:
        word = (word ?? []) + [byte]
      }
    }
    end()
  }

  var values: [String] { options + headers + cookies + statements }

  private static let programs: [(name: String, option: String, isJoined: Bool)] = [
    ("mysql", "-p", true), ("mariadb", "-p", true), ("sshpass", "-p", false),
    ("sshpass", "-p", true),
    ("redis-cli", "-a", false), ("ldap", "-w", false), ("mongo", "-p", false),
  ]

  private var options: [String] {
    var found: [String] = []
    let isNetrc = words.contains("machine") || words.contains("login")
    let used = Self.programs.filter { text.holds($0.name) }
    for (index, word) in words.enumerated() {
      let next = index + 1 < words.count ? words[index + 1] : nil
      for program in used {
        if program.isJoined, word.begins(with: program.option), !word.begins(with: "--") {
          found.append(String(word.dropping(prefix: program.option)))
        } else if !program.isJoined, word == program.option, let next {
          found.append(next)
        }
      }
      if let pair = word.halves(at: "="), pair.before.utf8.allSatisfy(CredentialPairs.isName),
        CredentialName(String(pair.before)).meaning == .certain
      {
        found.append(String(pair.after))
      }
      guard let next else { continue }
      if word == "-u" || word == "--user" || word == "--proxy-user" {
        // Numbers may be those of a user and a group.
        if let pair = next.halves(at: ":"),
          text.holds("curl") || !CredentialPairs.isSwitch(String(pair.after))
        {
          found.append(String(pair.after))
        }
      } else if word.begins(with: "--"),
        quoted.contains(index + 1) || !next.begins(with: "-")
      {
        switch CredentialName(word).meaning {
        case .certain: found.append(next)
        case .perhaps where !CredentialPairs.isSwitch(next): found.append(next)
        default: break
        }
      } else if isNetrc, word == "password" || word == "passwd" {
        found.append(next)
      }
    }
    return found
  }

  private var headers: [String] {
    let words = text.pieces { $0.isWhitespace || $0 == "\"" || $0 == "'" || $0 == "," }
    return zip(words.indices, zip(words, words.dropFirst())).flatMap { index, pair -> [String] in
      guard ["bearer", "basic", "token"].contains(pair.0.lowercased()) else { return [] }
      let isHeader = index > 0 && words[index - 1].lowercased().ends(with: "authorization:")
      guard isHeader || pair.1.utf8.count >= 8 else { return [] }
      return Credentials.values(ofCredential: String(pair.1))
    }
  }

  /// The shortest value of a cookie that is taken by itself: others are flags.
  private static let shortestCookie = 6

  private var cookies: [String] {
    guard let line = text.lowercased().range(ofFirst: "cookie:") else { return [] }
    let rest = text.dropFirstScalars(
      text.lowercased()[..<line.upperBound].unicodeScalars.count)
    return rest.prefixOfScalars { !$0.isNewline }.pieces(separatedBy: ";").compactMap { piece in
      guard let pair = piece.halves(at: "=") else { return nil }
      let name = pair.before.trimming { $0.isWhitespace }.lowercased()
      guard !["path", "domain", "expires", "max-age", "samesite"].contains(name),
        pair.after.utf8.count >= Self.shortestCookie
      else { return nil }
      return String(pair.after.trimming { $0.isWhitespace || $0 == "\"" })
    }
  }

  private var statements: [String] {
    var found: [String] = []
    var rest = Substring(text)
    while let quote = rest.range(ofFirst: "'") {
      let before = rest[..<quote.lowerBound].suffixOfScalars(60).uppercased()
        .trimming { $0.isWhitespace }
      rest = rest[quote.upperBound...]
      guard before.ends(with: "PASSWORD") || before.ends(with: "IDENTIFIED BY") else { continue }
      var value = ""
      while let end = rest.range(ofFirst: "'") {
        value += rest[..<end.lowerBound]
        rest = rest[end.upperBound...]
        guard rest.begins(with: "'") else { break }
        value += "'"
        rest = rest.dropFirstScalars(1)
      }
      found.append(value)
    }
    return found
  }
}
