import ArgumentParser
import RunbookEngine
import RunbookModel
import RunbookReport
import RunbookStore

struct StatusCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status", abstract: "Show how a run stands, step by step.")

  @Argument(help: "The run, by its id or the start of one; the newest when it is left out.")
  var run: String?

  @OptionGroup var state: StateOptions

  @Flag(help: "One JSON object.")
  var json = false

  func run() async throws {
    let held = try await HeldRun.open(run, state, mayHaveEnded: true, actsForOwner: true)
    let lease = try held.leaseState()
    let forecast = KillForecast(held.state, isAlive: lease.living != nil, held.commands)
    if json {
      held.console.print(json: object(held, lease, forecast).json)
    } else {
      show(held, lease, forecast)
    }
  }

  private func show(_ held: HeldRun, _ lease: LeaseState, _ forecast: KillForecast) {
    let (id, state, console) = (held.id, held.state, held.console)
    guard let started = state.started else { return console.print("Run \(id) has no entries.") }
    console.print("\(started.runbook.title, .bold) (run \(id))")
    console.print(
      "Started \(state.startedAt.map { "\($0)" } ?? "?"), \(standing(state, lease))"
    )
    if let living = lease.living {
      let beat = living.beat.map { ", last sign of life \($0)" } ?? ""
      console.print("Carried out by \(living.description)\(beat)")
    }
    if started.isDrill { console.print("DRILL: an exercise, not an incident") }
    if started.isSandbox { console.print("SANDBOX: a throwaway database, not a real one") }
    var table = Table(["", "PHASE", "STEP", "ATTEMPTS", "OUTCOME"])
    for step in (state.runbook ?? started.runbook).steps + state.formerSteps {
      let one = state.step(step.id)
      table.append(
        [
          one.mark(in: step.phase, state), step.phase.rawValue, step.id.rawValue,
          "\(one.attempts)", one.outcome(in: step.phase, state),
        ])
    }
    console.print("\n\(table.text)")
    // Of a drill nothing is lost by a kill.
    if !started.isDrill || started.isSandbox {
      for line in forecast.lines { console.print("\(line)") }
    }
    for one in state.unseen.values.sorted(by: { $0.connection < $1.connection }) {
      console.print("\("Not looked at: \(one.words).", .boldYellow)")
    }
    for step in state.unlookedSteps {
      let words =
        "Not checked: how step '\(step)' stands is a person's word that nobody could hold against its database; "
        + "'resume' does, once that can be reached"
      console.print("\(words, .boldYellow)")
    }
    for ending in state.endings {
      let step = ending.ended.step.map { " of step '\($0)'" } ?? ""
      for one in ending.ended.ended {
        console.print("Ended\(step) by \(ending.actor.displayName): \(one.words).")
      }
    }
    if !state.isOver { showGates(state, lease, console) }
    showDecisions(held)
    if case .held(let hold) = state.lifecycle {
      if state.isVerified { console.print("Verified: \(state.verification.words).") }
      for line in RunClosing.advice(hold, state, held.commands) { console.print("\(line)") }
    }
  }

  private func standing(_ state: RunState, _ lease: LeaseState) -> String {
    let words = state.standing(isAlive: lease.living != nil)
    guard state.lifecycle == .running, lease.living != nil else { return words }
    if let step = state.questionedStep {
      return "\(words), and waits for a person's answer to step '\(step.id)': \(step.title)"
    }
    guard let gate = state.waitingGates.first else { return words }
    return "\(words), and waits for a decision on the gate '\(gate.opened.gate)'"
  }

  /// What people have decided, as the report has it.
  private func showDecisions(_ held: HeldRun) {
    do throws(ReportError) {
      let decisions = try IncidentReport(entries: held.entries).decisions
      guard !decisions.isEmpty else { return }
      held.console.print("What people decided:")
      for one in decisions { held.console.print("  \(one.at.description)  \(one.text)") }
    } catch {
      held.console.printError("What people decided cannot be listed: \(String(describing: error))")
    }
  }

  /// The same for tools; null where they cannot be listed.
  private func decisions(of entries: [Entry]) -> Value {
    do throws(ReportError) {
      return .list(
        try IncidentReport(entries: entries).decisions.map {
          [
            "at": .timestamp($0.at), "by": .string($0.actor.displayName),
            "account": .string($0.actor.account), "what": .string($0.text),
            "reason": $0.reason.map(Value.string) ?? .null,
          ]
        })
    } catch {
      return .null
    }
  }

  /// What waits for a person's decision, and what of it is not what was approved once.
  private func showGates(_ state: RunState, _ lease: LeaseState, _ console: Console) {
    // Between its opening and its decision a run that goes on does nothing else than ask.
    let place =
      lease.living.map {
        ", at the terminal of \($0.placeWords), or by 'approve' from any other"
      } ?? ""
    for gate in state.waitingGates {
      let names = gate.approverNames
      let given = names.isEmpty ? "" : ", approved by \(names)"
      let count = gate.opened.approvals > 1 ? " of \(gate.opened.approvals) people" : ""
      let since = gate.openedAt.wholeSecond
      console.print(
        "Gate '\(gate.opened.gate)' waits for a decision\(count), since \(since)\(given)\(place).")
    }
    for gate in state.refusedGates {
      let who = gate.refuser?.displayName ?? "somebody"
      let why = gate.refusal?.reason.map { ": \($0)" } ?? ""
      console.print("Gate '\(gate.opened.gate)' is refused by \(who)\(why).")
    }
    for (gate, changes) in state.gateChanges.sorted(by: { $0.key < $1.key }) {
      console.print("\("Gate '\(gate)': it is not what was approved:", .boldYellow)")
      for change in changes { console.print("  \(change)") }
      let lapsed = state.lapsedApprovals[gate] ?? []
      if !lapsed.isEmpty {
        console.print("  approved before that by \(lapsed.joined(separator: ", "))")
      }
    }
  }

  private func object(_ held: HeldRun, _ lease: LeaseState, _ forecast: KillForecast) -> Value {
    let (id, state) = (held.id, held.state)
    return [
      "run": .string(id.rawValue),
      "runbook": .string(state.started?.runbook.name ?? ""),
      "state": .string(state.lifecycle.name),
      "verified": .bool(state.isVerified), "reason": .string(state.lifecycle.reason),
      "ended_by": state.giver.map { .string($0.displayName) } ?? .null,
      "decisions": decisions(of: held.entries),
      "sandbox": .bool(state.started?.isSandbox ?? false),
      "drill": .bool(state.started?.isDrill ?? false),
      "alive": .bool(lease.living != nil), "generation": .int(lease.generation),
      "if_killed": .string(forecast.lines.joined(separator: " ")),
      "started": state.startedAt.map(Value.timestamp) ?? .null,
      "findings": .list(state.findings.map { .string($0.rawValue) }),
      "gates": .list(
        (state.isOver ? [] : state.waitingGates).map { gate in
          [
            "gate": .string(gate.opened.gate), "since": .timestamp(gate.openedAt),
            "approvals": .int(Int64(gate.opened.approvals)),
            "approved_by": .list(gate.accounts.sorted().map(Value.string)),
            "refused_by": gate.refuser.map { .string($0.displayName) } ?? .null,
            "sha256": .string(gate.opened.digest.hex),
            "changes": .list((state.gateChanges[gate.opened.gate] ?? []).map(Value.string)),
            "lapsed_approvals": .list(
              (state.lapsedApprovals[gate.opened.gate] ?? []).map(Value.string)),
          ]
        }),
      "not_looked_at": .list(
        state.unseen.values.sorted { $0.connection < $1.connection }.map {
          ["connection": .string($0.connection), "reason": .string($0.reason)]
        }),
      "unchecked_words": .list(state.unlookedSteps.map { .string($0.rawValue) }),
      "waits_for_answer": state.questionedStep.map { .string($0.id.rawValue) } ?? .null,
      "ended_processes": .list(
        state.endings.flatMap { ending in
          ending.ended.ended.map {
            [
              "pid": .int($0.pid), "what": .string($0.summary), "by": .string($0.means),
              "step": ending.ended.step.map { .string($0.rawValue) } ?? .null,
              "decided_by": .string(ending.actor.displayName),
            ]
          }
        }),
      "steps": .list(
        ((state.runbook?.steps ?? []) + state.formerSteps).map { step in
          let one = state.step(step.id)
          return [
            "id": .string(step.id.rawValue), "phase": .string(step.phase.rawValue),
            "status": .string(one.word(in: step.phase, state)),
            "in_runbook": .bool(!one.isTakenOut),
            "left_out": .bool(one.skip?.cause == .decision),
            "attempts": .int(Int64(one.attempts)),
            "failure": one.failure.map { .string($0.message) } ?? .null,
            "decided_by": one.word.map { .string($0.actor.displayName) } ?? .null,
            "reason": (one.word?.reason ?? one.skip?.word.reason).map(Value.string) ?? .null,
          ]
        }),
    ]
  }
}

extension RunState {
  /// How the run stands, with who gave it up.
  fileprivate func standing(isAlive: Bool) -> String {
    guard let giver, case .ended(let end) = lifecycle else {
      return lifecycle.text(isAlive: isAlive)
    }
    return "\(end.status.title.lowercased()) by \(giver.displayName): \(end.reason)"
  }
}

extension RunState.Lifecycle {
  var name: String {
    switch self {
    case .notStarted: "notStarted"
    case .running: "running"
    case .held: "held"
    case .ended(let end): end.status.rawValue
    }
  }

  var reason: String {
    switch self {
    case .notStarted, .running: ""
    case .held(let hold): hold.message
    case .ended(let end): end.reason
    }
  }

  func text(isAlive: Bool) -> String {
    switch self {
    case .notStarted: "not started"
    case .running: isAlive ? "running" : "cut off: its process died"
    case .held(let hold): "held: \(hold.message)"
    case .ended(let end): "\(end.status.title.lowercased()): \(end.reason)"
    }
  }
}

extension StepState {
  /// What a person said in place of the step.
  fileprivate var word: PersonsWord? {
    declaration ?? skip.flatMap { $0.cause == .decision ? $0.word : nil } ?? denial
  }

  fileprivate func mark(in phase: Phase, _ state: RunState) -> String {
    switch standing(in: phase, isOver: state.isOver) {
    case .pending, .notBegun, .notDone, .again, .outdated: " "
    case .inFlight: ">"
    case .succeeded: "✔"
    case .failed: "✘"
    case .unknown, .couldNotRun, .resting: "?"
    case .skipped: "-"
    case .declared, .attested, .missing: "!"
    }
  }

  fileprivate func outcome(in phase: Phase, _ state: RunState) -> String {
    let gone = isTakenOut ? ["taken out of the runbook"] : []
    if let declaration {
      let who = "declared done by \(declaration.actor.displayName): \(declaration.reason)"
      return ([who] + gone).joined(separator: "; ")
    }
    if let skip, skip.cause == .condition {
      let leftOut = restsOn.leftOut
      return leftOut.isEmpty
        ? "did not apply: \(skip.word.reason)"
        : "left out by a `when` that rests on \(leftOut.words()): \(skip.word.reason)"
    }
    let left = skip.map {
      "\(phase.verbOfLeavingOut(wasTried: attempts > 0)) by \($0.word.actor.displayName): "
        + $0.word.reason
    }
    let standing = standing(in: phase, isOver: state.isOver)
    let isOpenAgain = standing == .again || standing == .outdated
    let denied =
      [.pending, .notDone].contains(standing)
      ? denial.map { "declared not done by \($0.actor.displayName): \($0.reason)" } : nil
    let own =
      standing == .skipped
      ? nil
      : denied ?? (standing == .succeeded && phase.mayChange ? bearing.success : nil)
        ?? wordsOfFooting(as: standing) ?? standing.plainWords(failure)
        + (isOpenAgain ? reopened.map { ": \($0.words)" } ?? "" : "")
    let ground =
      unestablished.isEmpty ? nil : "on a ground that is not established: \(unestablished.words())"
    let lost = standing == .missing ? loss?.approval : nil
    return ([own, ground, lost, left, wordsOfStaying].compactMap(\.self) + gone).joined(
      separator: "; ")
  }

  /// What a check rests on that people decided; nil where that is nothing, or its own answer.
  private func wordsOfFooting(as standing: StepStanding) -> String? {
    if standing == .resting { return "rests on \(restsOn.leftOut.words())" }
    return standing == .attested && !isAttested ? "rests on \(restsOn.words())" : nil
  }

  /// As tools read it.
  fileprivate func word(in phase: Phase, _ state: RunState) -> String {
    let standing = standing(in: phase, isOver: state.isOver)
    return standing == .inFlight ? "running" : standing.rawValue
  }
}

extension StepStanding {
  /// As a list says it.
  fileprivate func plainWords(_ failure: FailureRecord?) -> String {
    switch self {
    case .pending: "pending"
    case .inFlight: "running"
    case .failed, .couldNotRun, .unknown: failure.map { "\(words): \($0.message)" } ?? words
    case .notBegun, .notDone, .succeeded, .missing, .skipped, .declared, .attested, .resting,
      .again, .outdated:
      words
    }
  }
}

extension Console {
  /// Says why the store cannot serve, and ends with the status for it.
  func fail(_ error: StoreError) throws -> Never {
    let isPath = error.subject.begins(with: "/") && !error.message.holds(error.subject)
    printError("error: \(isPath ? "\(error.subject): " : "")\(error.message)")
    throw ExitStatus(error).code
  }
}

extension RunState {
  /// Steps of which a person said how they stand while nobody could look.
  fileprivate var unlookedSteps: [StepID] {
    ((runbook?.steps ?? []) + formerSteps).map(\.id).filter { step($0).isWordUnlooked }
  }

  /// The step in flight that asks a person.
  fileprivate var questionedStep: StepRecord? {
    let asking = Set(Composition.checkingKinds().filter(\.spec.asksAPerson).map(\.spec.name))
    return (runbook?.steps ?? []).first {
      step($0.id).status == .running && asking.contains($0.kind)
    }
  }

  /// Gates that are not approved, by name.
  fileprivate var waitingGates: [GateState] {
    gates.values.filter { !$0.isApproved && !$0.isRefused }
      .sorted { $0.opened.gate < $1.opened.gate }
  }

  /// Gates whose refusal keeps something from being done, by name.
  fileprivate var refusedGates: [GateState] {
    gates.values.filter { gate in
      gate.isRefused && !gate.opened.steps.allSatisfy { step($0.step).status.isSettled }
    }.sorted { $0.opened.gate < $1.opened.gate }
  }
}
