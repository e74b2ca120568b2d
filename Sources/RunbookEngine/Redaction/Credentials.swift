private import RunbookModel

/// Passwords, tokens and keys that stand inside of a longer text, such as a URL or a connection's words.
public enum Credentials {
  /// - Returns: each as it is written and, where that differs, as it is meant.
  public static func values(in text: String) -> [String] {
    (inURLs(text) + inPairs(text) + inHeaders(text)).flatMap { [$0, decoded($0)] }
      .filter { !$0.isEmpty }
  }

  /// The password of each `scheme://user:password@host`, and a user's name that is a token by its length.
  private static func inURLs(_ text: String) -> [String] {
    var found: [String] = []
    var rest = Substring(text)
    while let scheme = rest.range(ofFirst: "://") {
      rest = rest[scheme.upperBound...]
      let url = Substring(rest.unicodeScalars.prefix { !endsURL($0) })
      let authority = Substring(url.unicodeScalars.prefix { !"/?#".unicodeScalars.contains($0) })
      if let at = authority.index(ofLast: "@") {
        found += userInfo(authority[..<at])
      } else if let colon = authority.index(ofFirst: ":"), let at = url.index(ofLast: "@"),
        // A password with a slash in it that nobody encoded, and not a port with a path behind it.
        authority[colon...].unicodeScalars.dropFirst().contains(where: { !$0.isASCIIDigit })
      {
        found += userInfo(url[..<at])
      }
    }
    return found
  }

  private static let longestUserName = 19

  private static func userInfo(_ text: Substring) -> [String] {
    guard let colon = text.index(ofFirst: ":") else {
      return text.utf8.count > longestUserName ? [String(text)] : []
    }
    let password = String(text.utf8[colon...].dropFirst()) ?? ""
    return password.isEmpty ? [] : [password]
  }

  private static func endsURL(_ scalar: Unicode.Scalar) -> Bool {
    scalar.isWhitespace || scalar == "\"" || scalar == "<" || scalar == ">"
  }

  /// The values of words such as `password=…` and `"token": "…"`.
  private static func inPairs(_ text: String) -> [String] {
    var found: [String] = []
    let scalars = Array(text.unicodeScalars)
    var index = 0
    while index < scalars.count {
      guard isNameScalar(scalars[index]) else {
        index += 1
        continue
      }
      let start = index
      while index < scalars.count, isNameScalar(scalars[index]) { index += 1 }
      let name = string(scalars[start..<index])
      guard index < scalars.count, isCredential(name), let value = value(scalars, after: index)
      else { continue }
      found.append(value)
    }
    return found
  }

  private static let names: Set = ["sig", "auth", "pwd", "x-amz-signature", "accountkey"]

  private static func isCredential(_ name: String) -> Bool {
    names.contains(name.lowercased()) || CredentialName(name).isCredential
  }

  /// What stands after `=` or `:`: quoted, or up to what ends a word of a connection or of a query.
  private static func value(_ scalars: [Unicode.Scalar], after index: Int) -> String? {
    var index = index
    func skipBlanks() { while index < scalars.count, scalars[index] == " " { index += 1 } }
    while index < scalars.count, scalars[index] == "\"" || scalars[index] == "\\" { index += 1 }
    skipBlanks()
    guard index < scalars.count, scalars[index] == "=" || scalars[index] == ":" else { return nil }
    index += 1
    guard index >= scalars.count || scalars[index] != "/" else { return nil }
    skipBlanks()
    while index < scalars.count, scalars[index] == "\\" { index += 1 }
    guard index < scalars.count else { return nil }
    let quote = scalars[index] == "'" || scalars[index] == "\"" ? scalars[index] : nil
    if quote != nil { index += 1 }
    let start = index
    while index < scalars.count {
      let scalar = scalars[index]
      if scalar == "\\" {
        index += 2
        continue
      }
      if let quote { if scalar == quote { break } } else if endsValue(scalar) { break }
      index += 1
    }
    let value = string(scalars[start..<min(index, scalars.count)])
    return value.isEmpty ? nil : value
  }

  private static func endsValue(_ scalar: Unicode.Scalar) -> Bool {
    scalar.isWhitespace || scalar == "&" || scalar == ";" || scalar == "," || scalar == "\""
  }

  private static func isNameScalar(_ scalar: Unicode.Scalar) -> Bool {
    scalar.isASCIILetter || scalar.isASCIIDigit || scalar == "_" || scalar == "-"
  }

  /// What stands after `Bearer`, `Basic` and `Token`.
  private static func inHeaders(_ text: String) -> [String] {
    let words = text.pieces { $0.isWhitespace || $0 == "\"" || $0 == "'" }
    return zip(words, words.dropFirst()).compactMap { scheme, token in
      ["bearer", "basic", "token"].contains(scheme.lowercased()) && token.utf8.count >= 8
        ? String(token) : nil
    }
  }

  /// Percent signs and backslashes undone, whichever there are.
  private static func decoded(_ text: String) -> String {
    var bytes: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let first = rest.popFirst() {
      let digits = String(decoding: rest.prefix(2), as: UTF8.self)
      if first == UInt8(ascii: "%"), digits.utf8.count == 2, let byte = UInt8(digits, radix: 16) {
        bytes.append(byte)
        rest = rest.dropFirst(2)
      } else if first == UInt8(ascii: "\\"), let next = rest.popFirst() {
        bytes.append(next)
      } else {
        bytes.append(first)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func string(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
    var view = String.UnicodeScalarView()
    view.append(contentsOf: scalars)
    return String(view)
  }
}

/// Whether a variable or a word is a credential by what its name means.
struct CredentialName {
  private let words: [String]

  /// - Parameter name: such as `GITHUB_TOKEN`, `dbPassword` or `api-key`.
  init(_ name: String) {
    var words: [String] = []
    var word = ""
    var wasLower = false
    for scalar in name.unicodeScalars {
      let isUpper = ("A"..."Z").contains(scalar)
      if scalar == "_" || scalar == "-" || scalar == "." || (isUpper && wasLower) {
        words.append(word)
        word = ""
      }
      if scalar.isASCIILetter || scalar.isASCIIDigit { word.unicodeScalars.append(scalar) }
      wasLower = ("a"..."z").contains(scalar)
    }
    self.words = (words + [word]).map { word in
      String(word.uppercased().trimming { $0.isASCIIDigit })
    }.filter { !$0.isEmpty }
  }

  var isCredential: Bool {
    guard let last = words.last else { return false }
    if words.suffix(3) == ["ACCESS", "KEY", "ID"] { return true }
    if words.contains("WEBHOOK") { return true }
    if Self.describing.contains(last) { return false }
    if words.contains("PUBLIC") { return false }
    if words.contains(where: Self.isCredentialWord) { return true }
    guard words.count > 1 || Self.alone.contains(last) else { return false }
    return Self.lastWords.contains(last) && !Self.places.contains(words.joined(separator: "_"))
  }

  private static func isCredentialWord(_ word: String) -> Bool {
    wholeWords.contains(word)
      || ends.contains { word.ends(with: $0) }
      || (word.ends(with: "PASS") && !["BYPASS", "COMPASS", "TRESPASS"].contains(word))
  }

  private static let wholeWords: Set = [
    "SECRETS", "TOKENS", "PASSWORDS", "CREDENTIAL", "CREDENTIALS", "CREDS", "JWT", "COOKIE",
    "COOKIES", "BEARER", "PSW",
  ]
  private static let ends = [
    "PASSWORD", "PASSWD", "PASSPHRASE", "PASSCODE", "SECRET", "TOKEN", "APIKEY", "ACCESSKEY",
    "PRIVATEKEY", "SECRETKEY",
  ]
  /// Words that make a credential at a name's end, where another stands before them.
  private static let lastWords: Set = [
    "KEY", "KEYS", "PWD", "PW", "DSN", "AUTH", "PIN", "OTP", "PAT", "SIG", "SIGNATURE",
  ]
  private static let alone: Set = ["DSN", "AUTH"]
  private static let places: Set = ["OLD_PWD"]
  /// Words that say something of a credential which is not it.
  private static let describing: Set = [
    "FILE", "FILES", "PATH", "PATHS", "DIR", "DIRECTORY", "FOLDER", "URL", "URI", "HOST",
    "HOSTNAME",
    "PORT", "USER", "USERNAME", "NAME", "ID", "TYPE", "ENABLED", "DISABLED", "REQUIRED", "LENGTH",
    "MIN", "MAX", "TTL", "EXPIRY", "EXPIRES", "EXPIRATION", "AGE", "COUNT", "LIMIT", "POLICY",
    "ALGORITHM", "METHOD", "MODE", "FORMAT", "VERSION", "ISSUER", "AUDIENCE", "SCOPE", "SCOPES",
    "ENDPOINT", "PROVIDER", "STORE", "HELPER", "COMMAND", "CMD", "PROMPT", "REGION", "SIZE", "BITS",
    "DAYS", "HOURS", "MINUTES", "SECONDS", "TIMEOUT", "SOCK", "SOCKET", "LOCATION", "ROTATION",
    "ENCRYPTION",
  ]
}
