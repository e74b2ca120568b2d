import RunbookDrill
import RunbookEngine
import RunbookModel
import RunbookSyntax

/// A drill to try things with, and its journal.
struct DrillFixture {
  static let reader = RunbookReader(kinds: [
    KindSpec("sql", .text, results: [ResultSpec("rows", "list", "The rows.")], "A statement.")
  ])

  /// A runbook up to the keys of its drill.
  static let head = """
    runbook: r
    detection:
      - {id: probe, sql: SELECT 1, confirms: "true"}
    verification:
      - {id: check, sql: SELECT 1}
    drill:
      title: Tables are gone

    """

  static let drill = """
      scope: Sign-in only
      scenario: A quiet evening.
      objectives:
        - {id: detect, text: Find out what is gone}
        - {id: decide, text: Decide before acting}
      roles: [{id: lead, text: Decides}, {id: hands, text: Types}]
      modules: [{id: first, text: Detection}]
      questions: [{id: why, text: Why did nobody notice?, module: first}]
      hot_wash: [{id: better, text: What will we do better?}]
      injects:
        - id: alert
          on: start
          from: Pager
          channel: phone
          title: The alert
          text: Sign-ins fail.
          artefact: {title: app.log, text: "relation session does not exist"}
          expected: Look at the catalogue
          hints: [Which tables are there?, Ask to_regclass]
          notes: Do not say which tables.
          choices:
            - {id: look, text: Look first}
            - {id: restore, text: Restore at once, leads_to: angry}
        - {id: angry, text: Somebody lost a row., expected: Stop}
        - {id: boss, at: 5m, jitter: 1m, text: The boss asks how long., expected: Say so}
        - {id: reply, on: {inject: boss}, after: 2m, text: Nobody replied.}
        - {id: found, on: {finding: probe}, text: It is confirmed.}
        - {id: late, at: 1m, when: answers.alert.given, text: You looked.}
      expectations:
        - id: looked
          title: Looks before restoring
          objective: decide
          points: 3
          choice: {inject: alert, is: look}
          improvement: {action: Teach it, owner: platform, due: 2026-01-01}
        - {id: quick, title: Answers within three minutes, objective: detect, points: 2,
           deadline: 3m, expect: answers.alert.given}
        - {id: calm, title: Needs no hint, objective: decide, expect: drill.hints == 0}
        - {id: spoke, title: The lead decides, objective: detect, facilitator: Who decided?}
    """

  static func runbook(_ drill: String = drill) throws -> Runbook {
    let lines = drill.pieces(separatedBy: "\n", omittingEmptySubsequences: false)
    let text = head + lines.joined(separator: "\n") + "\n"
    return try reader.read(text: text, fileName: "r.yaml").runbook
  }

  private(set) var entries: [Entry] = []
  private(set) var state = DrillState()
  var now = Timestamp(seconds: 1_760_000_000) ?? .epoch

  /// A drill that has begun.
  init(
    seed: Int64 = 1, speedPercent: Int = 100, mode: DrillMode = .talk, drill: String = drill
  ) throws {
    let runbook = try Self.runbook(drill)
    guard let drill = runbook.drill else { throw DrillMachineMissing() }
    try add(.runStarted(Self.runStarted(runbook)))
    try add(
      .drill(
        .started(
          DrillStarted(
            mode: mode, drill: drill.held(in: mode),
            participants: [
              DrillParticipant(name: "Ada", role: "lead"),
              DrillParticipant(name: "Grace", role: "hands"),
            ], seed: seed, speedPercent: speedPercent))))
  }

  struct DrillMachineMissing: Error {}

  static func runStarted(_ runbook: Runbook) -> RunStarted {
    RunStarted.drill(
      of: runbook, run: RunID(rawValue: "20251009-085320-abc"), toolVersion: "0", host: "here")
  }

  mutating func add(_ event: Event) throws {
    let previous = entries.last?.hash ?? .zero
    let sequence = Int64(entries.count + 1)
    let body = "\(sequence)"
    let entry = Entry(
      sequence: sequence, recordedAt: now, actor: Actor(account: "facilitator"), event: event,
      body: body, hash: Entry.hash(of: body, after: previous))
    try state.apply(entry)
    entries.append(entry)
  }

  /// A step that found what it looks for.
  mutating func addFinding(_ name: String) throws {
    let step = StepID(name)
    try add(
      .attemptStarted(
        AttemptStarted(
          step: step, attempt: 1, effect: .readOnly, isEffectDeclared: false, connection: nil,
          work: [])))
    try add(
      .attemptFinished(
        AttemptFinished(
          step: step, attempt: 1, outcome: .succeeded, result: .map(ValueMap()),
          isConfirmed: true, elapsedMicroseconds: 1)))
  }

  mutating func pass(_ seconds: Int64) { now = now.adding(.seconds(seconds)) ?? now }

  /// What the facilitator does.
  @discardableResult
  mutating func act(_ command: DrillMachine.Command) throws -> [DrillEvent] {
    let events = try DrillMachine.decide(command, in: state, at: now)
    for event in events { try add(.drill(event)) }
    return events
  }

  /// Tells what is due.
  @discardableResult
  mutating func tell() throws -> [String] {
    var told: [String] = []
    while let event = DrillMachine.due(state, at: now).first,
      case .injectDelivered(let delivered) = event
    {
      try add(.drill(event))
      told.append(delivered.inject)
    }
    return told
  }
}
