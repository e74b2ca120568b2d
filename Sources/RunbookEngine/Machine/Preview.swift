public import RunbookModel

/// Shows steps as they would run, as far as their values are known before a run. Pure.
public struct Preview: Sendable {
  private let binder: Binder
  private let scope: RunScope

  public init(plan: Plan, kinds: [any StepKind]) {
    binder = Binder(plan: plan, kinds: kinds)
    var scope = RunScope(plan: plan, state: RunState())
    // What only the run will know shows as null.
    for owned in plan.captures { scope.transientCaptures[owned.capture.name] = .null }
    self.scope = scope
  }

  public func item(_ step: Step) -> GateItem { binder.gateItem(step, in: scope) }
}
