import RunbookDocument
import RunbookModel

/// A journal without hosts, people and the world's values, for a report that leaves the house.
///
/// Accounts and names become `Person 1`, hosts `host-1`; addresses are gone from every text. What steps
/// brought, and what servers and programs said, is gone unless its kind declares it as public. What the
/// runbook's author writes stays: it is to be read before it is published.
struct PublicCopy {
  /// What the copy says of itself, and is known by.
  static let mark = "public copy: hosts, people and query values are left out"
  static let leftOut = LeftOut.text

  /// Whether a report says that it is one, in any format.
  static func isNamed(in text: String) -> Bool {
    text.holds(mark) || text.holds("\"is_public\": true") || text.holds("\"is_public\":true")
  }

  let rules: PublicRules
  private let people: [Actor]
  private let hosts: [String]
  /// By their keys, the databases of other kinds than PostgreSQL.
  private let databases: [[IdentityFact]]
  let kinds: [StepID: String]
  /// The first entry's hash, which no report shows.
  let key: [UInt8]
  private let replacements: [(word: String, by: String)]
  private let world: WorldsWords
  let messages: PublicMessages

  static func entries(_ entries: [Entry], _ rules: PublicRules = PublicRules()) -> [Entry] {
    let copy = PublicCopy(entries, rules)
    return entries.map { entry in
      Entry(
        sequence: entry.sequence, recordedAt: entry.recordedAt, actor: copy.person(entry.actor),
        event: copy.event(entry.event), body: entry.body, hash: entry.hash)
    }
  }

  private init(_ entries: [Entry], _ rules: PublicRules) {
    self.rules = rules
    let named = PublicNames(entries)
    people = named.people
    hosts = named.hosts
    databases = named.databases
    replacements = named.replacements
    key = Array((entries.first?.hash.hex ?? "").utf8)
    var kinds: [StepID: String] = [:]
    for entry in entries {
      switch entry.event {
      case .runStarted(let started):
        for step in started.runbook.steps { kinds[step.id] = step.kind }
      case .runResumed(let resumed):
        for step in resumed.change?.runbook.steps ?? [] { kinds[step.id] = step.kind }
      default: break
      }
    }
    self.kinds = kinds
    let world = WorldsWords(entries) { kind, result in
      rules.results[kind ?? ""]?.contains(result) == true
    } kind: {
      kinds[$0]
    }
    self.world = world
    let replacements = named.replacements
    messages = PublicMessages(entries, world) { Self.text($0, replacements) }
  }

  private func event(_ event: Event) -> Event {
    switch event {
    case .runStarted(let started): .runStarted(self.started(started))
    case .sandboxCreated: .sandboxCreated(SandboxCreated(folder: Self.leftOut))
    case .sandboxPrepared(let prepared): .sandboxPrepared(self.prepared(prepared))
    case .sandboxRestarted(let restarted):
      .sandboxRestarted(
        SandboxRestarted(
          serverVersion: restarted.serverVersion, inputs: restarted.inputs.map(input)))
    case .connectionIdentified(let identified): .connectionIdentified(self.identified(identified))
    case .connectionUnseen(let unseen):
      .connectionUnseen(
        ConnectionUnseen(connection: unseen.connection, reason: Self.leftOut))
    case .processesEnded(let ended):
      .processesEnded(
        ProcessesEnded(
          step: ended.step,
          ended: ended.ended.map {
            EndedProcess(pid: $0.pid, summary: Self.leftOut, means: $0.means)
          }))
    case .attemptStarted(let started):
      .attemptStarted(
        AttemptStarted(
          step: started.step, attempt: started.attempt, effect: started.effect,
          isEffectDeclared: started.isEffectDeclared, connection: started.connection,
          work: started.work.map(work), settledBy: started.settledBy,
          definition: started.definition.map(keyed), isTrial: started.isTrial,
          restsOn: started.restsOn))
    case .attemptFinished(let finished): .attemptFinished(self.finished(finished))
    case .attemptSettled(let settled): .attemptSettled(self.settled(settled))
    case .stepSkipped(let skipped):
      .stepSkipped(
        StepSkipped(
          step: skipped.step, cause: skipped.cause, reason: messages.message(skipped.reason),
          isUnlooked: skipped.isUnlooked, decider: skipped.decider.map(person),
          restsOn: skipped.restsOn))
    case .stepReopened: event
    case .gateOpened(let opened): .gateOpened(gate(opened))
    case .gateDecided(let decided):
      .gateDecided(
        GateDecided(
          gate: decided.gate, decision: decided.decision, means: decided.means,
          digest: decided.digest, reason: decided.reason.map(told)))
    case .retryRequested(let retry):
      .retryRequested(RetryRequested(step: retry.step, reason: retry.reason.map(told)))
    case .runHeld(let held): .runHeld(messages.held(held))
    case .runResumed(let resumed): .runResumed(self.resumed(resumed))
    case .noteAdded(let note): .noteAdded(NoteAdded(text: told(note.text), at: note.at))
    case .reportEdited(let edited):
      .reportEdited(
        ReportEdited(
          edits: edited.edits.map {
            // A status is the report's own word, whatever the world said.
            .init(
              field: $0.field, operation: $0.operation,
              text: ActionItem.saysDone($0.text) ? $0.text : told($0.text))
          }))
    case .runEnded(let ended): .runEnded(messages.ended(ended))
    case .drill:
      switch event.mapTexts(text) {
      case .drill(let drill): .drill(drill.mapParticipants(participant))
      default: event
      }
    }
  }

  // What each event's parts become.

  private func started(_ started: RunStarted) -> RunStarted {
    RunStarted(
      formatVersion: started.formatVersion, toolVersion: started.toolVersion, run: started.run,
      runbook: runbook(started.runbook), inputs: started.inputs.map(input),
      constants: started.constants.mapStrings(authored),
      connections: started.connections.map(connection),
      planFingerprint: started.planFingerprint, isSandbox: started.isSandbox,
      isDrill: started.isDrill, host: host(started.host), approvals: started.approvals,
      secretCount: started.secretCount)
  }

  private func runbook(_ runbook: RunbookRecord) -> RunbookRecord {
    RunbookRecord(
      name: runbook.name, title: text(runbook.title), severity: runbook.severity,
      owner: runbook.owner.map(text),
      steps: runbook.steps.map { step in
        StepRecord(
          id: step.id, title: text(step.title), phase: step.phase, kind: step.kind,
          line: step.line, captures: step.captures,
          fallbacks: step.fallbacks.map { $0.mapStrings(authored) }, when: step.when.map(keyed))
      }, report: runbook.report.mapStrings(authored), folder: Self.leftOut,
      fileName: runbook.fileName,
      sources: runbook.sources.map {
        SourceFile(path: text($0.path), text: text($0.text), digest: $0.digest)
      })
  }

  private func resumed(_ resumed: RunResumed) -> RunResumed {
    RunResumed(
      host: host(resumed.host), approvals: resumed.approvals, toolVersion: resumed.toolVersion,
      generation: resumed.generation, takenFrom: resumed.takenFrom.map { _ in Self.leftOut },
      reason: resumed.reason.map(told),
      change: resumed.change.map { change in
        PlanChange(
          difference: text(change.difference), runbook: runbook(change.runbook),
          connections: change.connections.map(connection),
          planFingerprint: change.planFingerprint, performs: change.performs)
      })
  }

  private func input(_ input: InputRecord) -> InputRecord {
    InputRecord(
      name: input.name, type: input.type, value: Self.emptied(input.value), origin: input.origin,
      isSecret: input.isSecret)
  }

  private func connection(_ connection: ConnectionRecord) -> ConnectionRecord {
    ConnectionRecord(
      name: connection.name, kind: connection.kind, target: Self.leftOut)
  }

  private func prepared(_ prepared: SandboxPrepared) -> SandboxPrepared {
    SandboxPrepared(
      serverVersion: prepared.serverVersion,
      steps: prepared.steps.map { step in
        PreparationRecord(
          part: step.part, id: step.id, title: text(step.title), kind: step.kind,
          outcome: step.outcome, reason: step.reason.map(told), startedAt: step.startedAt,
          finishedAt: step.finishedAt, work: step.work.map(work),
          result: result(step.result, of: step.kind))
      }, inputs: prepared.inputs.map(input), connections: prepared.connections.map(connection),
      captures: prepared.captures.map(captures))
  }

  private func identified(_ identified: ConnectionIdentified) -> ConnectionIdentified {
    let identity = identified.identity
    if let kind = identity.kind {
      // What it is known by is private, and so is each fact that is not said to be public: a number keeps one database
      // from another.
      let number = (databases.firstIndex(of: identity.key ?? []) ?? databases.count) + 1
      let (name, numbers) = ("database-\(number)", [IdentityFact("database", String(number))])
      return ConnectionIdentified(
        connection: identified.connection,
        identity: ConnectionIdentity(
          kind: kind, database: name, role: account(identity.role),
          version: identity.serverVersion, address: name, key: numbers,
          facts: (identity.facts ?? []).filter { $0.isPublic == true }),
        clockOffsetMicroseconds: identified.clockOffsetMicroseconds, lost: identified.lost,
        mayBeCopy: identified.mayBeCopy)
    }
    return ConnectionIdentified(
      connection: identified.connection,
      identity: ConnectionIdentity(
        systemIdentifier: nil, timelineID: identity.timelineID, database: identity.database,
        databaseOID: identity.databaseOID, role: text(identity.role),
        isSuperuser: identity.isSuperuser, serverVersion: identity.serverVersion,
        isReplica: identity.isReplica, address: host(identity.address),
        isPooled: identity.isPooled, privileges: identity.privileges,
        login: identity.login.map {
          LoginRole(
            role: text($0.role), isSuperuser: $0.isSuperuser, privileges: $0.privileges)
        }),
      clockOffsetMicroseconds: identified.clockOffsetMicroseconds, lost: identified.lost,
      mayBeCopy: identified.mayBeCopy)
  }

  private func gate(_ opened: GateOpened) -> GateOpened {
    GateOpened(
      gate: opened.gate,
      steps: opened.steps.map { item in
        GateItem(
          step: item.step, title: text(item.title), fate: item.fate, effect: item.effect,
          isEffectDeclared: item.isEffectDeclared, connection: item.connection,
          work: item.work.map(work))
      }, preparation: opened.preparation.map(work), identities: opened.identities.map(identified),
      approvals: opened.approvals, question: opened.question.map(told), digest: opened.digest,
      isDeclinable: opened.isDeclinable)
  }

  /// A statement without its literals and a script, as its author wrote them, and a request's method and scheme.
  /// What nobody says the author wrote has the world's names in it.
  func work(_ work: WorkItem) -> WorkItem {
    let authored = work.authored
    let shown =
      switch work.language {
      case .sql:
        authored.map { text(SQLText.withoutLiterals($0, literals: rules.literals($0))) }
          ?? Self.leftOut
      case .shell: authored.map(text) ?? Self.leftOut
      case .http: text(String(work.text.unicodeScalars.prefix { !$0.isNewline }))
      case .text: Self.leftOut
      }
    return WorkItem(
      language: work.language, text: shown,
      parameters: work.parameters.map { .init(name: $0.name, value: Self.emptied($0.value)) },
      effect: work.effect, condition: work.condition.map { _ in Self.leftOut },
      isAuthored: work.isAuthored)
  }

  /// Who opens a database that is no server's is an account of the system.
  private func account(_ name: String) -> String {
    let index = people.firstIndex { $0.account.isIdentical(to: name) }
    return index.map { "Person \($0 + 1)" } ?? "an account"
  }

  private func person(_ actor: Actor) -> Actor {
    let number = (people.firstIndex(of: actor.person) ?? people.count) + 1
    return Actor(account: "Person \(number)", via: actor.via)
  }

  /// The same pseudonym as the actor of that name has.
  private func participant(_ name: String) -> String {
    let number = (people.firstIndex { $0.isCalled(name) } ?? people.count) + 1
    return "Person \(number)"
  }

  private func host(_ name: String) -> String {
    hosts.firstIndex(of: name).map { "host-\($0 + 1)" } ?? text(name)
  }

  /// A text of the author's or of a person, without the names of people and hosts and any address.
  func text(_ text: String) -> String { Self.text(text, replacements) }

  private static func text(_ text: String, _ replacements: [(word: String, by: String)]) -> String {
    let known = replacements.reduce(text) { PublicNames.replacing($1.word, by: $1.by, in: $0) }
    return AddressText.removed(from: known, mark: leftOut)
  }

  /// An author's text; its expressions stay as they are, and what they give is a copy's already.
  func authored(_ authored: String) -> String {
    var result = ""
    var rest = Substring(authored)
    while let start = rest.index(ofFirst: "${{") {
      let end = rest[start...].range(ofFirst: "}}")?.upperBound ?? rest.endIndex
      result += text(String(rest[..<start])) + rest[start..<end]
      rest = rest[end...]
    }
    return result + text(String(rest))
  }

  /// A text that may repeat what the world said.
  func told(_ told: String) -> String { text(world.removed(from: told)) }
}
