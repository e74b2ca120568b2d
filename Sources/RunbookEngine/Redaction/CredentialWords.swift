private import RunbookModel

/// The credentials in command lines, headers, netrc files and SQL: told by the words before them.
///
/// | words | the secret |
/// | --- | --- |
/// | `--password x`, `password x` beside `login` | the next word |
/// | `PASSWORD='it'\''s'` | what a shell makes of it |
/// | `-u user:x`, `--user user:x`, `--user=user:x`; curl's `-uuser:x`, `-sSu user:x` | what follows the colon |
/// | `-px` of MySQL's programs; `-p x` of sshpass, `-a x` of redis-cli, `-w x` of LDAP's | the rest |
/// | `sqlplus user/x@base`, `CONNECT user/x` | what follows the slash |
/// | `Basic x`, `Bearer x`, `Token x`; `Authorization:` with any scheme | the next word, and what it is in base64 |
/// | `Cookie: a=x; b=y` | each value |
/// | `PASSWORD 'x'`, `IDENTIFIED BY 'x'` | what stands in quotes: also in `E'x'`, `U&'x'`, `"x"`, `$$x$$` |
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
        if word == nil { word = [] }
        word?.append(rest.popFirst() ?? byte)
      case (_, _?): word?.append(byte)
      case (0...0x20, nil): end()
      case (UInt8(ascii: "'"), nil), (UInt8(ascii: "\""), nil):
        quote = byte
        if word == nil { quoted.insert(words.count) }
        word = word ?? []
      default:
        if word == nil { word = [] }
        word?.append(byte)
      }
    }
    end()
  }

  var values: [String] { options + headers + cookies + CredentialStatements(text).values }

  private static let programs: [(name: String, option: String, isJoined: Bool)] = [
    ("mysql", "-p", true), ("mariadb", "-p", true), ("sshpass", "-p", false),
    ("sshpass", "-p", true),
    ("redis-cli", "-a", false), ("ldap", "-w", false), ("mongo", "-p", false),
  ]

  private var options: [String] {
    var found: [String] = []
    let isNetrc = words.contains("machine") || words.contains("login")
    let used = Self.programs.filter { text.holds($0.name) }
    let isOracle = words.contains(where: Self.oraclePrograms.contains)
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
      found += joinedUser(word)
      if index > 0, isOfOracle(word, after: words[index - 1], isOracle) {
        found += CredentialURLs.oraclePassword(word)
      }
      guard let next else { continue }
      if word == "-u" || word == "--user" || word == "--proxy-user" || isUserOfCurl(word) {
        found += password(ofUser: next)
      } else if word.begins(with: "--"),
        quoted.contains(index + 1) || !next.begins(with: "-")
      {
        if CredentialName(word).isCredential(ofPair: next) { found.append(next) }
      } else if isNetrc, word == "password" || word == "passwd" {
        found.append(next)
      }
    }
    return found
  }

  private static let oraclePrograms: Set = ["sqlplus", "sqlldr", "expdp", "impdp", "rman"]

  /// Whether a word is `user/password` of Oracle's, by what stands before it.
  private func isOfOracle(_ word: String, after before: String, _ isOracle: Bool) -> Bool {
    if isOracle, Self.oraclePrograms.contains(before) || before.lowercased() == "-s" { return true }
    return before == "CONNECT" || (before.lowercased() == "connect" && word.holds("@"))
  }

  /// Numbers may be those of a user and a group.
  private func password(ofUser word: some StringProtocol) -> [String] {
    guard let pair = word.halves(at: ":"),
      text.holds("curl") || !CredentialPairs.isSwitch(String(pair.after))
    else { return [] }
    return [String(pair.after)]
  }

  /// `--user=me:x`, and `-ume:x` of curl's.
  private func joinedUser(_ word: String) -> [String] {
    for option in ["--user=", "--proxy-user="] where word.begins(with: option) {
      return password(ofUser: word.dropping(prefix: option))
    }
    guard text.holds("curl"), let rest = Self.afterUser(word), !rest.isEmpty else { return [] }
    return password(ofUser: rest)
  }

  private func isUserOfCurl(_ word: String) -> Bool {
    text.holds("curl") && Self.afterUser(word)?.isEmpty == true
  }

  /// What stands behind `-u` or `-U` of curl's, which other letters may stand before: `-sSu`.
  static func afterUser(_ word: String) -> Substring? {
    guard word.begins(with: "-"), !word.begins(with: "--") else { return nil }
    let letters = word.dropFirstScalars()
    guard let option = letters.unicodeScalars.firstIndex(where: { $0 == "u" || $0 == "U" }),
      letters[..<option].unicodeScalars.allSatisfy({ "fgikLNOqRsSvVIGj#01234".holds($0) })
    else { return nil }
    return letters[letters.unicodeScalars.index(after: option)...]
  }

  private var headers: [String] {
    let words = text.pieces { $0.isWhitespace || $0 == "\"" || $0 == "'" || $0 == "," }
    return zip(words.indices, zip(words, words.dropFirst())).flatMap { index, pair -> [String] in
      let isHeader = index > 0 && words[index - 1].lowercased().ends(with: "authorization:")
      let isKnown = ["bearer", "basic", "token"].contains(pair.0.lowercased())
      guard isHeader || (isKnown && pair.1.utf8.count >= 8) else { return [] }
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
}
