import RunbookExpression
import RunbookModel

/// What the values that expressions give rest on, where people decided in the place of steps, or steps brought no
/// answer (`StandIn`). Pure.
///
/// It is found out by evaluating once more without what the step in question gives: CEL's `&&` and `||` let an operand
/// decide that does not need it. What comes to the same without it does not rest on it.
///
/// An expression that compares answers with what the step itself has seen was seen. What rests on answers alone shows
/// nothing but them, and so does what a step brings whose work is given them (`Footing`).
struct Grounds {
  let binder: Binder
  /// With the step's own result, where it has one.
  var scope: RunScope
  /// What its work rests on.
  var work: [StandIn] = []
  /// What its own captures rest on, by name, once they are made.
  var captures: [String: [StandIn]] = [:]

  init(_ binder: Binder, _ scope: RunScope) {
    self.binder = binder
    self.scope = scope
  }

  /// What the value of an expression rests on.
  func standIns(under source: SourceText, giving value: Value) -> [StandIn] {
    guard isNeeded, let references = references(of: source) else { return [] }
    let read = references.reduce([StandIn]()) { $0.joined(with: standIns(read: $1)) }
    var found: [StandIn] = []
    if !read.leftOut.isEmpty,
      rests(value, source, on: references, hiding: { !$0.isAnswer })
    {
      found = read.leftOut
    }
    let answers = read.filter(\.isAnswer)
    if !answers.isEmpty, rests(value, source, on: references, hiding: \.isAnswer),
      self.value(of: source, hiding: own) == value
    {
      found = found.joined(with: answers)
    }
    return found
  }

  /// Whether it reads what the step itself has brought.
  func readsOwn(_ source: SourceText) -> Bool { references(of: source).map(readsOwn) ?? false }

  private var isNeeded: Bool {
    !scope.state.standInSteps.isEmpty || captures.contains { !$0.value.isEmpty }
  }

  private func references(of source: SourceText) -> [Reference]? {
    // What cannot be parsed has failed where it was evaluated.
    (try? Expression(parsing: source))?.references
  }

  private func readsOwn(_ references: [Reference]) -> Bool {
    references.contains { reference in
      scope.result?[reference.name] != nil
        || captures[reference.name] != nil && captures[reference.name]?.isEmpty != false
    }
  }

  private func standIns(read reference: Reference) -> [StandIn] {
    guard scope.result?[reference.name] == nil else { return [] }
    switch reference.name {
    case "steps", "findings":
      let isFinding = reference.name.isIdentical(to: "findings")
      guard let name = reference.path.first else {
        return scope.state.orderedStandIns.reduce([StandIn]()) {
          $0.joined(with: standIns(of: $1, isFinding: isFinding))
        }
      }
      return standIns(of: StepID(name), isFinding: isFinding)
    case let name:
      if let own = captures[name] { return own }
      let owner = scope.plan.captures.first { $0.capture.name.isIdentical(to: name) }
      return owner.map { scope.state.standIns(of: $0) } ?? []
    }
  }

  private func standIns(of id: StepID, isFinding: Bool) -> [StandIn] {
    let step = scope.state.step(id)
    return isFinding ? step.standInsOfFinding(as: id) : step.standIns(as: id)
  }

  /// Whether a value would be another one, or none, without what some of the steps give. What goes through all steps
  /// is not told apart.
  private func rests(
    _ value: Value, _ source: SourceText, on references: [Reference],
    hiding isHidden: (StandIn) -> Bool
  ) -> Bool {
    let readsAll = references.contains {
      ["steps", "findings"].contains($0.name) && $0.path.isEmpty
    }
    return readsAll || self.value(of: source, hiding: names(where: isHidden)) != value
  }

  private func value(of source: SourceText, hiding names: HiddenNames) -> Value? {
    var scope = scope
    scope.hidden = names
    do throws(StepFailure) {
      return try binder.evaluate(source, in: scope)
    } catch {
      return nil
    }
  }

  /// What the steps give that some stand-in is behind.
  private func names(where isHidden: (StandIn) -> Bool) -> HiddenNames {
    var names = scope.state.hiddenNames(in: scope.plan, where: isHidden)
    for (name, standIns) in captures where standIns.contains(where: isHidden) {
      names.captures.insert(name)
    }
    return names
  }

  /// What the step itself has brought.
  private var own: HiddenNames {
    HiddenNames(
      captures: Set(captures.filter { $0.value.isEmpty }.keys), isOwnResultHidden: true)
  }
}

/// What an expression is not to see.
struct HiddenNames {
  var steps: Set<StepID> = []
  /// Steps whose finding it is not to see.
  var findings: Set<StepID> = []
  var captures: Set<String> = []
  /// Whether the step's own result is among it.
  var isOwnResultHidden = false
}

extension RunState {
  /// Whether expressions see that a step has confirmed the incident.
  func hasConfirmed(_ id: StepID) -> Bool {
    findings.contains(id) || unestablished.contains(id)
  }

  /// What a capture rests on.
  func standIns(of owned: OwnedCapture) -> [StandIn] {
    let owner = step(owned.step)
    let isOwnResult =
      owner.status == .succeeded && owner.declaration == nil && !owner.isAttested
    return isOwnResult
      ? owner.capturesRestOn[owned.capture.name] ?? [] : owner.standIns(as: owned.step)
  }

  /// Steps that something rests on, in an order that is always the same.
  var orderedStandIns: [StepID] { standInSteps.inOrder }

  func hiddenNames(in plan: Plan, where isHidden: (StandIn) -> Bool) -> HiddenNames {
    var names = HiddenNames()
    names.steps = standInSteps.filter { step($0).standIns(as: $0).contains(where: isHidden) }
    names.findings = standInSteps.filter {
      step($0).standInsOfFinding(as: $0).contains(where: isHidden)
    }
    for owned in plan.captures where standInSteps.contains(owned.step) {
      if standIns(of: owned).contains(where: isHidden) { names.captures.insert(owned.capture.name) }
    }
    return names
  }
}

extension Set<StepID> {
  var inOrder: [StepID] {
    sorted { $0.rawValue.utf8.lexicographicallyPrecedes($1.rawValue.utf8) }
  }
}

extension StepState {
  /// What people decided in its place, or that it brought no answer, so that whoever reads it rests on that. That it was
  /// carried out and failed is a fact.
  func standIns(as id: StepID) -> [StandIn] {
    switch status {
    case .skipped where skip?.cause == .decision: [StandIn(id, .skipped)]
    case .skipped: hasNewCondition ? [StandIn(id, .ruledOut)] : restsOn
    case .succeeded where declaration != nil: [StandIn(id, .declared)]
    case .succeeded: isAttested ? [StandIn(id, .answered)] : restsOn
    case .failed: isWithoutAnswer ? [StandIn(id, .couldNotRun)] : []
    case .unknown: [StandIn(id, .unknown)]
    case .pending, .running: []
    }
  }

  /// The same of its finding: what failed has not looked for it.
  func standInsOfFinding(as id: StepID) -> [StandIn] {
    status == .failed && !isWithoutAnswer ? [StandIn(id, .failed)] : standIns(as: id)
  }

  /// Whether something that it gives may have one.
  var hasStandIns: Bool {
    !standInsOfFinding(as: StepID("")).isEmpty || !capturesRestOn.isEmpty
  }
}
