import RunbookExpression
import RunbookModel

/// What the verdict on an attempt, and what it captured, rest on beside its own result. Pure.
///
/// What a step is given decides with it what it brings: whose work is given a person's answer, in SQL, a variable or a
/// URL, rests on that answer, whatever it has looked at. What `SELECT count(*) FROM t WHERE :said = 'yes'` or
/// `test "$SAID" = works` make of it, nobody but their author knows.
struct Footing {
  private(set) var restsOn: [StandIn] = []
  private(set) var captures: [String: [StandIn]] = [:]

  /// - Parameter verdict: of an attempt that succeeded.
  init(
    _ bound: BoundStep, _ verdict: AttemptJudge.Verdict, _ result: StepResult, _ binder: Binder,
    _ scope: RunScope
  ) {
    guard !scope.state.standInSteps.isEmpty else { return }
    var grounds = Self.grounds(of: bound.step, result, binder, scope)
    captures = Self.captures(of: bound.step, verdict, grounds)
    grounds.scope = grounds.scope.seeing(verdict.captures)
    grounds.captures = captures
    captures = captures.filter { !$0.value.isEmpty }
    let said = Self.standIns(of: bound.step, verdict, grounds)
    // What a person answers is their word, whatever they were told.
    let isPersons = binder.kinds[bound.step.kind]?.spec.asksAPerson == true
    restsOn = isPersons ? said.leftOut : grounds.work.joined(with: said)
  }

  /// Of the captures of a change that a receipt or a probe told of after all: what they rest on has not become another
  /// since it was made.
  init(
    ofFormer step: Step, _ verdict: AttemptJudge.Verdict, _ result: StepResult, _ binder: Binder,
    _ scope: RunScope
  ) {
    guard !scope.state.standInSteps.isEmpty else { return }
    let grounds = Self.grounds(of: step, result, binder, scope)
    captures = Self.captures(of: step, verdict, grounds).filter { !$0.value.isEmpty }
  }

  /// Of what a probe says, by its conditions.
  init(
    ofProbe bound: BoundStep, _ result: StepResult, saying said: [(SourceText?, Bool?)],
    _ binder: Binder, _ scope: RunScope
  ) {
    guard !scope.state.standInSteps.isEmpty else { return }
    let grounds = Self.grounds(of: bound.step, result, binder, scope)
    restsOn = grounds.work
    for case (let source?, let truth?) in said {
      restsOn = restsOn.joined(with: grounds.standIns(under: source, giving: .bool(truth)))
    }
  }

  /// What a change is carried out on that nobody has seen: its `when`, and what its work is made of. What it has begun
  /// on stays so.
  static func unestablished(
    _ step: Step, hasBegun: Bool, _ binder: Binder, _ scope: RunScope
  ) -> [StandIn] {
    guard step.phase.mayChange, !scope.state.standInSteps.isEmpty else { return [] }
    var all = hasBegun ? scope.state.step(step.id).unestablished : []
    if let when = step.options.when, isTrue(when, binder, scope) {
      all = all.joined(with: Grounds(binder, scope).standIns(under: when, giving: .bool(true)))
    }
    return all.leftOut.joined(with: WorkGrounds(step, binder, scope).standIns.leftOut)
  }

  private static func isTrue(
    _ condition: SourceText, _ binder: Binder, _ scope: RunScope
  ) -> Bool {
    do throws(StepFailure) {
      return try binder.truth(of: condition, in: scope, what: "when")
    } catch {
      // What goes on without its condition does not rest on it.
      return false
    }
  }

  private static func grounds(
    of step: Step, _ result: StepResult, _ binder: Binder, _ scope: RunScope
  ) -> Grounds {
    var scope = scope
    scope.result = result.visibleValues
    var grounds = Grounds(binder, scope)
    grounds.work = WorkGrounds(step, binder, scope).standIns
    return grounds
  }

  private static func captures(
    of step: Step, _ verdict: AttemptJudge.Verdict, _ grounds: Grounds
  ) -> [String: [StandIn]] {
    var captures: [String: [StandIn]] = [:]
    for capture in step.options.captures {
      guard let value = verdict.captures[capture.name] else { continue }
      captures[capture.name] = grounds.work.joined(
        with: grounds.standIns(under: capture.expression, giving: value))
    }
    return captures
  }

  /// Answers count where nothing else has shown it; `confirms` says by itself what was found.
  private static func standIns(
    of step: Step, _ verdict: AttemptJudge.Verdict, _ grounds: Grounds
  ) -> [StandIn] {
    let options = step.options
    var all: [StandIn] = []
    var isShown = options.expect.isEmpty
    for source in options.expect {
      let found = grounds.standIns(under: source, giving: .bool(true))
      all = all.joined(with: found)
      isShown = isShown || !found.contains(where: \.isAnswer) && grounds.readsOwn(source)
    }
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
