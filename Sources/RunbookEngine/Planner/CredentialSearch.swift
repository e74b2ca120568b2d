import RunbookModel

/// Looks for credentials in what a runbook writes and what comes of it: a password in a URL's authority or in a
/// connection's words, an `Authorization` header, a value whose name is a credential's.
///
/// They are sought in values, wherever those stand in the file: in a step's fields, a list, a constant's map, an input's
/// default.
struct CredentialSearch {
  /// The values to be taken out of what is stored and shown.
  private(set) var values: [String] = []
  /// Where they stand, a name of the place each.
  private(set) var findings: [(what: String, place: Place)] = []
  /// What a text becomes once its values are put in, as a URL or not; nil where that is not known. Nil looks at what
  /// is written alone.
  private let fill: ((SourceText, _ asURL: Bool) -> String?)?

  /// The kinds of steps, which read what is in their own languages.
  private let kinds: [String: any StepKind]

  init(kinds: [any StepKind] = [], fill: ((SourceText, _ asURL: Bool) -> String?)? = nil) {
    self.kinds = Dictionary(
      kinds.map { ($0.spec.name, $0) }, uniquingKeysWith: { first, _ in first })
    self.fill = fill
  }

  /// Everything that is written in a runbook.
  mutating func take(_ runbook: Runbook) {
    for connection in runbook.connections { take(connection.url, named: nil) }
    for step in runbook.steps { take(step) }
    for constant in runbook.constants {
      take(constant.value, named: constant.name, at: constant.place)
    }
    for input in runbook.inputs {
      guard let fallback = input.fallback else { continue }
      // A name of its own is a matter of `secret: true`.
      take(fallback, named: nil, at: input.place)
    }
    for field in runbook.report?.all ?? [] { take(field.value, named: nil) }
    if let sandbox = runbook.sandbox { take(sandbox) }
    if let simulation = runbook.drill?.simulation {
      for given in simulation.inputs { take(given.value, named: nil, at: given.name.place) }
      for given in simulation.steps.flatMap(\.attempts).flatMap(\.results) {
        take(given.value, named: nil, at: given.name.place)
      }
    }
  }

  private mutating func take(_ sandbox: Runbook.Sandbox) {
    for setting in sandbox.inputs + sandbox.settings { take(setting.value, named: nil) }
    for step in sandbox.fixture + sandbox.fault { take(step) }
    for service in sandbox.services {
      for word in service.command { take(word, named: nil) }
      takeCommand(service.command)
      for variable in service.environment { take(variable.value, named: variable.name) }
    }
  }

  private mutating func take(_ step: Step) {
    take(step.body, of: step.kind)
    for field in step.options.settle?.all ?? [] {
      if case .fields(let body) = field.value { take(body, of: field.name) }
    }
    for capture in step.options.captures {
      if let fallback = capture.fallback { take(fallback, named: nil, at: capture.place) }
    }
  }

  /// What stands behind a kind's key.
  private mutating func take(_ body: Fields, of kind: String) {
    for field in body.all { take(field.value, named: nil) }
    for found in kinds[kind]?.credentials(in: body) ?? [] {
      add(found.values.filter { !Self.isFilledIn($0) }, found.what, found.place)
    }
  }

  /// The words of a command that no shell reads.
  private mutating func takeCommand(_ words: [SourceText]) {
    guard fill == nil else { return }
    let command = words.map { CommandCredentials.Word($0.text, isOpen: Self.isFilledIn($0.text)) }
    for found in CommandCredentials(command).found {
      add(found.values.filter { !Self.isFilledIn($0) }, "a credential", words[found.word])
    }
  }

  /// - Parameter name: where the author gave it, and no kind.
  private mutating func take(_ value: FieldValue, named name: String?) {
    switch value {
    case .text(let source): take(source, named: name)
    case .data(let value, let place): take(value, named: name, at: place)
    case .list(let items):
      for item in items { take(item, named: nil) }
      takeCommand(items.compactMap(\.text))
    case .fields(let fields):
      for field in fields.all { take(field.value, named: field.name) }
    case .step(let step): take(step)
    case .file(_, let contents): take(contents, named: nil)
    case .bool, .int, .duration: break
    }
  }

  /// A value that is data: each text and number in it, by the name that is nearest.
  mutating func take(_ value: Value, named name: String?, at place: Place) {
    // Names of data are less certain than those of headers and variables.
    let name = name.flatMap { CredentialName($0).meaning == .perhaps ? nil : $0 }
    switch value {
    case .string(let text):
      take(
        SourceText(text, at: place, layout: .opaque),
        named: CredentialPairs.isSwitch(text) ? nil : name)
    case .list(let items):
      for item in items { take(item, named: name, at: place) }
    case .map(let map):
      for (key, value) in map.pairs { take(value, named: key.stringValue ?? name, at: place) }
    case .int(let number):
      guard let name, number.magnitude > 999 else { return }
      take(SourceText(String(number), at: place, layout: .opaque), named: name)
    default: break
    }
  }

  private mutating func take(_ source: SourceText, named name: String?) {
    guard let fill else {
      if Self.isAddress(source.text) {
        add(
          Credentials.values(in: source.text).filter { !Self.isFilledIn($0) }, "a password", source)
      } else if let name, !Self.isFilledIn(source.text),
        !Credentials.values(of: source.text, named: name).isEmpty
      {
        add(Credentials.values(of: source.text, named: name), "`\(name)`", source)
      } else {
        add(
          Credentials.values(byShapeIn: source.text).filter { !Self.isFilledIn($0) },
          "a credential", source)
      }
      return
    }
    guard Self.isFilledIn(source.text) else { return }
    if let url = fill(source, true), Self.isAddress(url) {
      add(Credentials.values(in: url), "a password", source)
    } else if let text = fill(source, false) {
      let named = name.map { Credentials.values(of: text, named: $0) } ?? []
      add(named + Credentials.values(byShapeIn: text), "a credential", source)
    }
  }

  private mutating func add(_ found: [String], _ what: String, _ source: SourceText) {
    add(found, what, source.place(atScalar: 0, length: source.text.unicodeScalars.count))
  }

  private mutating func add(_ found: [String], _ what: String, _ place: Place) {
    let found = found.filter { !$0.isEmpty }
    guard !found.isEmpty else { return }
    values += found
    findings.append((what, place))
  }

  /// Whether it is a URL, or libpq's words for a connection.
  static func isAddress(_ text: String) -> Bool { isURL(text) || isWords(text) }

  /// Whether a scheme and `://` are its beginning.
  private static func isURL(_ text: String) -> Bool {
    guard let end = text.range(ofFirst: "://") else { return false }
    let scheme = text[..<end.lowerBound].trimming { $0.isWhitespace }
    return !scheme.isEmpty
      && scheme.unicodeScalars.allSatisfy {
        $0.isASCIILetter || $0.isASCIIDigit || "+-.".unicodeScalars.contains($0)
      }
  }

  /// Whether it begins with one of libpq's keywords, and another is the password's.
  private static func isWords(_ text: String) -> Bool {
    guard let first = text.halves(at: "=") else { return false }
    let keyword = first.before.trimming { $0.isWhitespace }
    let isKeyword = [
      "host", "hostaddr", "port", "dbname", "user", "password", "service", "sslmode",
    ]
    .contains { keyword.isIdentical(to: $0) }
    return isKeyword && text.holds("password")
  }

  /// Whether it is, or has a part, that a value comes in place of.
  private static func isFilledIn(_ text: String) -> Bool {
    text.holds("${{") || text.holds("}}")
  }
}

extension Credentials {
  /// A text with a mark in place of the passwords and tokens that stand in it by its own grammar, such as a URL's.
  public static func masked(_ text: String) -> String {
    let found = values(in: text)
    return found.isEmpty ? text : Redactor(secrets: found).redact(text)
  }
}
