import RunbookDrill
import RunbookEngine
import RunbookModel
import RunbookSyntax

/// The journal of a drill in a sandbox, written by hand: detection, a step that is tried twice, a gate
/// that people leave waiting, and the comparison at the end.
struct SandboxDrillFixture {
  static let text = """
    runbook: tables-gone
    detection:
      - {id: probe, title: Look for the tables, sql: SELECT 1, confirms: "true"}
    recovery:
      - {id: restore, title: Bring the tables back, sql: CREATE TABLE session (id int)}
      - {id: grant, title: Give the grants back, sql: GRANT SELECT ON session TO app}
    verification:
      - {id: check, title: Sign in, sql: SELECT 1}
    drill:
      title: Tables are gone <b>for good</b>
      scope: Sign-in only
      recovered: comparison.rows_lost < 5
      objectives:
        - {id: detect, text: Find out what is gone}
        - {id: recover, text: Bring everything back}
      roles: [{id: lead, text: Decides}, {id: hands, text: Types}]
      questions: [{id: why, text: Why did nobody notice?}]
      hot_wash: [{id: better, text: What will we do better?}]
      injects:
        - {id: alert, on: start, title: The alert, text: Sign-ins fail., expected: Start detection}
        - {id: boss, on: {finding: probe}, title: The boss calls, text: How long?, expected: An honest answer}
      expectations:
        - {id: quick, title: Detected within a minute, objective: detect, points: 2, deadline: 1m,
           expect: findings.probe}
        - {id: whole, title: No row is lost, objective: recover, points: 3,
           expect: "comparison.done && comparison.rows_lost == 0",
           improvement: {action: Take backups by the hour, owner: platform, due: 2026-03-01}}
        - {id: calm, title: The lead speaks, objective: recover, facilitator: Who decided?}
    """

  static let ada = Actor(account: "ada", name: "Ada")
  static let grace = Actor(account: "grace", name: "Grace")
  static let drill = Actor(account: "drill")

  let journal = MemoryJournal()
  private var now = Timestamp(seconds: 1_760_000_000) ?? .epoch

  static func runbook() throws -> Runbook {
    try DrillFixture.reader.read(text: text + "\n", fileName: "tables-gone.yaml").runbook
  }

  /// What is in the journal.
  var entries: [Entry] { journal.stored }

  /// The whole drill.
  init() async throws {
    try await begin()
    try await detect()
    try await recover()
    try await end()
  }

  /// A drill that has only begun.
  init(onlyBegun: ()) async throws { try await begin() }

  mutating func add(_ event: Event, by actor: Actor = drill) async throws {
    _ = try await journal.append([event], by: actor, at: now)
  }

  mutating func skip(_ step: String, _ cause: StepSkipped.Cause) async throws {
    try await add(
      .stepSkipped(StepSkipped(step: StepID(rawValue: step), cause: cause, reason: "because")))
  }

  mutating func pass(_ milliseconds: Int64) {
    now = now.adding(.milliseconds(milliseconds)) ?? now
  }

  private mutating func begin() async throws {
    let runbook = try Self.runbook()
    guard let drill = runbook.drill else { throw DrillFixture.DrillMachineMissing() }
    let talk = RunStarted.drill(
      of: runbook, run: RunID(rawValue: "20251009-085320-def"), toolVersion: "0", host: "here")
    try await add(
      .runStarted(
        RunStarted(
          toolVersion: talk.toolVersion, run: talk.run, runbook: talk.runbook, inputs: [],
          constants: .map(ValueMap()), connections: [], planFingerprint: .zero, isSandbox: true,
          isDrill: true, host: talk.host, approvals: [], secretCount: 0)))
    try await add(
      .drill(
        .started(
          DrillStarted(
            mode: .sandbox, drill: drill,
            participants: [DrillParticipant(name: "Ada", role: "lead")], seed: 7))))
    try await add(
      .drill(
        .baselineTaken(DrillBaseline(objects: 42, tables: 2, rows: 12, digest: .zero))))
    try await add(
      .sandboxPrepared(
        SandboxPrepared(serverVersion: "17.2", steps: [], inputs: [], connections: [])))
    try await add(.drill(.injectDelivered(InjectDelivered(inject: "alert", cause: .trigger))))
  }

  private mutating func detect() async throws {
    pass(5_000)
    try await attempt("probe", 1, taking: 1_500, isConfirmed: true, by: Self.grace)
    try await add(.drill(.injectDelivered(InjectDelivered(inject: "boss", cause: .trigger))))
    pass(3_000)
    try await add(
      .drill(
        .answerGiven(
          DrillAnswer(
            subject: "boss", participant: "Ada", choice: nil, text: "Ten minutes | at least"))))
  }

  private mutating func recover() async throws {
    let gate = GateOpened(
      gate: "recovery", steps: [], identities: [], approvals: 1, question: nil, digest: .zero)
    try await add(.gateOpened(gate))
    try await add(
      .runHeld(RunHeld(cause: .gate, subject: "recovery", message: "the gate waits")))
    pass(95_000)
    try await add(
      .gateDecided(
        GateDecided(
          gate: "recovery", decision: .approved, means: .terminal, digest: .zero)),
      by: Self.ada)
    try await add(.runResumed(RunResumed(host: "here", approvals: [])), by: Self.grace)
    try await attempt("restore", 1, taking: 4_000, failure: "the backup is `locked`")
    try await add(
      .runHeld(RunHeld(cause: .failedStep, subject: "restore", message: "the step failed")))
    pass(61_000)
    try await add(.retryRequested(RetryRequested(step: StepID(rawValue: "restore"), reason: "")))
    try await add(.runResumed(RunResumed(host: "here", approvals: [])), by: Self.grace)
    try await attempt("restore", 2, taking: 130_000)
    pass(45_000)
    try await attempt("grant", 1, taking: 200)
    try await attempt("check", 1, taking: 800)
  }

  private mutating func end() async throws {
    try await add(
      .drill(
        .compared(
          DrillComparison(
            objects: 42, equalObjects: 41, changed: ["index public.session_expiry"],
            tables: [.init(table: "public.session", before: 8, now: 6, lost: 2, new: 0)],
            rowsBefore: 12, rowsLost: 2))))
    try await add(.drill(.ended(DrillWord("all steps are done"))))
    try await add(.runEnded(RunEnded(status: .resolved, reason: "recovered and verified")))
    pass(60_000)
    try await add(
      .drill(
        .judged(ExpectationJudged(expectation: "calm", isMet: true, reason: "she did"))),
      by: Actor(account: "facilitator"))
    try await add(
      .drill(
        .answerGiven(
          DrillAnswer(
            subject: "better", participant: nil, choice: nil, text: "Look at the gate sooner"))))
  }

  private mutating func attempt(
    _ step: String, _ number: Int, taking milliseconds: Int64, isConfirmed: Bool? = nil,
    failure: String? = nil, by actor: Actor = drill
  ) async throws {
    let id = StepID(rawValue: step)
    try await add(
      .attemptStarted(
        AttemptStarted(
          step: id, attempt: number, effect: .readOnly, isEffectDeclared: false, connection: nil,
          work: [])), by: actor)
    pass(milliseconds)
    try await add(
      .attemptFinished(
        AttemptFinished(
          step: id, attempt: number, outcome: failure == nil ? .succeeded : .failed,
          result: .map(ValueMap()), isConfirmed: isConfirmed,
          failure: failure.map { FailureRecord(cause: .refused, message: $0, mayRetryHelp: true) },
          elapsedMicroseconds: milliseconds * 1000)), by: actor)
  }
}
