private import RunbookModel

/// The credentials that stand as they are in a text that somebody wrote, in a language that is not known: a word of a
/// command, what one is given to read, a script of another language.
///
/// Unlike `Credentials`, which takes whatever a text may be read as, it takes what is one beyond doubt: a warning says so.
///
/// | text | the secret |
/// | --- | --- |
/// | `PASSWORD 'x'`, `IDENTIFIED BY 'x'` | what stands in quotes |
/// | `"token": "x"`, `password = 'x'`, `api_key => "x"` | what stands in quotes |
/// | `host=h password=x` | libpq's password |
/// | `machine h login u password x` | netrc's password |
public struct WrittenTexts {
  private let text: String
  private let isOpen: Bool

  /// - Parameter isOpen: whether a shell puts values in place of what follows a `$`.
  public init(_ text: String, isOpen: Bool = false) {
    self.text = text
    self.isOpen = isOpen
  }

  public var values: [String] {
    guard text.utf8.count > 8 else { return [] }
    let found =
      CredentialStatements(text).values + quotedPairs + (isConnection ? connectionWords : [])
      + netrc
    return found.filter { !$0.isEmpty && !isPutIn($0) }
  }

  /// The same, and what a file of settings holds: `password=x` and `password: x`, a line each.
  public var valuesOfFile: [String] { values + settings.filter { !isPutIn($0) } }

  /// Whether a value, or a part of it, comes from elsewhere.
  private func isPutIn(_ value: String) -> Bool {
    isOpen && value.holds { $0 == "$" || $0 == "`" }
      || value.begins(with: "$") || value.holds("{{") || value.begins(with: "%")
      || (value.begins(with: "{") && value.ends(with: "}"))
      || (value.begins(with: "<") && value.ends(with: ">"))
  }

  private static func isOfName(_ byte: UInt8) -> Bool {
    CredentialPairs.isName(byte) || byte == UInt8(ascii: ".")
  }

  // MARK: - Pairs

  /// Values in quotes behind a name that means a credential. Each byte is read at most twice.
  private var quotedPairs: [String] {
    let bytes = Array(text.utf8)
    var found: [String] = []
    // A quote of which no more stands in the text.
    var exhausted: Set<UInt8> = []
    var index = 0
    while index < bytes.count {
      let name = bytes[index...].prefix(while: Self.isOfName)
      guard !name.isEmpty else {
        index += 1
        continue
      }
      index = name.endIndex
      guard let quote = Self.quote(behindName: index, in: bytes), name.count < 200,
        !exhausted.contains(bytes[quote]),
        CommandCredentials.isSecret(String(decoding: name, as: UTF8.self))
      else { continue }
      var end = quote + 1
      while end < bytes.count, bytes[end] != bytes[quote] {
        end += bytes[end] == UInt8(ascii: "\\") ? 2 : 1
      }
      guard end < bytes.count else {
        exhausted.insert(bytes[quote])
        continue
      }
      var value = bytes[(quote + 1)..<end]
      // The quotes themselves were escaped in a text around it.
      if bytes[quote - 1] == UInt8(ascii: "\\"), value.last == UInt8(ascii: "\\") {
        value = value.dropLast()
      }
      let text = String(decoding: value, as: UTF8.self)
      if !CommandCredentials.isFlag(text) { found.append(text) }
      index = end + 1
    }
    return found
  }

  /// The quote of a value behind a name: `": "`, ` = '`, `'] = "`, `\": \"`.
  private static func quote(behindName start: Int, in bytes: [UInt8]) -> Int? {
    var index = start
    func skip(_ signs: String, most: Int) {
      let end = min(bytes.count, index + most)
      while index < end, signs.utf8.contains(bytes[index]) { index += 1 }
    }
    skip("\\\"'])", most: 4)
    skip(" \t", most: 8)
    guard index < bytes.count else { return nil }
    let sign = bytes[index]
    if sign == UInt8(ascii: ":") {
      index += 1
      if index < bytes.count, bytes[index] == UInt8(ascii: "=") { index += 1 }
    } else if sign == UInt8(ascii: "=") {
      index += 1
      if index < bytes.count, bytes[index] == UInt8(ascii: ">") { index += 1 }
    } else {
      return nil
    }
    skip(" \t", most: 8)
    if index < bytes.count, bytes[index] == UInt8(ascii: "\\") {
      // A backslash alone is what a quote in quotes is written with.
      index += 1
    }
    guard index < bytes.count, "\"'`".utf8.contains(bytes[index]) else { return nil }
    return index
  }

  /// `name=value` and `name: value` as a line.
  private var settings: [String] {
    text.pieces(separatedBy: "\n").compactMap { line -> String? in
      let line = line.trimming { $0.isWhitespace }.dropping(prefix: "export ")
      let name = line.prefixOfScalars { scalar in
        scalar.isASCIILetter || scalar.isASCIIDigit || "_-.".unicodeScalars.contains(scalar)
      }
      guard CommandCredentials.isSecret(name) else { return nil }
      let rest = line[name.endIndex...].trimming { $0 == " " || $0 == "\t" }
      guard rest.firstScalar == "=" || rest.firstScalar == ":" else { return nil }
      let value = String(
        rest.dropFirstScalars().trimming { $0.isWhitespace || $0 == "'" || $0 == "\"" })
      guard !value.isEmpty, !CommandCredentials.isFlag(value),
        // A call or a list of another language, or prose.
        !value.holds(where: { $0 == "(" || $0 == "[" || $0.isWhitespace })
      else { return nil }
      return value
    }
  }

  // MARK: - Connections

  /// Whether libpq would take it for a connection's words.
  private var isConnection: Bool {
    text.holds("password")
      && ["host", "dbname", "user", "port", "hostaddr", "service", "sslmode"].contains { name in
        text.holds("\(name)=") || text.holds("\(name) =")
      }
  }

  /// Of `password=x` and `sslpassword='x y'`.
  private var connectionWords: [String] {
    var found: [String] = []
    var rest = Substring(text)
    while let word = rest.range(ofFirst: "password") {
      rest = rest[word.upperBound...].dropScalars { $0 == " " }
      guard rest.firstScalar == "=" else { continue }
      let value = rest.dropFirstScalars().dropScalars { $0 == " " }
      if value.firstScalar == "'" {
        var plain = String.UnicodeScalarView()
        var scalars = value.dropFirstScalars().unicodeScalars
        while let scalar = scalars.popFirst(), scalar != "'" {
          plain.append(scalar == "\\" ? scalars.popFirst() ?? scalar : scalar)
        }
        found.append(String(plain))
        rest = Substring(scalars)
      } else {
        let word = value.prefixOfScalars { !$0.isWhitespace && $0 != "'" && $0 != "\"" }
        found.append(String(word))
        rest = value[word.endIndex...]
      }
    }
    return found
  }

  private var netrc: [String] {
    guard text.holds("login"), text.holds("password") else { return [] }
    let words = text.pieces { $0.isWhitespace }
    guard words.contains(where: { $0.isIdentical(to: "machine") || $0.isIdentical(to: "default") })
    else { return [] }
    return zip(words, words.dropFirst()).filter { $0.0.isIdentical(to: "password") }.map {
      String($0.1)
    }
  }
}
