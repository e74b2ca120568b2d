import RunbookDrill
import RunbookModel
import RunbookReport
import RunbookTestSupport
import Testing

@testable import RunbookEngine

/// Promise 3: whatever happens to a run and whatever people decide on it, its end and its report say
/// what an independent reader of the journal finds.
struct IndependentReaderTests {
  @Test func theReportSaysWhatAnIndependentReaderFinds() async throws {
    let property = Property(share: 0.02)
    var ends: [String: Int] = [:]
    for number in 0..<UInt64(property.cases) {
      var generator = SeededGenerator(seed: property.seed &+ number)
      var run = RandomRun(&generator)
      try await run.carryOut(&generator)
      let entries = try await run.simulation.journal.entries()
      let reader = try IndependentReader(entries, reads: run.reads, given: run.given)
      ends[reader.end?.status ?? "held", default: 0] += 1
      let faults = try Self.faults(entries, reader)
      #expect(
        faults.isEmpty,
        """
        RUNBOOK_PROPERTY_SEED=\(property.seed &+ number) RUNBOOK_PROPERTY_CASES=50: \
        \(faults.joined(separator: "\n")) of \(run.simulation.history)
        """)
      if !faults.isEmpty { return }
    }
    // The property is worth something only where the runs come to all ends.
    if property.cases >= 200 {
      for end in ["resolved", "unverified", "failed", "undetermined", "abandoned"] {
        #expect(ends[end, default: 0] > 0, "no run ended \(end): \(ends)")
      }
    }
  }

  /// The deviations of a report that the journal does not bear out.
  private static func faultsOfGrounds(_ text: String, _ reader: IndependentReader) -> [String] {
    reader.steps.filter { step in
      let isTold = text.pieces(separatedBy: "\n").contains {
        $0.holds("`\(step.id)` was carried out on a ground that is not established")
      }
      return isTold != step.isUnfounded
    }.map { "the report is wrong about what '\($0.id)' was carried out on" }
  }

  private static func faults(_ entries: [Entry], _ reader: IndependentReader) throws -> [String] {
    var faults = [reader.faultOfReason].compactMap(\.self)
    let state = try RunState(replaying: entries)
    if let end = reader.end, end.status != "abandoned" {
      if end.status != reader.expectedStatus {
        faults.append("it ended \(end.status), and came to \(reader.expectedStatus)")
      }
      if case .ended(let ended) = state.lifecycle, let objection = state.objection(to: ended) {
        faults.append("verify-journal: \(objection)")
      }
    }
    for step in reader.steps {
      let phase = Phase(rawValue: step.phase)
      let said = state.step(StepID(step.id)).standing(in: phase, isOver: state.isOver).rawValue
      // What its process had ended and was found to have had no effect is to come again for the run.
      let isOpen = step.isFoundNotDone && ["pending", "notDone", "failed"].contains(said)
      if said.lowercased() != step.word.replacingAll("_", with: ""), !isOpen {
        faults.append("'status' says \(said) of '\(step.id)', which is \(step.word)")
      }
    }
    let report = try IncidentReport(entries: entries)
    faults += Self.faults(ofJSON: try Value(json: report.text(as: .json)), reader)
    faults += Self.faults(ofMarkdown: try report.markdown(), reader)
    return faults
  }

  private static func faults(ofJSON json: Value, _ reader: IndependentReader) -> [String] {
    var faults: [String] = []
    let status = reader.end?.status ?? (reader.isHeld ? "held" : "inProgress")
    let shown = json["head"]?["status"]?.stringValue ?? ""
    if shown.replacingAll("_", with: "") != status.lowercased() {
      faults.append("the head says \(shown) of a run that is \(status)")
    }
    if json["summary"]?["has_safeguards"] != .bool(reader.areSafeguardsImplemented) {
      faults.append("the summary is wrong about safeguards")
    }
    let tests = json["verification"]?["tests"]?.listValue ?? []
    let rows =
      tests.compactMap { $0["step"] } + (json["safeguards"]?["steps"]?.listValue ?? [])
      + (json["resolution"]?["steps"]?.listValue ?? [])
    for row in rows {
      let id = row["id"]?.stringValue ?? ""
      let word = reader.steps.first { $0.id == id }?.word ?? "not there"
      let said = row["status"]?.stringValue ?? ""
      if said != word { faults.append("the report says \(said) of '\(id)', which is \(word)") }
    }
    return faults
  }

  /// Whether a line has a step's title, and not that of another whose id begins with this one's.
  private static func names(_ line: some StringProtocol, _ id: String) -> Bool {
    String(line).pieces(separatedBy: "Step \(id)").dropFirst().contains { rest in
      rest.unicodeScalars.first.map { !$0.properties.isAlphabetic && $0 != "-" } ?? true
    }
  }

  private static func faults(ofMarkdown text: String, _ reader: IndependentReader) -> [String] {
    var faults = faultsOfGrounds(text, reader)
    let isWhole = reader.end?.status == "resolved" && reader.areSafeguardsImplemented
    if text.holds("RESOLVED with safeguards implemented") != isWhole {
      faults.append("the status is wrong about safeguards")
    }
    if text.holds("## Safeguards Implemented") != reader.areSafeguardsImplemented {
      faults.append("the heading is wrong about safeguards")
    }
    for line in text.pieces(separatedBy: "\n") where line.holds("✅") {
      for step in reader.steps where step.word != "succeeded" && names(line, step.id) {
        faults.append("the report ticks '\(step.id)', which is \(step.word): \(line)")
      }
    }
    for line in text.pieces(separatedBy: "\n") where line.holds("declined") {
      for step in reader.steps
      where line.holds("`\(step.id)`") && !reader.declined.contains(step.id) {
        faults.append("the report says declined of '\(step.id)', which is \(step.word): \(line)")
      }
    }
    for step in reader.steps where step.word == "declared" {
      if !text.holds("declared done by bob") {
        faults.append("'\(step.id)' is not said to be a word")
      }
    }
    return faults
  }
}

/// A run that is carried out, killed, taken up and decided on at random.
private struct RandomRun {
  var simulation: Simulation
  private let gates: Set<String>
  /// By step: those whose values its `when` or its `confirms` reads.
  private(set) var reads: [String: [String]] = [:]
  /// By step: those whose values its work is given.
  private(set) var given: [String: [String]] = [:]
  /// What was accepted, by what the journal has of it.
  private var accepted: [RunbookRecord: Runbook] = [:]

  init(_ generator: inout SeededGenerator) {
    var steps = [
      step("t1", .timeline) { $0.captures = [capture("seen", "1", fallback: 0)] },
      step("d1", .detection) { $0.confirms = source("true") },
    ]
    if generator.chance(0.1) { steps[1] = step("d1", .detection) { $0.confirms = source("false") } }
    if generator.chance(0.2) {
      let truth = generator.one(of: ["seen >= 0", "seen < 0"])
      steps[1] = step("d1", .detection) { $0.confirms = source(truth) }
      reads["d1"] = ["t1"]
    }
    if generator.chance(0.3) {
      steps.append(step("d2", .detection) { $0.when = source("false") })
    }
    steps.append(step("r1", .recovery, kind: "sql"))
    steps.append(
      step("r2", .recovery) {
        $0.settle = settle(done: "stdout == 'yes'", notDone: "stdout == 'no'")
      })
    if generator.chance(0.5) {
      let isAsked = generator.chance(0.5)
      steps.append(step("r3", .recovery) { if isAsked { $0.when = source("seen >= 0") } })
      if isAsked { reads["r3"] = ["t1"] }
    }
    for (id, (condition, name)) in [
      "a": ("seen < 0", "t1"), "b": ("steps['r1'].outcome == 'failed'", "r1"),
      "c": ("steps['a'].outcome == 'failed'", "a"),
    ].sorted(by: { $0.key < $1.key }) where generator.chance(0.3) {
      guard name == "t1" || steps.contains(where: { $0.id.rawValue == name }) else { continue }
      steps.append(step(id, .verification) { $0.when = source(condition) })
      reads[id] = [name]
    }
    if generator.chance(0.3) {
      steps.append(
        step("m1", .verification, kind: "manual") {
          $0.captures = [capture("said", "answer", fallback: "nothing")]
        })
      steps.append(step("w1", .verification, text: "look for ${{ said }}"))
      given["w1"] = ["m1"]
    }
    for number in 0..<generator.below(4) {
      let isWanted = generator.chance(0.8)
      steps.append(
        step("v\(number)", .verification) { if !isWanted { $0.when = source("false") } })
    }
    for number in 0..<generator.below(3) {
      let isWanted = generator.chance(0.8)
      steps.append(
        step("s\(number)", .safeguards) { if !isWanted { $0.when = source("false") } })
    }
    var simulation = Simulation(runbook(steps, connections: [connection()]))
    for step in steps {
      simulation.outcomes[step.id] = (0..<40).map { _ in
        step.kind == "manual" ? .values(["answer": "ok"]) : Self.outcome(&generator)
      }
      if step.phase.mayChange { simulation.effects[step.id] = .mutating }
    }
    self.simulation = simulation
    gates = Set(["recovery"] + steps.filter { $0.phase.mayChange }.map(\.id.rawValue))
    look(&generator)
  }

  private static func outcome(_ generator: inout SeededGenerator) -> SimulatedOutcome {
    switch generator.below(20) {
    case 0, 1: .failure(StepFailure(.refused, "no", code: "exit 1"))
    case 2: .failure(StepFailure(.refused, "no such table", code: "42P01"))
    case 3: .failure(StepFailure(.refused, "ended", code: "57P01"))
    case 4, 5: .failure(StepFailure(.unreachable, "no server"))
    case 6, 7: .failure(StepFailure(.lost, "lost; whether it took effect is not known"))
    case 8: .failure(StepFailure(.interrupted, "stopped"))
    default: .success
    }
  }

  /// What receipts and probes say from now on.
  private mutating func look(_ generator: inout SeededGenerator) {
    let isThere = generator.chance(0.5)
    simulation.settlements["r1"] = SimulatedSettlement(
      receipt: isThere ? .of() : nil,
      failure: generator.chance(0.3) ? StepFailure(.unreachable, "away") : nil)
    let answer = generator.one(of: ["yes", "no", "maybe"])
    simulation.probes["r2"] = Array(repeating: .values(["stdout": .string(answer)]), count: 60)
  }

  mutating func carryOut(_ generator: inout SeededGenerator) async throws {
    if generator.chance(0.7) { simulation.options.approvals = gates }
    try await simulation.run()
    for _ in 0..<14 {
      if generator.chance(0.3) { cut(&generator) }
      let state = try RunState(replaying: simulation.journal.stored)
      if case .ended = state.lifecycle { return }
      // A change whose entry was cut off was never accepted.
      if let known = state.runbook.flatMap({ accepted[$0] }) { simulation.runbook = known }
      simulation = simulation.crashed(after: simulation.journal.stored)
      look(&generator)
      if generator.chance(0.03) {
        return try await add(.runEnded(RunEnded(status: .abandoned, reason: "restored")))
      }
      simulation.options.approvals = generator.chance(0.8) ? gates : []
      if generator.chance(0.1) {
        let lost = LostProof(isLeaseLost: false, receipts: [StepID("r1")])
        simulation.gateway = SimulatedGateway(lost: lost)
        simulation.options.approvals.insert("identity:main")
      }
      if generator.chance(0.3) {
        simulation.person = SimulatedOperator(
          decisions: Dictionary(uniqueKeysWithValues: gates.map { ($0, [.refused]) }))
      }
      try await speak(on: state, &generator)
      let spoken = try RunState(replaying: simulation.journal.stored)
      let decisions = decisions(on: spoken, &generator)
      let change = change(from: spoken, &generator)
      try await simulation.resume(decisions: decisions, change: change)
    }
  }

  /// What `--accept-changes` would take: a step that is not begun, or that failed, goes, gets another name,
  /// or a `when` that is false; a check that has passed gets another text.
  private mutating func change(
    from state: RunState, _ generator: inout SeededGenerator
  ) -> PlanChange? {
    guard generator.chance(0.15) else { return nil }
    let steps = simulation.runbook.steps
    let index = generator.below(steps.count)
    let old = steps[index]
    // A check that has passed may be another one: it is carried out again.
    let isPassedCheck =
      old.phase == .verification && state.step(old.id).status == .succeeded
    guard isPassedCheck || [.pending, .failed].contains(state.step(old.id).status) else {
      return nil
    }
    var changed = steps
    switch isPassedCheck ? 3 : generator.below(3) {
    case 3:
      changed[index] = step(
        old.id.rawValue, old.phase, kind: old.kind, text: "another \(generator.below(1000))")
    case 0: changed.remove(at: index)
    case 1:
      changed[index] = step("\(old.id)x", old.phase, kind: old.kind)
      simulation.outcomes[changed[index].id] = [.success, .success]
      simulation.effects[changed[index].id] = simulation.effects[old.id]
    default:
      changed[index] = step(old.id.rawValue, old.phase, kind: old.kind) {
        $0.when = source("false")
      }
    }
    if let former = state.runbook { accepted[former] = simulation.runbook }
    simulation.runbook = runbook(changed, connections: [connection()])
    guard
      simulation.plan.objections(
        to: state, kinds: simulation.kinds, key: simulation.options.key
      ).isEmpty
    else {
      simulation.runbook = runbook(steps, connections: [connection()])
      return nil
    }
    let change = PlanChange(to: simulation.plan, difference: "changed")
    accepted[change.runbook] = simulation.runbook
    return change
  }

  /// The process died before it could write all that it wrote.
  private mutating func cut(_ generator: inout SeededGenerator) {
    let stored = simulation.journal.stored
    let tail = min(stored.count - 1, 4)
    guard tail > 0 else { return }
    simulation.journal = MemoryJournal(Array(stored.dropLast(generator.below(tail))))
  }

  private func add(_ event: Event) async throws {
    _ = try await simulation.journal.append([event], by: Actor(account: "bob"), at: .epoch)
  }

  /// What `runbook resolve` would take.
  private func speak(on state: RunState, _ generator: inout SeededGenerator) async throws {
    for record in state.runbook?.steps ?? [] where state.refusal(ofWordOn: record) == nil {
      guard generator.chance(0.6) else { continue }
      try await add(
        .attemptSettled(
          AttemptSettled(
            step: record.id, attempt: state.step(record.id).attempts,
            settlement: generator.chance(0.5) ? .done : .notDone, means: .word, detail: "I looked"))
      )
    }
  }

  /// What `runbook skip` and `runbook retry` would decide.
  private func decisions(
    on state: RunState, _ generator: inout SeededGenerator
  ) -> [Event] {
    var events: [Event] = []
    for record in state.runbook?.steps ?? [] {
      switch state.step(record.id).status {
      case .failed where generator.chance(0.5):
        events.append(.retryRequested(RetryRequested(step: record.id, reason: nil)))
      // What a check has found is not skipped.
      case .failed where record.phase == .verification && !state.step(record.id).isWithoutAnswer:
        continue
      case .failed where generator.chance(0.5), .unknown where generator.chance(0.3),
        .pending where generator.chance(0.05):
        events.append(
          .stepSkipped(StepSkipped(step: record.id, cause: .decision, reason: "no time")))
      case .failed, .unknown, .pending, .running, .succeeded, .skipped: continue
      }
    }
    return events
  }
}

extension Value {
  fileprivate subscript(key: String) -> Value? { mapValue?[.string(key)] }
}
