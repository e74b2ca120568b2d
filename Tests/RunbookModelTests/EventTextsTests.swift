import Testing

@testable import RunbookModel

/// Every string of every event is put through what takes secrets out, but for names.
struct EventTextsTests {
  private static let place = Place(file: "f", line: 1, column: 1)
  private static let name = Drill.Name("n", at: place)
  private static let source = SourceText("c", at: place, layout: .line)
  private static let value: Value = ["k": ["t", ["inner": "t"], 1.5, 7]]
  private static let digest = Digest.sha256(of: "d")
  private static let time = Timestamp.epoch
  private static let story = StoryTime(rawValue: 1)

  private static let work = WorkItem(
    language: .sql, text: "t", parameters: [.init(name: "n", value: value)], effect: .mutating,
    calls: ["c"], condition: "c", isAuthored: true, template: "t")
  private static let item = GateItem(
    step: StepID("s"), title: "t", fate: .willRun, effect: .mutating, isEffectDeclared: true,
    connection: "main",
    work: [work],
    seal: [
      SealedPart(name: "n", digest: digest, file: "/f", group: .init(count: 1, newest: ["w"]))
    ],
    unbound: ["u"],
    manner: [WorkItem.Parameter(name: "run by", value: "m")],
    probe: GateProbe(
      work: [work], isEffectDeclared: true, unbound: ["u"],
      manner: [WorkItem.Parameter(name: "run by", value: "m")]))
  private static let identified = ConnectionIdentified(
    connection: "main",
    identity: ConnectionIdentity(
      systemIdentifier: "1", timelineID: 1, database: "d", databaseOID: 1, role: "r",
      isSuperuser: false, serverVersion: "15", isReplica: false, address: "a", searchPath: "p",
      isPooled: true, serverAddress: "s", dataDirectory: "d", serverStart: time, walPosition: "0/1",
      privileges: ["p"], login: LoginRole(role: "l", isSuperuser: true, privileges: ["p"])),
    clockOffsetMicroseconds: 1,
    lost: LostProof(isLeaseLost: true, receipts: [StepID("s")], begun: [StepID("s")]),
    mayBeCopy: true)
  private static let file = ConnectionIdentified(
    connection: "main",
    identity: ConnectionIdentity(
      kind: "sqlite", database: "d", role: "r", version: "3", address: "a",
      key: [IdentityFact("l", "v")], facts: [IdentityFact("l", "v", mayChange: true)]))
  private static let input = InputRecord(
    name: "i", type: "string", value: value, origin: .flag, isSecret: false)
  private static let connection = ConnectionRecord(name: "main", kind: "postgres", target: "t")
  private static let runbook = RunbookRecord(
    name: "n", title: "t", severity: .high, owner: "o",
    steps: [
      StepRecord(
        id: StepID("s"), title: "t", phase: .recovery, kind: "sql", line: 1, captures: ["c"],
        fallbacks: value, when: digest)
    ], report: value, folder: "/f", fileName: "runbook.yaml",
    sources: [SourceFile(path: "p", text: "t")])
  private static let failure = FailureRecord(
    cause: .refused, message: "m", detail: "d", hint: "h", code: "c")
  private static let drill = Drill(
    title: "t", place: place, scope: "s", scenario: "s",
    objectives: [.init(id: "i", place: place, text: "t", module: name)],
    roles: [.init(id: "i", place: place, text: "t", module: name)],
    modules: [.init(id: "i", place: place, text: "t", module: name)],
    questions: [.init(id: "i", place: place, text: "t", module: name)],
    hotWash: [.init(id: "i", place: place, text: "t", module: name)],
    injects: [
      Inject(
        id: "i", place: place, title: "t", module: name, trigger: .answer(name, choice: name),
        delay: story, jitter: story, condition: source, sender: "s", channel: "c", text: "t",
        artefact: .init(title: "t", text: "t"),
        choices: [.init(id: "i", place: place, text: "t", leadsTo: name)], expected: "e",
        hints: ["h"], notes: "n", modes: [.talk])
    ],
    expectations: [
      DrillExpectation(
        id: "i", place: place, title: "t", objective: name, deadline: story,
        judge: .facilitator("f"),
        improvement: .init(action: "a", owner: "o", due: "d"), modes: [.talk]),
      DrillExpectation(
        id: "i", place: place, title: "t", objective: name, deadline: story,
        judge: .expression(source), improvement: .init(action: "a", owner: "o", due: "d"),
        modes: [.talk]),
    ], recovered: source,
    surprise: .init(place: place, within: story, input: name, values: [name]),
    simulation: Simulation(
      place: place, inputs: [.init(name, value)],
      steps: [
        .init(
          step: name,
          attempts: [
            .init(results: [.init(name, value)], failure: .init("m", code: "c"), delay: story)
          ])
      ]))

  /// One of each, and a second identity: that of a file.
  static let all = events + [.connectionIdentified(file)]

  /// One of each, with nothing in it empty.
  static let events: [Event] = [
    .runStarted(
      RunStarted(
        toolVersion: "v", run: RunID(rawValue: "r"), runbook: runbook, inputs: [input],
        constants: value, connections: [connection], planFingerprint: digest, isSandbox: false,
        isDrill: false, host: "h", approvals: ["recovery"], secretCount: 1,
        environment: [VariableRecord(name: "n", digest: digest)])),
    .sandboxCreated(SandboxCreated(folder: "/f")),
    .sandboxPrepared(
      SandboxPrepared(
        serverVersion: "v",
        steps: [
          PreparationRecord(
            part: .fixture, id: StepID("s"), title: "t", kind: "sql", outcome: .succeeded,
            reason: "r", startedAt: time, finishedAt: time, work: [work], result: value)
        ], inputs: [input], connections: [connection], captures: value)),
    .sandboxRestarted(SandboxRestarted(serverVersion: "v", inputs: [input])),
    .connectionIdentified(identified),
    .attemptStarted(
      AttemptStarted(
        step: StepID("s"), attempt: 1, effect: .mutating, isEffectDeclared: false,
        connection: "main", work: [work], settledBy: .receipt, receiptDigest: digest, noted: 1,
        unguarded: ["u"],
        probe: [
          SealedPart(name: "n", digest: digest, file: "/f", group: .init(count: 1, newest: ["w"]))
        ],
        definition: digest, isTrial: true, restsOn: [StandIn(StepID("s"), .declared)])),
    .attemptFinished(
      AttemptFinished(
        step: StepID("s"), attempt: 1, outcome: .failed, result: value, captures: value,
        withheldCaptures: ["c"], isConfirmed: true,
        expectations: [.init(expression: "e", isMet: false, error: "e")], failure: failure,
        evidence: [
          EvidenceRecord(
            id: "E1", what: "w", source: "s", capturedAt: time, size: 1, digest: digest,
            content: .result(key: "stdout"), isCut: false),
          EvidenceRecord(
            id: "E2", what: "w", source: "s", capturedAt: time, size: 1, digest: digest,
            content: .file(path: "evidence/s-1/stdout.txt"), isCut: false),
        ],
        timeline: [
          TimelineRow(at: time, text: "t", source: "s", clockOffsetMicroseconds: 1)
        ], notices: ["n"], elapsedMicroseconds: 1,
        workDone: [
          WorkDone(item: 1, .sent, times: 2, affected: 1, sent: "s", reason: "r")
        ], isEffectDone: true, isWord: true, restsOn: [StandIn(StepID("s"), .skipped)],
        capturesRestOn: ["c": [StandIn(StepID("s"), .declared)]], isUnasked: true,
        codeAfter: [
          DatabaseCodeSeen(
            connection: "main",
            parts: [SealedPart(name: "n", digest: digest, group: .init(count: 1, newest: ["w"]))])
        ])),
    .stepSkipped(
      StepSkipped(
        step: StepID("s"), cause: .condition, reason: "r", definition: digest, isUnlooked: true,
        decider: Actor(account: "a", name: "n", via: "v"),
        restsOn: [StandIn(StepID("s"), .answered)])),
    .gateOpened(
      GateOpened(
        gate: "recovery", steps: [item], preparation: [work], identities: [identified],
        approvals: 1, question: "q", digest: digest, changes: ["c"],
        others: [OtherRun(run: RunID(rawValue: "r"), summary: "s", since: time, hasEnded: true)],
        isDeclinable: true, lapsed: ["l"], isAsApproved: true)),
    .gateDecided(
      GateDecided(
        gate: "recovery", decision: .approved, means: .flag, digest: digest, reason: "r")),
    .attemptSettled(
      AttemptSettled(
        step: StepID("s"), attempt: 1, settlement: .done, means: .receipt, detail: "d",
        doneAt: time, result: value, captures: value, withheldCaptures: ["c"],
        remnants: [Remnant(pid: 1, summary: "s", since: time)], asked: [work],
        evidence: [
          EvidenceRecord(
            id: "E3", what: "w", source: "s", capturedAt: time, size: 1, digest: digest,
            content: .result(key: "stdout"), isCut: false)
        ], isUnlooked: true, capturesRestOn: ["c": [StandIn(StepID("s"), .declared)]])),
    .retryRequested(RetryRequested(step: StepID("s"), reason: "r")),
    .runHeld(RunHeld(cause: .gate, subject: "recovery", message: "m")),
    .runResumed(
      RunResumed(
        host: "h", approvals: ["recovery"], toolVersion: "v", generation: 1, takenFrom: "t",
        reason: "r",
        change: PlanChange(
          difference: "d", runbook: runbook, connections: [connection], planFingerprint: digest,
          performs: [StepID("s")], environment: [VariableRecord(name: "n", digest: digest)]))),
    .noteAdded(NoteAdded(text: "t", at: time)),
    .reportEdited(ReportEdited(edits: [.init(field: "f", operation: .set, text: "t")])),
    .runEnded(RunEnded(status: .resolved, reason: "r")),
    .connectionUnseen(ConnectionUnseen(connection: "main", reason: "r")),
    .processesEnded(
      ProcessesEnded(
        step: StepID("s"), ended: [EndedProcess(pid: 1, summary: "s", means: "SIGTERM")])),
    .stepReopened(StepReopened(step: StepID("s"), cause: .laterChange, subject: "fix")),
    .drill(
      .started(
        DrillStarted(
          mode: .talk, drill: drill, participants: [.init(name: "n", role: "r")], seed: 1,
          isCheck: true))),
    .drill(.injectDelivered(InjectDelivered(inject: "i", cause: .hand))),
    .drill(.answerGiven(DrillAnswer(subject: "s", participant: "p", choice: "c", text: "t"))),
    .drill(.decisionMade(DrillWord("t", participant: "p"))),
    .drill(.hintGiven(HintGiven(inject: "i", number: 1))),
    .drill(.paused(DrillWord("t", participant: "p"))), .drill(.continued),
    .drill(.jumped(DrillJump(to: story, inject: "i"))),
    .drill(.extended(DrillExtension(by: story, reason: "r"))),
    .drill(.injectSkipped(InjectSkipped(inject: "i", reason: "r"))),
    .drill(.judged(ExpectationJudged(expectation: "e", isMet: true, reason: "r"))),
    .drill(.baselineTaken(DrillBaseline(objects: 1, tables: 1, rows: 1, digest: digest))),
    .drill(
      .compared(
        DrillComparison(
          objects: 1, equalObjects: 1, missing: ["m"], changed: ["c"], moved: ["m"], added: ["a"],
          tables: [.init(table: "t", before: 1, now: 1, lost: 1, new: 1)], rowsBefore: 1,
          trouble: "t"))),
    .drill(.ended(DrillWord("t", participant: "p"))),
  ]

  /// A case that is new has to be among the examples: this does not compile without it.
  private static func number(of event: Event) -> Int {
    switch event {
    case .runStarted: 0
    case .sandboxCreated: 1
    case .sandboxPrepared: 2
    case .sandboxRestarted: 3
    case .connectionIdentified: 4
    case .attemptStarted: 5
    case .attemptFinished: 6
    case .stepSkipped: 7
    case .gateOpened: 8
    case .gateDecided: 9
    case .attemptSettled: 10
    case .retryRequested: 11
    case .runHeld: 12
    case .runResumed: 13
    case .noteAdded: 14
    case .reportEdited: 15
    case .runEnded: 16
    case .connectionUnseen: 17
    case .processesEnded: 18
    case .stepReopened: 19
    case .drill(let event): 20 + number(of: event)
    }
  }

  private static func number(of event: DrillEvent) -> Int {
    switch event {
    case .started: 0
    case .injectDelivered: 1
    case .answerGiven: 2
    case .decisionMade: 3
    case .hintGiven: 4
    case .paused: 5
    case .continued: 6
    case .jumped: 7
    case .extended: 8
    case .injectSkipped: 9
    case .judged: 10
    case .baselineTaken: 11
    case .compared: 12
    case .ended: 13
    }
  }

  @Test func theExamplesAreWhole() {
    #expect(Self.events.map(Self.number) == Array(0..<34))
    for event in Self.events {
      let empty = Self.empty(event, "\(event.typeName)").filter { path in
        !Self.ofAFile.contains { path.ends(with: "identity.\($0)") }
          && !Self.ofAGroup.contains { path.ends(with: $0) }
      }
      #expect(empty.isEmpty, "give these of the example a value: \(empty)")
    }
  }

  /// What the identity of a server has none of.
  private static let ofAFile = ["kind", "key", "facts"]

  /// A part that is over many things is of no file.
  private static let ofAGroup = ["attemptFinished.codeAfter.some..parts..file"]

  /// Fields of the example that are nil or empty: a field that is new shows here.
  private static func empty(_ item: Any, _ path: String) -> [String] {
    if item is Value || item is Timestamp || item is Digest || item is SourceText { return [] }
    let mirror = Mirror(reflecting: item)
    if mirror.displayStyle == .optional, mirror.children.isEmpty { return [path] }
    if mirror.displayStyle == .collection, mirror.children.isEmpty { return [path] }
    return mirror.children.flatMap { empty($0.value, "\(path).\($0.label ?? "")") }
  }

  @Test func anEventIsReadAgainAsItWas() throws {
    for event in Self.all {
      #expect(event.mapTexts { $0 } == event)
      #expect(try Event(from: ValueDecoder(try ValueEncoder.value(of: event))) == event)
    }
  }

  /// The secret is put into every string there is, one by one, and must be gone; what is left are names.
  @Test func noStringKeepsASecret() throws {
    let secret = "hunter2"
    var kept: Set<String> = []
    var count = 0
    for event in Self.all {
      let stored = try ValueEncoder.value(of: event)
      for place in Self.strings(in: stored) {
        let changed = Self.replacing(stored, place[...], with: secret)
        // What is no longer an event holds a number, a time or a case's name.
        guard let event = try? Event(from: ValueDecoder(changed)) else { continue }
        count += 1
        let redacted = event.mapTexts { $0.replacingAll(secret, with: "[redacted]") }
        if try ValueEncoder.value(of: redacted).json.holds(secret) {
          kept.insert(
            place.compactMap { if case .key(let key) = $0 { key } else { nil } }
              .suffix(2).joined(separator: "."))
        }
      }
    }
    #expect(count > 200)
    let names = Set(kept.map { $0.pieces(separatedBy: ".").last.map(String.init) ?? $0 })
    let allowed = StoredTexts.names.union([
      // Of a step and of a run: types of their own.
      "step", "run", "receipts", "begun", "performs",
      // A condition and a drill's name for something, with the file that it stands in.
      "text", "file",
      // The names under which values lie in a map.
      "$map",
    ])
    #expect(names.isSubset(of: allowed), "\(kept.sorted())")
    for key in kept where key.ends(with: ".text") {
      let owner = key.pieces(separatedBy: ".").first.map(String.init) ?? ""
      #expect(
        [
          "condition", "_0", "recovered", "module", "input", "values", "leadsTo", "objective",
          "step", "name", "choice",
        ].contains(owner), "\(key)")
    }
  }

  private enum Part {
    case key(String)
    case index(Int)
  }

  private static func strings(in value: Value) -> [[Part]] {
    switch value {
    case .string: [[]]
    case .list(let items):
      items.enumerated().flatMap { index, item in
        strings(in: item).map { [.index(index)] + $0 }
      }
    case .map(let map):
      map.pairs.flatMap { key, value in
        strings(in: value).map { [.key(key.stringValue ?? "")] + $0 }
      }
    default: []
    }
  }

  private static func replacing(
    _ value: Value, _ place: ArraySlice<Part>, with text: String
  ) -> Value {
    switch (value, place.first) {
    case (.list(var items), .index(let index)?):
      items[index] = replacing(items[index], place.dropFirst(), with: text)
      return .list(items)
    case (.map(var map), .key(let key)?):
      map[key] = replacing(map[key] ?? .null, place.dropFirst(), with: text)
      return .map(map)
    default: return .string(text)
    }
  }
}
