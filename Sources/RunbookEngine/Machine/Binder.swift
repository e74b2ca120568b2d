import RunbookExpression
import RunbookModel

/// Puts a step's values into it. Pure.
public struct Binder: Sendable {
  let plan: Plan
  let kinds: [String: any StepKind]

  public init(plan: Plan, kinds: [any StepKind]) {
    self.plan = plan
    self.kinds = Dictionary(
      kinds.map { ($0.spec.name, $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// - Parameter isPreparation: whether the step makes or breaks a sandbox, which keeps no receipts.
  func bind(
    _ step: Step, in scope: RunScope, isPreparation: Bool = false
  ) throws(StepFailure) -> BoundStep {
    guard let kind = kinds[step.kind] else {
      throw StepFailure(.invalid, "there is no step kind '\(step.kind)'")
    }
    let context = BindingContext(
      scope: scope, values: scope.bareValues,
      connection: isPreparation
        ? plan.connection(of: step)?.withoutReceipts : plan.connection(of: step),
      folder: plan.runbook.folder)
    return BoundStep(step: step, activity: try kind.bind(step, to: context))
  }

  /// Whether a step's `when` lets it run; true without one.
  func isWanted(_ step: Step, in scope: RunScope) throws(StepFailure) -> Bool {
    guard let source = step.options.when else { return true }
    return try truth(of: source, in: scope, what: "when")
  }

  func truth(
    of source: SourceText, in scope: RunScope, what: String
  ) throws(StepFailure) -> Bool {
    let value = try evaluate(source, in: scope)
    guard case .bool(let truth) = value else {
      throw StepFailure(
        .invalid, "'\(what)' is \(value.typeName), not a bool (\(source.place))")
    }
    return truth
  }

  func evaluate(_ source: SourceText, in scope: RunScope) throws(StepFailure) -> Value {
    do {
      return try Expression(parsing: source).evaluate(in: scope)
    } catch let error as EvaluationError {
      throw StepFailure(error)
    } catch {
      throw StepFailure(.invalid, "an expression is not well formed (\(source.place))")
    }
  }

  /// A step as a gate shows it.
  func gateItem(_ step: Step, in scope: RunScope) -> GateItem {
    var fate = GateItem.Fate.willRun
    do throws(StepFailure) {
      if try !isWanted(step, in: scope) { fate = .willBeSkipped }
    } catch {
      fate = .undecided
    }
    switch scope.state.step(step.id).status {
    case .succeeded: fate = .isDone
    case .skipped: fate = .willBeSkipped
    default: break
    }
    let bound: BoundStep?
    do throws(StepFailure) {
      bound = try bind(step, in: scope)
    } catch {
      bound = nil
      if fate == .willRun { fate = .undecided }
    }
    let written = kinds[step.kind]?.spec.work.written(in: step) ?? []
    return GateItem(
      step: step.id, title: step.title, fate: fate,
      effect: bound?.activity.effect ?? kinds[step.kind]?.effect(of: step) ?? step.options.effect
        ?? .undetermined,
      isEffectDeclared: bound.map(\.activity.isEffectDeclared) ?? (step.options.effect != nil),
      connection: bound?.activity.connection, work: bound?.activity.work ?? written,
      probe: gateProbe(of: step, in: scope))
  }
}

extension Runbook.Connection {
  fileprivate var withoutReceipts: Runbook.Connection {
    Runbook.Connection(
      name: name, place: place, kind: kind, url: url, readOnlyRole: readOnlyRole,
      keepsReceipts: false)
  }
}

extension Binder {
  func usesConnection(_ step: Step) -> Bool {
    step.options.connection != nil || kinds[step.kind]?.spec.usesConnection == true
  }

  func keepsReceipts(_ step: Step) -> Bool { kinds[step.kind]?.spec.keepsReceipts == true }
}
