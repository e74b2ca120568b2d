import RunbookModel

/// A journal without hosts, people and query values, for a report that leaves the house.
///
/// Accounts and names become `Person 1`, hosts `host-1`; what bound parameters, rows, bodies and outputs
/// held is gone, and so are string literals in statements. What the runbook's author puts into the report
/// by a capture stays: it is to be read before it is published.
struct PublicCopy {
  /// What the copy says of itself, and is known by.
  static let mark = "public copy: hosts, people and query values are left out"
  static let leftOut = "[left out]"

  /// Whether a report says that it is one, in any format.
  static func isNamed(in text: String) -> Bool {
    text.holds(mark) || text.contains(/"is_public" ?: ?true/)
  }

  private let people: [Actor]
  private let hosts: [String]
  private let kinds: [StepID: String]
  private let replacements: [(word: String, by: String)]

  static func entries(_ entries: [Entry]) -> [Entry] {
    let copy = PublicCopy(entries)
    return entries.map { entry in
      Entry(
        sequence: entry.sequence, recordedAt: entry.recordedAt, actor: copy.person(entry.actor),
        event: copy.event(entry.event), body: entry.body, hash: entry.hash)
    }
  }

  private init(_ entries: [Entry]) {
    var people: [Actor] = []
    var hosts: [String] = []
    var kinds: [StepID: String] = [:]
    func add(_ host: String) {
      if host.utf8.count > 1, !hosts.contains(host) { hosts.append(host) }
    }
    for entry in entries {
      if !people.contains(entry.actor) { people.append(entry.actor) }
      switch entry.event {
      case .runStarted(let started):
        add(started.host)
        for connection in started.connections { add(Self.host(ofTarget: connection.target)) }
        for step in started.runbook.steps { kinds[step.id] = step.kind }
      case .runResumed(let resumed):
        add(resumed.host)
        for step in resumed.change?.runbook.steps ?? [] { kinds[step.id] = step.kind }
      case .connectionIdentified(let identified):
        add(String(identified.identity.address.prefixOfScalars { $0 != ":" }))
        add(identified.identity.address)
      case .sandboxPrepared(let prepared):
        for connection in prepared.connections { add(Self.host(ofTarget: connection.target)) }
      default: break
      }
    }
    for entry in entries {
      guard case .drill(let event) = entry.event else { continue }
      for name in event.participants where !people.contains(where: { $0.isCalled(name) }) {
        people.append(Actor(account: name, name: name))
      }
    }
    self.people = people
    self.hosts = hosts
    self.kinds = kinds
    var words: [(word: String, by: String)] = []
    for (index, person) in people.enumerated() {
      for name in [person.name, person.account].compactMap({ $0 }) where Self.isTelling(name) {
        words.append((name, "Person \(index + 1)"))
      }
    }
    for (index, host) in hosts.enumerated() where Self.isTelling(host) {
      words.append((host, "host-\(index + 1)"))
    }
    replacements = words.sorted { $0.word.utf8.count > $1.word.utf8.count }
  }

  /// `akleao@db1:5432/akleao` is on `db1`.
  private static func host(ofTarget target: String) -> String {
    let authority = target.prefixOfScalars { $0 != "/" }
    let host =
      authority.index(ofLast: "@").map { authority[$0...].dropFirstScalars() } ?? authority
    return String(host.prefixOfScalars { $0 != ":" })
  }

  /// Accounts that everybody has are words like others.
  private static func isTelling(_ name: String) -> Bool {
    name.unicodeScalars.count > 2
      && !["root", "admin", "postgres", "localhost", "local socket", "127.0.0.1"].contains(name)
  }

  private func person(_ actor: Actor) -> Actor {
    let number = (people.firstIndex(of: actor) ?? people.count) + 1
    return Actor(account: "person-\(number)", name: "Person \(number)")
  }

  /// The same pseudonym as the actor of that name has.
  private func participant(_ name: String) -> String {
    let number = (people.firstIndex { $0.isCalled(name) } ?? people.count) + 1
    return "Person \(number)"
  }

  private func event(_ event: Event) -> Event {
    switch event.mapTexts(text) {
    case .runStarted(let started): .runStarted(self.started(started))
    case .runResumed(let resumed):
      .runResumed(
        RunResumed(
          host: host(resumed.host), approvals: resumed.approvals, toolVersion: resumed.toolVersion,
          generation: resumed.generation, takenFrom: resumed.takenFrom.map(text),
          change: resumed.change))
    case .connectionIdentified(let identified):
      .connectionIdentified(
        ConnectionIdentified(
          connection: identified.connection, identity: identity(identified.identity),
          clockOffsetMicroseconds: identified.clockOffsetMicroseconds))
    case .attemptStarted(let started):
      .attemptStarted(
        AttemptStarted(
          step: started.step, attempt: started.attempt, effect: started.effect,
          isEffectDeclared: started.isEffectDeclared, connection: started.connection,
          work: started.work.map(work), settledBy: started.settledBy))
    case .attemptFinished(let finished): .attemptFinished(self.finished(finished))
    case .drill(let event): .drill(event.mapParticipants(participant))
    case let other: other
    }
  }

  private func started(_ started: RunStarted) -> RunStarted {
    RunStarted(
      formatVersion: started.formatVersion, toolVersion: started.toolVersion, run: started.run,
      runbook: started.runbook,
      inputs: started.inputs.map { input in
        InputRecord(
          name: input.name, type: input.type,
          value: input.value == .null ? .null : .string(Self.leftOut),
          origin: input.origin, isSecret: input.isSecret)
      }, constants: started.constants, connections: started.connections,
      planFingerprint: started.planFingerprint, isSandbox: started.isSandbox,
      isDrill: started.isDrill, host: host(started.host), approvals: started.approvals,
      secretCount: started.secretCount)
  }

  private func host(_ name: String) -> String {
    hosts.firstIndex(of: name).map { "host-\($0 + 1)" } ?? name
  }

  private func identity(_ identity: ConnectionIdentity) -> ConnectionIdentity {
    ConnectionIdentity(
      systemIdentifier: nil, timelineID: identity.timelineID, database: identity.database,
      databaseOID: identity.databaseOID, role: identity.role, isSuperuser: identity.isSuperuser,
      serverVersion: identity.serverVersion, isReplica: identity.isReplica,
      address: host(identity.address))
  }

  private func work(_ work: WorkItem) -> WorkItem {
    WorkItem(
      language: work.language,
      text: work.language == .sql ? Self.withoutLiterals(work.text) : work.text,
      parameters: work.parameters.map { .init(name: $0.name, value: .string(Self.leftOut)) },
      effect: work.effect)
  }

  /// What a step of these kinds brings is the world's own words.
  private static let keys: [String: [String]] = [
    "sql": ["rows"], "http": ["body", "json", "headers"], "shell": ["stdout", "stderr"],
    "log": ["events"], "manual": ["answer"],
  ]

  private func finished(_ finished: AttemptFinished) -> AttemptFinished {
    var result = finished.result.mapValue ?? ValueMap()
    for key in Self.keys[kinds[finished.step] ?? ""] ?? [] {
      if let value = result[.string(key)] { result[.string(key)] = Self.emptied(value) }
    }
    return AttemptFinished(
      step: finished.step, attempt: finished.attempt, outcome: finished.outcome,
      result: .map(result), incomplete: finished.cutResults, captures: finished.captures,
      withheldCaptures: finished.withheldCaptures, isConfirmed: finished.isConfirmed,
      expectations: finished.expectations, failure: finished.failure, evidence: finished.evidence,
      timeline: finished.timeline.map { row in
        TimelineRow(
          at: row.at, text: Self.withoutLiterals(row.text), source: row.source,
          isDamage: row.isDamage, clockOffsetMicroseconds: row.clockOffsetMicroseconds)
      }, notices: finished.notices, elapsedMicroseconds: finished.elapsedMicroseconds,
      hasReceipt: finished.hasReceipt)
  }

  /// Lists keep their length and maps their keys.
  private static func emptied(_ value: Value) -> Value {
    switch value {
    case .list(let items): .list(items.map(emptied))
    case .map(let map):
      .map(
        ValueMap(
          map.pairs.compactMap { pair in
            pair.key.stringValue.map { ($0, emptied(pair.value)) }
          }))
    case .null: .null
    default: .string(leftOut)
    }
  }

  /// SQL's string literals, whatever they hold.
  private static func withoutLiterals(_ text: String) -> String {
    guard text.holds("'") else { return text }
    var result = ""
    var isInside = false
    for character in text.unicodeScalars {
      if character == "'" {
        isInside.toggle()
        result += isInside ? "'…" : "'"
      } else if !isInside {
        result.unicodeScalars.append(character)
      }
    }
    return isInside ? result + "'" : result
  }

  /// A text without the names of people and hosts, other hosts of URLs, and mail addresses.
  private func text(_ text: String) -> String {
    let known = replacements.reduce(text) { Self.replacing($1.word, by: $1.by, in: $0) }
    return Self.withoutAddresses(known)
  }

  /// Whole words only: `ann` is no part of `planned`.
  private static func replacing(_ word: String, by other: String, in text: String) -> String {
    guard text.holds(word) else { return text }
    func isPart(_ character: Unicode.Scalar?) -> Bool {
      character.map { $0.isLetter || $0.isNumber } ?? false
    }
    var result = ""
    var rest = text[...]
    while let range = rest.range(ofFirst: word) {
      let before =
        range.lowerBound == rest.startIndex
        ? result.lastScalar : rest[..<range.lowerBound].lastScalar
      result += rest[..<range.lowerBound]
      let after = rest[range.upperBound...].firstScalar
      result += isPart(before) || isPart(after) ? word : other
      rest = rest[range.upperBound...]
    }
    return result + rest
  }

  private static func withoutAddresses(_ text: String) -> String {
    guard text.holds("@") || text.holds("://") || text.holds(".") else { return text }
    return text.pieces(separatedBy: " ", omittingEmptySubsequences: false).map { word -> String in
      if let scheme = word.range(ofFirst: "://") {
        let rest = word[scheme.upperBound...].dropScalars { $0 != "/" && $0 != "'" && $0 != "\"" }
        return "\(word[..<scheme.upperBound])\(leftOut)\(rest)"
      }
      let bare = word.keepingScalars { $0.isLetter || $0.isNumber || "@.:".holds($0) }
      if bare.holds("@"), bare.holds("."), !bare.begins(with: "@") { return leftOut }
      let numbers = bare.prefixOfScalars { $0 != ":" }.pieces(
        separatedBy: ".", omittingEmptySubsequences: false)
      let isAddress = numbers.count == 4 && numbers.allSatisfy { UInt8($0) != nil }
      return isAddress ? leftOut : String(word)
    }
    .joined(separator: " ")
  }
}
