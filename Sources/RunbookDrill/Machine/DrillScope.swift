import RunbookEngine
public import RunbookExpression
public import RunbookModel

/// What an expression of a drill sees: `drill`, `injects`, `answers`, `steps`, `findings`, `gates`,
/// `comparison`, `inputs`.
/// Times are durations of the story clock. Whatever has not happened says so by `false` and has no time.
public struct DrillScope: EvaluationScope {
  static let roots = [
    "drill", "injects", "answers", "steps", "findings", "gates", "comparison", "inputs",
  ]
  static let drillFields = ["mode", "elapsed", "hints", "ended", "outcome", "surprise"]
  static let comparisonFields = [
    "done", "objects", "equal_objects", "missing", "changed", "moved", "added", "rows_before",
    "rows_lost", "rows_new", "emptied",
  ]

  private let state: DrillState
  private let elapsed: StoryTime

  /// - Parameter now: what `drill.elapsed` is reckoned by.
  public init(_ state: DrillState, at now: Timestamp) {
    self.state = state
    elapsed = state.storyTime(at: now)
  }

  /// One of the roots; nil for any other name.
  public func value(of name: String) -> Value? {
    switch name {
    case "drill": drill
    case "injects": map((state.drill?.injects ?? []).map { ($0.id, inject($0)) })
    case "answers": map(subjects.map { ($0, answer($0)) })
    case "steps": map(steps.map { ($0.id.rawValue, step($0)) })
    case "findings":
      map(
        steps.map { step in
          (step.id.rawValue, .bool(state.run.findings.contains(step.id)))
        })
    case "gates": map((["recovery"] + steps.map(\.id.rawValue)).map { ($0, gate($0)) })
    case "comparison": comparison
    case "inputs":
      map((state.run.started?.inputs ?? []).map { ($0.name, $0.value) })
    default: nil
    }
  }

  /// Without one, nothing but that it was not done.
  private var comparison: Value {
    guard let fact = state.comparison?.fact, fact.trouble == nil else {
      return map([("done", .bool(false))])
    }
    return map([
      ("done", .bool(true)), ("objects", .int(Int64(fact.objects))),
      ("equal_objects", .int(Int64(fact.equalObjects))),
      ("missing", .int(Int64(fact.missingCount))), ("changed", .int(Int64(fact.changedCount))),
      ("moved", .int(Int64(fact.movedCount))), ("added", .int(Int64(fact.addedCount))),
      ("rows_before", .int(fact.rowsBefore)),
      ("rows_lost", .int(fact.rowsLost)), ("rows_new", .int(fact.rowsNew)),
      ("emptied", .list(fact.tables.filter { $0.now == 0 }.map { .string($0.table) })),
    ])
  }

  private var steps: [StepRecord] { state.run.runbook?.steps ?? [] }

  private var subjects: [String] {
    (state.drill?.injects ?? []).map(\.id) + (state.drill?.allQuestions ?? []).map(\.id)
  }

  private func map(_ pairs: [(String, Value)]) -> Value { .map(ValueMap(pairs)) }

  private func time(_ story: StoryTime) -> Value { .duration(story.duration) }

  private var drill: Value {
    var outcome = ""
    if case .ended(let end) = state.run.lifecycle { outcome = end.status.rawValue }
    return map([
      ("mode", .string(state.started?.mode.rawValue ?? "")), ("elapsed", time(elapsed)),
      ("hints", .int(Int64(state.hints.count))), ("ended", .bool(state.lifecycle == .ended)),
      ("outcome", .string(outcome)), ("surprise", .bool(state.started?.isSurprise ?? false)),
    ])
  }

  private func inject(_ inject: Inject) -> Value {
    var pairs: [(String, Value)] = [
      ("delivered", .bool(state.deliveries[inject.id] != nil)),
      ("skipped", .bool(state.skipped[inject.id] != nil)),
      ("hints", .int(Int64(state.hintsGiven(for: inject.id)))),
    ]
    if let delivery = state.deliveries[inject.id] { pairs.append(("at", time(delivery.story))) }
    return map(pairs)
  }

  /// `at` is the first answer's, `choice` and `text` are the last one's.
  private func answer(_ subject: String) -> Value {
    let last = state.answer(to: subject)
    var pairs: [(String, Value)] = [
      ("given", .bool(last != nil)), ("choice", .string(last?.fact.choice ?? "")),
      ("text", .string(last?.fact.text ?? "")), ("by", .string(last?.fact.participant ?? "")),
    ]
    if let first = state.firstAnswer(to: subject) { pairs.append(("at", time(first.story))) }
    return map(pairs)
  }

  private func step(_ record: StepRecord) -> Value {
    let step = state.run.step(record.id)
    var pairs: [(String, Value)] = [
      ("outcome", .string(step.declaration == nil ? step.status.rawValue : "declared")),
      ("attempts", .int(Int64(step.attempts))),
    ]
    for sort in [DrillState.StepEvent.Sort.started, .finished] {
      guard let story = state.stepTimes[.init(sort, record.id.rawValue)] else { continue }
      pairs.append((sort.rawValue, time(story)))
    }
    return map(pairs)
  }

  private func gate(_ name: String) -> Value {
    let gate = state.run.gates[name]
    return map([
      ("opened", .bool(gate != nil)), ("approved", .bool(gate?.isApproved ?? false)),
      ("approvers", .int(Int64(gate?.approvers.count ?? 0))),
    ])
  }
}
