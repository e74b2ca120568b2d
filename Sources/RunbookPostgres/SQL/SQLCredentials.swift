import RunbookEngine
import RunbookModel

/// The credentials that stand in SQL as they are: literals, by what PostgreSQL's own scanner sees before them.
///
/// | before the literal | such as |
/// | --- | --- |
/// | a word that means a credential | `PASSWORD 'x'`, `OPTIONS (user 'u', password 'x')` |
/// | that and `=`, `TO` or `=>` | `SET app.token = 'x'`, `dblink(…, password => 'x')` |
/// | a function's name | `set_config('app.token', 'x', false)`, `pgp_sym_encrypt(data, 'x')`, `crypt('x', …)` |
/// | anything, where the literal's own text shows it | `CONNECTION 'host=h password=x'`, `'{"token": "x"}'` |
///
/// Where a row's column is compared or set, only what no person thought up counts: `WHERE token = 'expired'` is none. A
/// literal that is itself SQL, such as a function's body, is read in the same way. A value's `:'name'` is none.
struct SQLCredentials {
  private(set) var found: [StepCredential] = []
  private let source: SourceText

  /// How deep SQL may stand in literals of SQL.
  private static let deepest = 3

  init(_ source: SourceText) {
    self.source = source
    guard source.text.utf8.count <= SQLText.largestSize, !source.text.utf8.contains(0) else {
      return
    }
    take(source.text, at: 0, 0, source.place(atByte: 0))
  }

  /// - Parameters:
  ///   - start: where the text begins in the source, by byte; nil where it is not as it stands there.
  ///   - around: the place of the literal that it is.
  private mutating func take(_ text: String, at start: Int?, _ depth: Int, _ around: Place) {
    let tokens: [PGQuery.Token]
    do throws(PGQuery.Fault) {
      tokens = try PGQuery.scan(text, limit: SQLText.mostTokens)
        .filter { !SQLTokenKind.comments.contains($0.kind) }
    } catch {
      // Of another dialect, or no SQL.
      add(WrittenTexts(text).values, around)
      return
    }
    var surroundings = SQLLiteralPlace(Array(text.utf8))
    for token in tokens {
      guard SQLTokenKind.texts.contains(token.kind) else {
        surroundings.pass(token)
        continue
      }
      let range = token.start..<min(token.end, text.utf8.count)
      let place =
        start.map { source.place(atByte: $0 + range.lowerBound, length: range.count) } ?? around
      let written = String(decoding: surroundings.bytes[range], as: UTF8.self)
      let values = Credentials.values(ofSQLConstant: written)
      guard let plain = values.last else {
        surroundings.pass(token)
        continue
      }
      if surroundings.isSecret(plain) {
        add(values, place)
      } else {
        add(WrittenTexts(plain).values.flatMap { [$0, $0.replacingAll("'", with: "''")] }, place)
        if depth < Self.deepest, plain.holds(where: \.isWhitespace), plain.holds("'") {
          let offset = written.range(ofFirst: plain).map {
            written.utf8.distance(from: written.startIndex, to: $0.lowerBound)
          }
          let inner = offset.flatMap { offset in start.map { $0 + range.lowerBound + offset } }
          take(plain, at: inner, depth + 1, place)
        }
      }
      surroundings.pass(token, content: plain)
    }
  }

  private mutating func add(_ values: [String], _ place: Place) {
    guard !values.isEmpty else { return }
    if let last = found.last, last.place == place {
      found[found.count - 1] = StepCredential(last.values + values, last.what, at: place)
    } else {
      found.append(StepCredential(values, "a credential", at: place))
    }
  }
}

/// What stands before a literal, as far as it tells what the literal is.
private struct SQLLiteralPlace {
  let bytes: [UInt8]
  /// The last few tokens of the statement, in capitals.
  private var last: [String] = []
  /// The statement's first word.
  private var verb = ""
  /// Whether rows are chosen by what follows.
  private var isCondition = false
  /// Calls that are open: the function's name, how many arguments are behind, and the first one's text.
  private var calls: [(name: String, arguments: Int, first: String?)] = []

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// - Parameter content: what a literal means.
  mutating func pass(_ token: PGQuery.Token, content: String? = nil) {
    let text = String(
      decoding: bytes[token.start..<min(token.end, bytes.count)].prefix(200), as: UTF8.self)
    switch token.kind {
    case SQLTokenKind.semicolon:
      (last, verb, isCondition, calls) = ([], "", false, [])
      return
    case SQLTokenKind.openParenthesis:
      calls.append((last.last?.lowercased() ?? "", 0, nil))
    case SQLTokenKind.closeParenthesis: _ = calls.popLast()
    case SQLTokenKind.comma where !calls.isEmpty: calls[calls.count - 1].arguments += 1
    default:
      if let content, let call = calls.last, call.arguments == 0, call.first == nil {
        calls[calls.count - 1].first = content
      }
    }
    let word = text.uppercased()
    if verb.isEmpty { verb = word }
    if Self.conditions.contains(word) { isCondition = true }
    // The words of a name are one: `app.token`.
    if let former = last.last, former == "." || text == "." && Self.isWord(former) {
      last[last.count - 1] = former == "." ? text : "."
    } else {
      last.append(text)
    }
    if last.count > 3 { last.removeFirst() }
  }

  private static let conditions: Set = ["WHERE", "HAVING", "ON", "WHEN", "AND", "OR", "SELECT"]

  private static func isWord(_ text: String) -> Bool {
    guard let first = text.unicodeScalars.first else { return false }
    return first.isLetter || first == "_" || first == "\""
  }

  private static func isName(_ text: String) -> Bool {
    isWord(text)
      && CommandCredentials.isSecretName(text.trimming { $0 == "\"" })
  }

  /// Whether a literal here is a credential whatever it is, or by what it is.
  func isSecret(_ value: String) -> Bool {
    guard !value.isEmpty, !value.holds("${{") else { return false }
    if isArgument { return true }
    guard let before = last.last else { return false }
    if Self.isName(before) { return true }
    guard ["=", "TO", "=>", ":="].contains(before.uppercased()), last.count > 1,
      Self.isName(last[last.count - 2])
    else { return false }
    let isSetting = verb == "SET" || verb == "ALTER" || before == "=>"
    return isSetting && !isCondition || CommandCredentials.isRandom(value)
  }

  private var isArgument: Bool {
    guard let call = calls.last, last.last == "(" || last.last == "," else { return false }
    switch call.name {
    case "set_config", "json_build_object", "jsonb_build_object", "hstore":
      return call.arguments == 1
        && call.first.map { CommandCredentials.isSecretName($0) } == true
    case "crypt": return call.arguments == 0
    case "pgp_sym_encrypt", "pgp_sym_decrypt", "pgp_sym_encrypt_bytea", "pgp_sym_decrypt_bytea",
      "hmac", "encrypt", "decrypt":
      return call.arguments == 1
    default: return false
    }
  }
}
