import RunbookExpression
import RunbookModel

/// What the verdict on an attempt, and what it captured, rest on beside its own result. Pure.
struct Footing {
  private(set) var restsOn: [StandIn] = []
  private(set) var captures: [String: [StandIn]] = [:]

  /// - Parameter verdict: of an attempt that succeeded.
  init(
    _ bound: BoundStep, _ verdict: AttemptJudge.Verdict, _ result: StepResult, _ binder: Binder,
    _ scope: RunScope
  ) {
    guard !scope.state.standInSteps.isEmpty else { return }
    let answers = Answers(in: scope)
    let isOfValuesAlone = bound.activity.isOfValuesAlone
    var grounds = Self.grounds(of: bound.step, isOfValuesAlone, result, answers, binder, scope)
    captures = Self.captures(of: bound.step, isOfValuesAlone, verdict, grounds, answers)
    for (name, value) in verdict.captures.pairs {
      if let name = name.stringValue { grounds.scope.transientCaptures[name] = value }
    }
    grounds.captures = captures
    captures = captures.filter { !$0.value.isEmpty }
    if !grounds.isEcho, grounds.work.contains(where: \.isAnswer) {
      grounds.isEcho = Self.judgesByItsEndAlone(bound.step, result)
    }
    let said = Self.standIns(of: bound.step, verdict, grounds)
    // What a person answers is their word, whatever they were told.
    let isPersons = binder.kinds[bound.step.kind]?.spec.asksAPerson == true
    restsOn = isPersons ? said.leftOut : grounds.work.leftOut.joined(with: said)
  }

  /// Of the captures of a change that a receipt or a probe told of after all: what they rest on has not become another
  /// since it was made.
  init(
    ofFormer step: Step, _ verdict: AttemptJudge.Verdict, _ result: StepResult, _ binder: Binder,
    _ scope: RunScope
  ) {
    guard !scope.state.standInSteps.isEmpty else { return }
    let answers = Answers(in: scope)
    let isOfValuesAlone = (try? binder.bind(step, in: scope))?.activity.isOfValuesAlone
    let grounds = Self.grounds(of: step, isOfValuesAlone, result, answers, binder, scope)
    captures = Self.captures(of: step, isOfValuesAlone, verdict, grounds, answers)
      .filter { !$0.value.isEmpty }
  }

  /// Of what a probe says, by its conditions.
  init(
    ofProbe bound: BoundStep, _ result: StepResult, saying said: [(SourceText?, Bool?)],
    _ binder: Binder, _ scope: RunScope
  ) {
    guard !scope.state.standInSteps.isEmpty else { return }
    let grounds = Self.grounds(
      of: bound.step, bound.activity.isOfValuesAlone, result, Answers(in: scope), binder, scope)
    restsOn = grounds.work.leftOut
    for case (let source?, let truth?) in said {
      restsOn = restsOn.joined(with: grounds.standIns(under: source, giving: .bool(truth)))
    }
  }

  private static func grounds(
    of step: Step, _ isOfValuesAlone: Bool?, _ result: StepResult, _ answers: Answers,
    _ binder: Binder, _ scope: RunScope
  ) -> Grounds {
    var scope = scope
    scope.result = result.visibleValues
    var grounds = Grounds(binder, scope)
    grounds.work = WorkGrounds(step, binder, scope).standIns
    grounds.isEcho =
      grounds.work.contains(where: \.isAnswer)
      && (isOfValuesAlone ?? answers.areAll(of: scope.result))
    return grounds
  }

  /// Whether nothing but how a program ended decides: what a script does with an answer that it is given, as in
  /// `test "$SAID" = works`, nobody can know.
  private static func judgesByItsEndAlone(_ step: Step, _ result: StepResult) -> Bool {
    guard result.visibleValues["exit_code"]?.intValue != nil else { return false }
    let captures = step.options.captures
    return (step.options.expect + [step.options.confirms].compactMap(\.self)).allSatisfy { source in
      names(in: source).allSatisfy { name in
        let own = captures.first { $0.name.isIdentical(to: name) }
        return (own.map { names(in: $0.expression) } ?? [name]).allSatisfy {
          result.visibleValues[$0] == nil || endings.contains($0)
        }
      }
    }
  }

  private static let endings: Set<String> = ["exit_code", "signal"]

  private static func names(in source: SourceText) -> [String] {
    // What cannot be parsed has failed where it was evaluated.
    ((try? Expression(parsing: source))?.references ?? []).map(\.name)
  }

  private static func captures(
    of step: Step, _ isOfValuesAlone: Bool?, _ verdict: AttemptJudge.Verdict, _ grounds: Grounds,
    _ answers: Answers
  ) -> [String: [StandIn]] {
    var captures: [String: [StandIn]] = [:]
    for capture in step.options.captures {
      guard let value = verdict.captures[capture.name] else { continue }
      var found = grounds.work.leftOut.joined(
        with: grounds.standIns(under: capture.expression, giving: value))
      if isOfValuesAlone != false, answers.areAll(of: value) {
        found = found.joined(with: grounds.work.filter(\.isAnswer))
      }
      captures[capture.name] = found
    }
    return captures
  }

  /// Answers count where nothing else has shown it; `confirms` says by itself what was found.
  private static func standIns(
    of step: Step, _ verdict: AttemptJudge.Verdict, _ grounds: Grounds
  ) -> [StandIn] {
    let options = step.options
    var all: [StandIn] = []
    var isShown = options.expect.isEmpty && !grounds.isEcho
    for source in options.expect {
      let found = grounds.standIns(under: source, giving: .bool(true))
      all = all.joined(with: found)
      isShown = isShown || !found.contains(where: \.isAnswer) && grounds.readsOwn(source)
    }
    if options.expect.isEmpty, options.confirms == nil, grounds.isEcho { all = grounds.work }
    if isShown { all = all.leftOut }
    guard let confirms = options.confirms, let isConfirmed = verdict.isConfirmed else {
      return all
    }
    return all.leftOut.joined(
      with: grounds.standIns(under: confirms, giving: .bool(isConfirmed)))
  }
}

/// What a step's work rests on: it is bound once more without what each of the steps gives.
private struct WorkGrounds {
  let step: Step
  let binder: Binder
  let scope: RunScope
  /// As it is with all that there is.
  private var work: [WorkItem]?

  init(_ step: Step, _ binder: Binder, _ scope: RunScope) {
    self.step = step
    self.binder = binder
    self.scope = scope
    work = work(hiding: HiddenNames())
  }

  var standIns: [StandIn] { standIns { !$0.isAnswer } + standIns(where: \.isAnswer) }

  private func standIns(where isWanted: (StandIn) -> Bool) -> [StandIn] {
    let all = scope.state.hiddenNames(in: scope.plan, where: isWanted)
    guard isOther(hiding: all) else { return [] }
    let sources = sources(of: all).filter(isWanted)
    let needed = sources.filter { one in
      isOther(hiding: scope.state.hiddenNames(in: scope.plan) { $0 == one })
    }
    return needed.isEmpty ? sources : needed
  }

  private func sources(of names: HiddenNames) -> [StandIn] {
    let owned = scope.plan.captures.filter { names.captures.contains($0.capture.name) }
    let behind =
      names.steps.inOrder.flatMap { scope.state.step($0).standIns(as: $0) }
      + names.findings.inOrder.flatMap { scope.state.step($0).standInsOfFinding(as: $0) }
    return [StandIn]().joined(with: behind + owned.flatMap { scope.state.standIns(of: $0) })
  }

  private func isOther(hiding names: HiddenNames) -> Bool {
    guard let one = work(hiding: names) else { return true }
    return one != work
  }

  private func work(hiding names: HiddenNames) -> [WorkItem]? {
    var scope = scope
    scope.result = nil
    scope.hidden = names
    do throws(StepFailure) {
      return try binder.bind(step, in: scope).activity.work
    } catch {
      return nil
    }
  }
}

/// What people answered in a run, by its texts.
private struct Answers {
  private var texts: Set<String> = []

  init(in scope: RunScope) {
    let state = scope.state
    let names = state.hiddenNames(in: scope.plan, where: \.isAnswer)
    for id in names.steps {
      if let answer = state.step(id).visibleResult["answer"] { add(answer) }
    }
    for name in names.captures {
      if let value = scope.transientCaptures[name] ?? state.captures[name] { add(value) }
    }
  }

  private mutating func add(_ value: Value) { texts.formUnion(Self.leaves(of: value)) }

  /// Whether a value has nothing else in it.
  func areAll(of value: Value) -> Bool {
    let leaves = Self.leaves(of: value)
    return !leaves.isEmpty && leaves.allSatisfy(texts.contains)
  }

  /// Of a result what was asked for: its rows, or what a script printed.
  func areAll(of result: ValueMap?) -> Bool {
    ["rows", "stdout"].contains { name in result?[name].map { areAll(of: $0) } ?? false }
  }

  private static func leaves(of value: Value) -> [String] {
    switch value {
    case .list(let items): items.flatMap(leaves)
    case .map(let map): map.pairs.flatMap { leaves(of: $0.value) }
    case .null: []
    case .string(let text): [String(text.trimming { $0.properties.isWhitespace })]
    case .bool, .int, .double, .decimal, .timestamp, .duration, .incomplete: [value.json]
    }
  }
}
