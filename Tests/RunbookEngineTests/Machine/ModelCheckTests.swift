import RunbookModel
import Testing

@testable import RunbookEngine

/// Every state that a small run can come to, and in each of them every law.
struct ModelCheckTests {
  /// A state, the earliest way to it, and what its process would do.
  private struct Node {
    let state: RunState
    let parent: Int
    let event: Event?
  }

  private struct Exploration {
    var nodes = [Node(state: RunState(), parent: -1, event: nil)]
    var commands: Set<String> = []
    var broken: [String] = []

    func way(to index: Int) -> [Event] {
      var events: [Event] = []
      var current = index
      while current >= 0 {
        if let event = nodes[current].event { events.append(event) }
        current = nodes[current].parent
      }
      return events.reversed()
    }

    mutating func note(_ laws: [String], at index: Int) {
      guard !laws.isEmpty, broken.count < 5 else { return }
      let way = way(to: index).map(\.summary).joined(separator: ", ")
      broken += laws.map { "\($0), after: \(way)" }
    }
  }

  private static let actor = Actor(account: "ann")

  /// Breadth first; each state once.
  private func explore(
    _ model: RunModel, limit: Int, _ events: (RunState, Command) -> [Event],
    _ laws: (RunState, Command) -> [String]
  ) -> Exploration {
    var found = Exploration()
    var known: Set<RunState> = [RunState()]
    var next = 0
    while next < found.nodes.count, found.nodes.count < limit {
      let state = found.nodes[next].state
      let command = model.command(in: state)
      if case .running = state.lifecycle { found.commands.insert(command.word) }
      found.note(laws(state, command), at: next)
      for event in events(state, command) {
        var successor = state
        do throws(StoreError) {
          try successor.apply(event, at: .epoch, by: Self.actor)
        } catch {
          continue
        }
        if case .ended = state.lifecycle, successor.lifecycle != state.lifecycle {
          found.note(["L2: an ended run goes on with \(event.summary)"], at: next)
        }
        if known.insert(successor).inserted {
          found.nodes.append(Node(state: successor, parent: next, event: event))
        }
      }
      next += 1
    }
    return found
  }

  /// Law L3: whatever was accepted once gives the same state when it is replayed.
  private func expectReplays(_ found: Exploration, every stride: Int) throws {
    for index in Swift.stride(from: 0, to: found.nodes.count, by: stride) {
      let entries = found.way(to: index).enumerated().map { number, event in
        Entry(
          sequence: Int64(number + 1), recordedAt: .epoch, actor: Self.actor, event: event,
          body: "", hash: .zero)
      }
      let isSame = try RunState(replaying: entries) == found.nodes[index].state
      #expect(isSame, "L3: \(entries.map(\.event.summary))")
    }
  }

  private struct Case: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let steps: [Step]
    var movesDatabase = false
    var skipsAhead = false
    /// Where it stops; a model that has fewer states is gone through to its end.
    let limit: Int
    /// Whether it is gone through to its end; one that is not has more states than a test has time for.
    var isWhole = true
  }

  private static let cases = [
    Case(
      testDescription: "a step with a receipt, and a verification",
      steps: RunModel.steps.filter { $0.id != "p" }, limit: 50_000),
    Case(
      testDescription: "a step with a probe, and a verification",
      steps: RunModel.steps.filter { $0.id != "r" }, limit: 50_000),
    Case(
      testDescription: "a step that is tried again, and that only a person can settle",
      steps: [RunModel.steps[0], RunModel.worded, RunModel.steps[3]], limit: 50_000),
    Case(
      testDescription: "a connection that moves", steps: Array(RunModel.steps.prefix(2)),
      movesDatabase: true, limit: 50_000),
    Case(
      testDescription: "a connection that moves under what detection saw",
      steps: [
        step("d", .detection, kind: "sql") { $0.confirms = source("true") }, RunModel.steps[1],
      ], movesDatabase: true, limit: 100_000),
    Case(
      testDescription: "a connection that moves under what was verified",
      steps: [RunModel.steps[0], RunModel.steps[2], step("v", .verification, kind: "sql")],
      movesDatabase: true, limit: 100_000),
    Case(
      testDescription: "checks that people leave out",
      steps: [RunModel.steps[0], step("x", .verification), RunModel.steps[3]]
        + [step("s", .safeguards)], skipsAhead: true, limit: 50_000),
    Case(
      testDescription: "a check whose `when` reads one that people leave out",
      steps: [
        RunModel.steps[0], step("x", .verification),
        step("y", .verification) { $0.when = source("steps['x'].outcome != 'skipped'") },
      ], skipsAhead: true, limit: 50_000),
    Case(
      testDescription: "all of them, the states that are reached first", steps: RunModel.steps,
      limit: 30_000, isWhole: false),
  ]

  @Test(arguments: cases) private func everyReachableStateKeepsEveryLaw(_ example: Case) throws {
    let model = RunModel(
      example.steps, movesDatabase: example.movesDatabase, skipsAhead: example.skipsAhead)
    let laws = RunModelLaws(plan: model.plan)
    let found = explore(model, limit: example.limit, model.events) { state, command in
      guard case .running = state.lifecycle else { return [] }
      return laws.broken(in: state, by: command)
    }
    #expect(found.broken.isEmpty, "\(found.broken.joined(separator: "\n"))")
    // The model is worth something only where it comes everywhere.
    let asks = example.steps.contains { $0.phase == .recovery } ? ["openGate", "ask"] : []
    #expect(found.commands.isSuperset(of: ["perform", "settle", "hold", "end"] + asks))
    #expect(found.nodes.count > 1000)
    if example.isWhole {
      #expect(found.nodes.count < example.limit, "not gone through to its end")
    }
    try expectReplays(found, every: 50)
  }

  /// Whatever else a journal may hold that is accepted: there is always a command, and it does
  /// nothing again, and nothing unasked.
  @Test func everyAcceptedEntryLeadsToAState() throws {
    let model = RunModel()
    let all = EventSample.allCases.flatMap { sample in
      RunModel.steps.flatMap { step in
        ["recovery", "identity:main"].map { sample.event(about: step.id, gate: $0) }
      }
    }
    let events = Array(Set(all))
    let laws = RunModelLaws(plan: model.plan)
    let next = { (_: RunState, _: Command) in events }
    let found = explore(model, limit: 3000, next) { state, command in
      laws.broken(in: state, by: command).filter {
        $0.begins(with: "promise 2") || $0.begins(with: "L8") || $0.begins(with: "identity")
      }
    }
    #expect(found.broken.isEmpty, "\(found.broken.joined(separator: "\n"))")
    try expectReplays(found, every: 50)
  }
}

extension Command {
  /// The first word of `summary`.
  var word: String { String(summary.prefixOfScalars { $0 != " " }) }
}
