import RunbookModel

/// Captures that hold a secret, or are made of one: only this process knows them (law L7).
struct TransientCaptures {
  private(set) var values: [String: Value] = [:]
  private let plan: Plan
  private let redactor: Redactor

  init(_ setup: RunSetup) {
    plan = setup.plan
    redactor = setup.redactor
  }

  /// Keeps what may not be stored.
  ///
  /// - Parameter isWhole: false where a value may be made of a text that ends in the middle of a secret.
  /// - Returns: what is to be stored, and the names of what is not.
  mutating func keep(
    from captures: ValueMap, isWhole: Bool
  ) -> (stored: ValueMap, withheld: [String]) {
    var stored = ValueMap()
    var withheld: [String] = []
    for (key, value) in captures.pairs {
      guard let name = key.stringValue else { continue }
      if redactor.holdsSecret(value, isWhole: isWhole) || plan.secretCaptures.holds(name, value) {
        values[name] = value
        withheld.append(name)
      } else {
        stored[name] = value
      }
    }
    return (stored, withheld)
  }

  /// Forgets what a step captured.
  mutating func forget(of id: StepID) {
    guard !values.isEmpty else { return }
    for owned in plan.captures where owned.step == id { values[owned.capture.name] = nil }
  }
}
