import RunbookModel

/// The people and hosts that a journal names, and what they are called in a public copy.
struct PublicNames {
  private(set) var people: [Actor] = []
  private(set) var hosts: [String] = []
  /// The keys of databases of other kinds than PostgreSQL.
  private(set) var databases: [[IdentityFact]] = []

  init(_ entries: [Entry]) {
    for entry in entries {
      if !people.contains(entry.actor.person) { people.append(entry.actor.person) }
      take(entry.event)
    }
    for entry in entries {
      guard case .drill(let event) = entry.event else { continue }
      for name in event.participants where !people.contains(where: { $0.isCalled(name) }) {
        people.append(Actor(account: name, name: name))
      }
    }
  }

  /// The longest word first.
  var replacements: [(word: String, by: String)] {
    var words: [(word: String, by: String)] = []
    for (index, person) in people.enumerated() {
      // Both beside each other are one person, too.
      let both = person.typedName == nil ? nil : person.displayName
      for name in [both, person.name, person.account].compactMap(\.self)
      where Self.isTelling(name) {
        words.append((name, "Person \(index + 1)"))
      }
    }
    for (index, host) in hosts.enumerated() where Self.isTelling(host) {
      words.append((host, "host-\(index + 1)"))
    }
    return words.sorted { $0.word.utf8.count > $1.word.utf8.count }
  }

  /// Whole words only, whatever their case: `ann` is not found in `planned`, and is found as `Ann`.
  static func replacing(_ word: String, by other: String, in text: String) -> String {
    let sought = word.unicodeScalars.map(TextWords.folded)
    guard let first = sought.first, text.utf8.count >= sought.count else { return text }
    let scalars = Array(text.unicodeScalars)
    var result = String.UnicodeScalarView()
    var index = 0
    while index < scalars.count {
      let end = index + sought.count
      let isFound =
        end <= scalars.count && TextWords.folded(scalars[index]) == first
        && zip(scalars[index..<end], sought).allSatisfy { TextWords.folded($0) == $1 }
        && !(index > 0 && isPart(scalars[index - 1]))
        && !(end < scalars.count && isPart(scalars[end]))
      if isFound {
        result.append(contentsOf: other.unicodeScalars)
      } else {
        result.append(scalars[index])
      }
      index = isFound ? end : index + 1
    }
    return String(result)
  }

  /// Whether two names are one, with or without capitals.
  static func isSame(_ name: String, _ other: String) -> Bool {
    name.unicodeScalars.map(TextWords.folded) == other.unicodeScalars.map(TextWords.folded)
  }

  private static func isPart(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.isAlphabetic || scalar.isASCIIDigit
  }

  private mutating func take(_ event: Event) {
    switch event {
    case .runStarted(let started):
      add(started.host)
      for connection in started.connections { add(Self.host(ofTarget: connection.target)) }
      for input in started.inputs { addHosts(of: input.value) }
    case .runResumed(let resumed): add(resumed.host)
    case .connectionIdentified(let identified):
      let address = identified.identity.address
      if identified.identity.kind == nil { add(Self.prefix(of: address, before: ":")) }
      add(address)
      if let key = identified.identity.key, !databases.contains(key) { databases.append(key) }
    case .sandboxPrepared(let prepared):
      for connection in prepared.connections { add(Self.host(ofTarget: connection.target)) }
    case .attemptStarted(let started):
      for work in started.work where work.language == .http { addHosts(ofURLsIn: work.text) }
    default: break
    }
  }

  private mutating func add(_ host: String) {
    if host.utf8.count > 1, !hosts.contains(host) { hosts.append(host) }
  }

  private mutating func addHosts(of value: Value) {
    if let text = value.stringValue { addHosts(ofURLsIn: text) }
  }

  /// The authority's host of each URL.
  private mutating func addHosts(ofURLsIn text: String) {
    for part in text.pieces(separatedBy: "://").dropFirst() {
      let authority = Substring(
        part.unicodeScalars.prefix { !$0.isWhitespace && !"/?#\"'<>".unicodeScalars.contains($0) })
      add(Self.host(ofTarget: String(authority)))
    }
  }

  /// `akleao@db1:5432/akleao` is on `db1`.
  private static func host(ofTarget target: String) -> String {
    let authority = prefix(of: target, before: "/")
    let host = authority.pieces(separatedBy: "@").last.map(String.init) ?? authority
    return prefix(of: host, before: ":")
  }

  private static func prefix(of text: String, before mark: Unicode.Scalar) -> String {
    String(text.unicodeScalars.prefix { $0 != mark })
  }

  /// Accounts that everybody has are words like others.
  private static func isTelling(_ name: String) -> Bool {
    (name.unicodeScalars.count > 2 || name.utf8.count > 2)
      && !["root", "admin", "postgres", "localhost", "local socket", "127.0.0.1"].contains(name)
  }
}
