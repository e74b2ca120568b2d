import RunbookDrill
import RunbookEngine
import RunbookModel
import RunbookSyntax
import Testing

/// A runbook that is carried out with what its drill says that the steps bring back.
struct SimulatedRun {
  static let reader = RunbookReader(kinds: ShippedKinds.specs)

  let entries: [Entry]
  let clock: ManualClock
  let observer: RecordingObserver

  /// The runbook of these tests, with what its steps bring back.
  static func runbook(simulating text: String, script: String = "") throws -> Runbook {
    let text = """
      runbook: r
      inputs:
        log: {type: path, optional: true}
        needed: {type: int}
      connections:
        main: {kind: postgres, url: "${{ env.DATABASE_URL }}"}
      detection:
        - id: probe
          sql: SELECT name FROM missing
          capture: {missing: "rows.map(r, r.name)"}
          confirms: size(missing) > 0
        - {id: ask, http: {get: "https://${{ env.HOST }}/"}, expect: status == 503}
      recovery:
        - id: repair
          sql: CREATE TABLE gone ()
          retry: {every: 2s, attempts: 3, on: {sqlstates: ["55P03"]}}
        - {id: script, shell: {script: make it}, capture: {made: stdout}\(script)}
      verification:
        - {id: check, sql: SELECT 1, expect: row_count == 0}
        - {id: look, manual: Look at it., expect: answer == 'done'}
      drill:
        title: t
        injects: [{id: a, on: start, text: x}]
        simulate:

      """ + text.pieces(separatedBy: "\n").map { "    \($0)\n" }.joined()
    return try reader.read(text: text, fileName: "r.yaml").runbook
  }

  /// Outcomes with which it ends well.
  static let good = """
    inputs: {needed: 3}
    steps:
      probe: {rows: [{name: a}, {name: b}]}
      ask: {status: 503, body: '{"error": "x"}'}
      repair:
        - {fail: a lock was not to be had, code: "55P03", delay: 5s}
        - {result: {affected: 1}, delay: 1m}
      script: {output: "made", delay: 500ms}
      check: {rows: []}
      look: {answer: done}
    """

  init(_ runbook: Runbook, speedPercent: Int = 100, seenAt observed: ManualClock = ManualClock())
    async throws
  {
    let simulation = try #require(runbook.drill?.simulation)
    clock = observed
    observer = RecordingObserver()
    let world = try SimulatedWorld(
      of: runbook, by: simulation, kinds: ShippedKinds.specs, clock: clock,
      speedPercent: speedPercent)
    let journal = MemoryJournal()
    let decisions = Dictionary(
      uniqueKeysWithValues: (["recovery"] + runbook.steps.map(\.id.rawValue)).map {
        ($0, [OperatorDecision.approved])
      })
    let ports = EnginePorts(
      journal: journal, kinds: world.kinds, gateway: world.gateway, sandboxes: world.sandboxes,
      person: SimulatedOperator(decisions: decisions), observer: observer, clock: world.clock)
    var options = RunOptions(
      run: RunID(rawValue: "20251018-220300-abc"), actor: Actor(account: "ada"), host: "here",
      toolVersion: "0", runFolder: "/nowhere")
    options.isDrill = true
    var executor = Executor(plan: world.plan, ports: ports, options: options)
    try await executor.run()
    entries = journal.stored
  }

  /// How the attempts of a step ended.
  func attempts(of step: String) -> [AttemptFinished] {
    entries.compactMap { entry in
      guard case .attemptFinished(let end) = entry.event, end.step == StepID(step) else {
        return nil
      }
      return end
    }
  }

  var end: RunEnded? {
    entries.compactMap { if case .runEnded(let end) = $0.event { end } else { nil } }.last
  }

  var hold: RunHeld? {
    entries.compactMap { if case .runHeld(let hold) = $0.event { hold } else { nil } }.last
  }
}
