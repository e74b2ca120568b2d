import ArgumentParser
import RunbookEngine
import RunbookModel
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
    let held = try await HeldRun.open(run, state, mayHaveEnded: true)
    let lease: LeaseState
    do throws(StoreError) {
      lease = try held.journal.leaseState()
    } catch {
      try held.console.fail(error)
    }
    let forecast = KillForecast(held.state, isAlive: lease.living != nil, run: held.id)
    if json {
      held.console.print(json: object(held.id, held.state, lease, forecast).json)
    } else {
      show(held.id, held.state, lease, forecast, held.console)
    }
  }

  private func show(
    _ id: RunID, _ state: RunState, _ lease: LeaseState, _ forecast: KillForecast,
    _ console: Console
  ) {
    guard let started = state.started else { return console.print("Run \(id) has no entries.") }
    console.print("\(started.runbook.title, .bold) (run \(id))")
    console.print(
      "Started \(state.startedAt.map { "\($0)" } ?? "?"), \(state.lifecycle.text(isAlive: lease.living != nil))"
    )
    if let living = lease.living {
      let beat = living.beat.map { ", last sign of life \($0)" } ?? ""
      console.print("Carried out by \(living.description)\(beat)")
    }
    if started.isDrill { console.print("DRILL: an exercise, not an incident") }
    if started.isSandbox { console.print("SANDBOX: a throwaway database, not a real one") }
    var table = Table(["", "PHASE", "STEP", "ATTEMPTS", "OUTCOME"])
    for step in (state.runbook ?? started.runbook).steps {
      let one = state.step(step.id)
      table.append(
        [
          one.mark(in: step.phase), step.phase.rawValue, step.id.rawValue, "\(one.attempts)",
          one.outcome(in: step.phase),
        ])
    }
    console.print("\n\(table.text)")
    // Of a drill nothing is lost by a kill.
    if !started.isDrill || started.isSandbox {
      for line in forecast.lines { console.print("\(line)") }
    }
    if case .held(let hold) = state.lifecycle {
      for line in RunClosing.advice(hold, run: id) { console.print("\(line)") }
    }
  }

  private func object(
    _ id: RunID, _ state: RunState, _ lease: LeaseState, _ forecast: KillForecast
  ) -> Value {
    [
      "run": .string(id.rawValue),
      "runbook": .string(state.started?.runbook.name ?? ""),
      "state": .string(state.lifecycle.name), "reason": .string(state.lifecycle.reason),
      "sandbox": .bool(state.started?.isSandbox ?? false),
      "drill": .bool(state.started?.isDrill ?? false),
      "alive": .bool(lease.living != nil), "generation": .int(lease.generation),
      "if_killed": .string(forecast.lines.joined(separator: " ")),
      "started": state.startedAt.map(Value.timestamp) ?? .null,
      "findings": .list(state.findings.map { .string($0.rawValue) }),
      "steps": .list(
        (state.runbook?.steps ?? []).map { step in
          let one = state.step(step.id)
          return [
            "id": .string(step.id.rawValue), "phase": .string(step.phase.rawValue),
            "status": .string(one.word(in: step.phase)),
            "attempts": .int(Int64(one.attempts)),
            "failure": one.failure.map { .string($0.message) } ?? .null,
            "decided_by": one.word.map { .string($0.actor.displayName) } ?? .null,
            "reason": (one.word?.reason ?? one.skip?.word.reason).map(Value.string) ?? .null,
          ]
        }),
    ]
  }
}

struct RunsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "runs", abstract: "List the runs, the newest first.")

  @OptionGroup var state: StateOptions

  @Flag(help: "One JSON object a line.")
  var json = false

  func run() throws {
    let console = Console.current(.current())
    let store = Surroundings.current().store(state.state)
    do throws(StoreError) { try store.check() } catch { try console.fail(error) }
    var table = Table(["RUN", "RUNBOOK", "STARTED", "STATE"])
    let runs = store.runs()
    for id in runs {
      do throws(StoreError) {
        let isAlive = try store.open(id).leaseState().living != nil
        guard let summary = try store.summary(of: id) else {
          throw StoreError(
            .cannotRead, subject: id.rawValue,
            isAlive
              ? "just beginning" : "cut off before it had begun anything: its journal is empty")
        }
        let mark = summary.isDrill ? " DRILL" : summary.isSandbox ? " SANDBOX" : ""
        if json {
          let object: Value = [
            "run": .string(id.rawValue), "runbook": .string(summary.runbook),
            "started": .timestamp(summary.startedAt),
            "state": .string(summary.state(isAlive: isAlive)),
            "sandbox": .bool(summary.isSandbox), "drill": .bool(summary.isDrill),
          ]
          console.print(json: object.json)
        } else {
          table.append(
            [
              id.rawValue, summary.runbook, "\(summary.startedAt)",
              summary.state(isAlive: isAlive) + mark,
            ])
        }
      } catch {
        let object: Value = ["run": .string(id.rawValue), "error": .string(error.message)]
        if json { console.print(json: object.json) }
        table.append([id.rawValue, "?", "?", error.message])
      }
    }
    if !json { console.print(runs.isEmpty ? "There are no runs yet." : table.text) }
  }
}

extension RunSummary {
  func state(isAlive: Bool) -> String {
    switch lastChange {
    case .runEnded(let end): end.status.rawValue
    case _ where isAlive: "running"
    case .runHeld: "held"
    default: "cut off"
    }
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
    declaration ?? skip.flatMap { $0.cause == .decision ? $0.word : nil }
  }

  fileprivate func mark(in phase: Phase) -> String {
    if isNoFinding(in: phase) { return "?" }
    return declaration == nil ? status.mark : "!"
  }

  fileprivate func outcome(in phase: Phase) -> String {
    if let declaration {
      return "declared done by \(declaration.actor.displayName): \(declaration.reason)"
    }
    if let skip {
      guard skip.cause == .decision else { return "did not apply: \(skip.word.reason)" }
      let verb = phase == .safeguards ? "declined" : "skipped"
      return "\(verb) by \(skip.word.actor.displayName): \(skip.word.reason)"
    }
    let verb = isNoFinding(in: phase) ? "could not be carried out" : status.rawValue
    return failure.map { "\(verb): \($0.message)" } ?? verb
  }

  /// As tools read it.
  fileprivate func word(in phase: Phase) -> String {
    if declaration != nil { return "declared" }
    return isNoFinding(in: phase) ? "couldNotRun" : status.rawValue
  }

  private func isNoFinding(in phase: Phase) -> Bool {
    status == .failed && isWithoutAnswer && !phase.mayChange
  }
}

extension StepState.Status {
  fileprivate var mark: String {
    switch self {
    case .pending: " "
    case .running: ">"
    case .succeeded: "✔"
    case .failed: "✘"
    case .unknown: "?"
    case .skipped: "-"
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
