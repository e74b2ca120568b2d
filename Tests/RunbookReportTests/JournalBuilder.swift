import RunbookModel

/// Builds a journal from events at fixed times.
struct JournalBuilder {
  private(set) var entries: [Entry] = []
  private var now: Timestamp
  private var actor: Actor
  private var evidenceCount = 0
  /// Steps of phases that change things: so do they, where nothing else is said.
  private var changing: Set<String> = []

  init(at time: String = "2025-10-18T22:08:00Z", actor: Actor = Actor(account: "alice")) {
    now = Timestamp(rfc3339: time) ?? .epoch
    self.actor = actor
  }

  mutating func wait(_ duration: Duration) { now = now.adding(duration) ?? now }

  mutating func add(_ event: Event, by other: Actor? = nil) {
    let body = "\(entries.count + 1) \(event.typeName)"
    let previous = entries.last?.hash ?? .zero
    entries.append(
      Entry(
        sequence: Int64(entries.count + 1), recordedAt: now, actor: other ?? actor, event: event,
        body: body, hash: Entry.hash(of: body, after: previous)))
  }

  mutating func start(
    _ steps: [StepRecord], report: Value = [:], inputs: [InputRecord] = [],
    name: String = "auth-tables-dropped", title: String = "Authentication tables dropped",
    owner: String? = "platform", constants: Value = [:], isSandbox: Bool = false,
    secretCount: Int = 1
  ) {
    changing = Set(steps.filter(\.phase.mayChange).map(\.id.rawValue))
    add(
      .runStarted(
        RunStarted(
          toolVersion: "0.1.0", run: RunID(rawValue: "k7m2p4"),
          runbook: RunbookRecord(
            name: name, title: title, severity: .critical, owner: owner, steps: steps,
            report: report, folder: "/srv/runbooks/auth-tables-dropped", fileName: "runbook.yaml",
            sources: [
              SourceFile(path: "runbook.yaml", text: "runbook: auth-tables-dropped\n"),
              SourceFile(path: "ddl/session.sql", text: "CREATE TABLE session ();\n"),
            ]), inputs: inputs, constants: constants,
          connections: [
            ConnectionRecord(
              name: "main", kind: "postgres", target: "akleao@db1:5432/akleao")
          ], planFingerprint: Digest.sha256(of: "plan"), isSandbox: isSandbox, isDrill: false,
          host: "ops1", approvals: [], secretCount: secretCount)))
  }

  /// An attempt of a step: its intent, the time that it takes, and its outcome.
  mutating func attempt(
    _ step: String, _ number: Int = 1, sql: String? = nil, work: [WorkItem]? = nil,
    effect: Effect? = nil, outcome: Outcome = .succeeded, takes: Duration = .milliseconds(12),
    result: Value = [:], captures: Value = [:], isConfirmed: Bool? = nil,
    expectations: [ExpectationRecord] = [], failure: FailureRecord? = nil,
    evidence: [(what: String, key: String)] = [], timeline: [TimelineRow] = [],
    withheld: [String] = [], hasReceipt: Bool = false, workDone: [WorkDone]? = nil,
    isWord: Bool? = nil, isTrial: Bool? = nil, isEffectDeclared: Bool = false
  ) {
    begin(
      step, number, sql: sql, work: work, effect: effect, isTrial: isTrial,
      isEffectDeclared: isEffectDeclared)
    wait(takes)
    let records = evidence.map { item -> EvidenceRecord in
      evidenceCount += 1
      let content = result.mapValue?[item.key].map { $0.stringValue ?? $0.json } ?? ""
      return EvidenceRecord(
        id: "E\(evidenceCount)", what: item.what, source: "connection main", capturedAt: now,
        size: Int64(content.utf8.count), digest: Digest.sha256(of: content),
        content: .result(key: item.key), isCut: false)
    }
    add(
      .attemptFinished(
        AttemptFinished(
          step: StepID(step), attempt: number, outcome: outcome, result: result,
          captures: captures, withheldCaptures: withheld, isConfirmed: isConfirmed,
          expectations: expectations, failure: failure, evidence: records, timeline: timeline,
          elapsedMicroseconds: (takes.wholeNanoseconds ?? 0) / 1000, hasReceipt: hasReceipt,
          workDone: workDone, isWord: isWord)))
  }

  /// The end of an attempt whose evidence is less than there was.
  mutating func finish(
    _ step: String, _ result: Value, of what: String, _ key: String, cut: String, size: Int64
  ) {
    begin(step)
    let content = result.mapValue?[.string(key)].map { $0.stringValue ?? $0.json } ?? ""
    evidenceCount += 1
    add(
      .attemptFinished(
        AttemptFinished(
          step: StepID(step), attempt: 1, outcome: .succeeded, result: result,
          evidence: [
            EvidenceRecord(
              id: "E\(evidenceCount)", what: "\(what), the first \(cut)",
              source: "connection main", capturedAt: now, size: size,
              digest: Digest.sha256(of: content), content: .result(key: key), isCut: true)
          ], elapsedMicroseconds: 1)))
  }

  mutating func begin(
    _ step: String, _ number: Int = 1, sql: String? = nil, work: [WorkItem]? = nil,
    effect: Effect? = nil, isTrial: Bool? = nil, isEffectDeclared: Bool = false
  ) {
    let effect = effect ?? (changing.contains(step) ? .mutating : .readOnly)
    let items =
      work ?? sql.map {
        [WorkItem(language: .sql, text: $0, effect: effect, isAuthored: true)]
      } ?? []
    add(
      .attemptStarted(
        AttemptStarted(
          step: StepID(step), attempt: number, effect: effect, isEffectDeclared: isEffectDeclared,
          connection: items.contains { $0.language == .sql } ? "main" : nil, work: items,
          isTrial: isTrial)))
  }

  mutating func skip(_ step: String, _ cause: StepSkipped.Cause, _ reason: String) {
    add(.stepSkipped(StepSkipped(step: StepID(step), cause: cause, reason: reason)))
  }

  mutating func identify() {
    add(
      .connectionIdentified(
        ConnectionIdentified(
          connection: "main",
          identity: ConnectionIdentity(
            systemIdentifier: "7433219870012345678", timelineID: 1, database: "akleao",
            databaseOID: 16_384, role: "akleao", isSuperuser: false, serverVersion: "15.18",
            isReplica: false, address: "db1:5432"), clockOffsetMicroseconds: 3_000)))
  }

  mutating func gate(_ name: String, steps: [String], approvedBy approver: Actor?) {
    let digest = Digest.sha256(of: "gate \(name)")
    let items = steps.map {
      GateItem(
        step: StepID($0), title: $0, fate: .willRun, effect: .mutating, connection: "main", work: []
      )
    }
    add(
      .gateOpened(
        GateOpened(
          gate: name, steps: items,
          preparation: [
            WorkItem(
              language: .sql, text: "CREATE SCHEMA IF NOT EXISTS runbook", effect: .mutating)
          ], identities: [], approvals: 1, question: nil, digest: digest)))
    guard let approver else { return }
    wait(.seconds(25))
    add(
      .gateDecided(
        GateDecided(gate: name, decision: .approved, means: .terminal, digest: digest)),
      by: approver)
  }
}

extension StepRecord {
  init(
    _ id: String, _ title: String, _ phase: Phase, _ kind: String = "sql", line: Int = 10,
    captures: [String] = []
  ) {
    self.init(
      id: StepID(id), title: title, phase: phase, kind: kind, line: line, captures: captures)
  }
}

extension Timestamp {
  static func at(_ clock: String, day: String = "2025-10-18") -> Timestamp {
    Timestamp(rfc3339: "\(day)T\(clock)Z") ?? .epoch
  }
}
