private import RunbookModel

/// The credentials that stand as they are in the words of one command, as it is written in a script or a list.
///
/// They are told by what stands before them: a name that means one (`--password x`, `TOKEN=x`, `-e DB_PASS=x`,
/// `--header 'X-Api-Key: x'`), or a program and its option (`mysql -px`, `curl -u user:x`). Words that are texts of other
/// languages are read by `WrittenTexts`.
public struct CommandCredentials {
  public struct Word: Sendable {
    let text: String
    let isOpen: Bool
    let defaults: [String]

    /// - Parameters:
    ///   - text: without the quotes that a shell takes away.
    ///   - isOpen: whether something is put into it: what a `$` or a backquote stands in is no credential itself.
    ///   - defaults: what stands in it for variables that have no value.
    public init(_ text: String, isOpen: Bool = false, defaults: [String] = []) {
      self.text = text
      self.isOpen = isOpen
      self.defaults = defaults
    }
  }

  private let words: [Word]
  /// The credentials, each with the number of its word.
  public private(set) var found: [(values: [String], word: Int)] = []

  public init(_ words: [Word]) {
    self.words = words
    var program = ""
    var options: [ProgramOption] = []
    for index in words.indices {
      takeAssignments(index)
      add(WrittenTexts(words[index].text, isOpen: words[index].isOpen).values, index)
      for option in options { take(option, at: index) }
      if !Self.asksByItself(program) { takeNamed(index, program) }
      takeHeader(index, program)
      let name = Self.programName(words[index].text)
      let own = ProgramOption.all.filter { name.begins(with: $0.program) }
      if !own.isEmpty || Self.asksByItself(name) { (program, options) = (name, own) }
    }
  }

  /// Programs that ask for a password where they are given `--password` alone: the next word is something else.
  private static func asksByItself(_ program: String) -> Bool {
    program.begins(with: "pg_")
      || [
        "psql", "createdb", "dropdb", "createuser", "dropuser", "vacuumdb", "reindexdb",
        "clusterdb",
      ].contains(program)
  }

  private static func programName(_ word: String) -> String {
    word.pieces(separatedBy: "/").last.map { String($0).lowercased() } ?? ""
  }

  private mutating func add(_ values: [String], _ index: Int) {
    let word = words[index]
    let literal = values.filter { value in
      !value.isEmpty && !(word.isOpen && value.holds { $0 == "$" || $0 == "`" })
    }
    if !literal.isEmpty { found.append((literal, index)) }
  }

  /// The value of what is a credential by its name.
  private mutating func addNamed(_ value: some StringProtocol, _ index: Int) {
    let value = String(value)
    guard !Self.isFlag(value) else { return }
    add([value], index)
    if words[index].isOpen { add(words[index].defaults, index) }
  }

  /// `PASS=1` counts what passed.
  static func isFlag(_ value: String) -> Bool {
    CredentialPairs.isSwitch(value)
      && (value.utf8.count < 3 || !value.utf8.allSatisfy { (48...57).contains($0) })
  }

  /// Whether a value looks as if nobody had thought it up.
  public static func isRandom(_ value: String) -> Bool { CredentialLexicon.isRandom(value) }

  /// Whether values of such a name are credentials, whatever they are.
  public static func isSecretName(_ name: some StringProtocol) -> Bool { isSecret(name) }

  static func isSecret(_ name: some StringProtocol) -> Bool {
    guard !name.isEmpty, name.utf8.count < 200 else { return false }
    switch CredentialName(String(name)).meaning {
    case .certain, .unless: return true
    case .none, .perhaps: return false
    }
  }

  // MARK: - By names

  /// `TOKEN=x`, `--password=x`, `-Ddb.password=x`, `--from-literal=password=x`, `a=b&token=x`.
  private mutating func takeAssignments(_ index: Int) {
    let bytes = Array(words[index].text.utf8)
    var (nameStart, place) = (0, 0)
    while place < bytes.count {
      let byte = bytes[place]
      if byte == UInt8(ascii: "="), nameStart < place,
        Self.isSecret(
          String(decoding: bytes[nameStart..<place], as: UTF8.self).trimming {
            $0 == "-" || $0 == "."
          })
      {
        let before = nameStart > 0 ? bytes[nameStart - 1] : nil
        let rest = bytes[(place + 1)...]
        let value = rest.prefix { !Self.ends(after: before).utf8.contains($0) }
        let first = Self.firstPart(value)
        addNamed(Self.unquoted(value), index)
        if first.count < value.count { addNamed(Self.unquoted(first), index) }
        place = first.endIndex
        nameStart = place
      } else {
        place += 1
        if !CredentialPairs.isName(byte), byte != UInt8(ascii: ".") { nameStart = place }
      }
    }
  }

  /// The signs at which a value in a word ends, by what stands before its name.
  private static func ends(after before: UInt8?) -> String {
    switch before {
    case UInt8(ascii: "?"), UInt8(ascii: "&"): "&# \"'"
    case UInt8(ascii: ","), UInt8(ascii: ";"): ",;&"
    case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\n"), UInt8(ascii: "\""),
      UInt8(ascii: "'"):
      " \t\n\"'"
    default: "\n"
    }
  }

  /// The value up to where another pair may begin behind it.
  private static func firstPart(_ value: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    for (place, byte) in zip(value.indices, value) where ",;&".utf8.contains(byte) {
      let name = value[(place + 1)...].prefix {
        CredentialPairs.isName($0) || $0 == UInt8(ascii: ".")
      }
      if !name.isEmpty, value[name.endIndex...].first == UInt8(ascii: "=") {
        return value[..<place]
      }
    }
    return value
  }

  private static func unquoted(_ value: ArraySlice<UInt8>) -> String {
    String(String(decoding: value, as: UTF8.self).trimming { $0 == "'" || $0 == "\"" })
  }

  /// `--password x`, and what is set by its name: `config set auth.token x`.
  private mutating func takeNamed(_ index: Int, _ program: String) {
    guard index + 1 < words.count else { return }
    let (word, next) = (words[index].text, words[index + 1].text)
    // MySQL's take what is apart for a database's name; who has mistyped a password there wrote more than letters.
    let isOfMySQL = ["mysql", "mariadb"].contains(where: program.begins)
    guard !isOfMySQL || next.unicodeScalars.contains(where: { !$0.properties.isAlphabetic }) else {
      return
    }
    // Of `-p"$PW"` the letter is the option, and the name is a variable's.
    guard !next.begins(with: "-"), !word.holds("="), !words[index].isOpen else { return }
    let isOption = word.begins(with: "--") || (word.begins(with: "-") && word.utf8.count > 4)
    // Of OpenSSL, which says where it comes from.
    guard !["pass:", "env:", "file:", "fd:"].contains(where: next.begins) || !isOption else {
      return
    }
    let isSet = index > 0 && words[index - 1].text.isIdentical(to: "set")
    guard isOption || isSet || word.isIdentical(to: "requirepass") else { return }
    if word.isIdentical(to: "requirepass") || Self.isSecret(word.trimming { $0 == "-" }) {
      addNamed(next, index + 1)
    }
  }

  /// Behind `-H` or `--header`, and as HTTPie has them: `X-Api-Key:x`.
  private mutating func takeHeader(_ index: Int, _ program: String) {
    var text = Substring(words[index].text)
    let isBehind =
      index > 0
      && ["-H", "--header", "--add-header", "--proxy-header"].contains {
        words[index - 1].text.isIdentical(to: $0)
      }
    let given = text.dropping(prefix: "--header=").dropping(prefix: "-H")
    let isHeader =
      isBehind || given.utf8.count < text.utf8.count || ["http", "https", "xh"].contains(program)
    text = given
    guard isHeader, let pair = text.halves(at: ":") else { return }
    let name = String(pair.before.trimming { $0.isWhitespace })
    guard name.utf8.allSatisfy(CredentialPairs.isName) else { return }
    add(Credentials.values(of: String(pair.after), named: name), index)
  }

  // MARK: - By programs

  private mutating func take(_ option: ProgramOption, at index: Int) {
    let word = words[index].text
    // Behind other letters of curl's: `-sSu`, `-sSuuser:x`.
    if option.program.isIdentical(to: "curl"), option.name.isIdentical(to: "-u"),
      let rest = CredentialWords.afterUser(word)
    {
      if !rest.isEmpty {
        addPart(String(rest), option.part, index)
      } else if index + 1 < words.count {
        addPart(words[index + 1].text, option.part, index + 1)
      }
      return
    }
    if word.isIdentical(to: option.name), option.form != .joined, index + 1 < words.count {
      addPart(words[index + 1].text, option.part, index + 1)
    } else if option.form != .next, word.begins(with: option.name) {
      let rest = word.dropping(prefix: option.name).dropping(prefix: "=")
      if !rest.isEmpty { addPart(String(rest), option.part, index) }
    }
  }

  private mutating func addPart(_ text: String, _ part: ProgramOption.Part, _ index: Int) {
    switch part {
    case .whole: add([text], index)
    case .behind(let sign):
      if let pair = text.halves(at: sign) { add([String(pair.after)], index) }
    case .cookie: add(Credentials.values(of: text, named: "cookie"), index)
    }
  }
}

extension Credentials {
  /// Of a header, a variable or a value that has a name of the author's: the credential in it.
  public static func values(of value: String, named name: String) -> [String] {
    let text = String(value.trimming { $0.isWhitespace })
    guard !text.isEmpty, !text.holds("\n") else { return [] }
    switch name.lowercased() {
    case "authorization", "proxy-authorization":
      let token = text.halves(at: " ").map { String($0.after.trimming { $0.isWhitespace }) }
      return values(ofCredential: token ?? text)
    case "cookie":
      let pairs = text.pieces(separatedBy: ";").compactMap { $0.halves(at: "=")?.after }
      return pairs.map { String($0.trimming { $0.isWhitespace }) }
    default:
      return CredentialName(name).isCredential(text) ? values(ofCredential: text) : []
    }
  }
}
