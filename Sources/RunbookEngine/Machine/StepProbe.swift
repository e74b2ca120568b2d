public import RunbookModel

extension Step {
  /// The probe as a step of its own, which may only read; nil without one.
  ///
  /// - Parameter kinds: the names of all kinds.
  public func probe(among kinds: Set<String>) -> Step? {
    guard let field = options.settle?.all.first(where: { kinds.contains($0.name) }),
      let body = field.value.fields
    else { return nil }
    var probeOptions = StepOptions()
    probeOptions.connection = options.connection
    probeOptions.effect = .readOnly
    probeOptions.isProbe = true
    return Step(
      id: id, title: "\(title): settle", phase: .verification, kind: field.name, body: body,
      place: field.place, options: probeOptions)
  }

  /// As it is without what its author declares of its effect.
  var undeclared: Step {
    var other = options
    other.effect = nil
    return Step(
      id: id, title: title, phase: phase, kind: kind, body: body, place: place, options: other)
  }
}

extension Binder {
  /// The probe of a step as it is to be shown; nil without one.
  func gateProbe(of step: Step, in scope: RunScope) -> GateProbe? {
    guard let settle = step.options.settle, step.phase.mayChange,
      let probe = step.probe(among: Set(kinds.keys))
    else { return nil }
    do throws(StepFailure) {
      let bound = try bind(probe, in: scope)
      return GateProbe(
        work: shown(bound, settle), isEffectDeclared: bound.activity.isEffectDeclared)
    } catch {
      return GateProbe(
        work: kinds[probe.kind]?.spec.work.written(in: probe) ?? [],
        isEffectDeclared: kinds[probe.kind]?.spec.usesConnection != true)
    }
  }

  /// What a probe asks, with what its answer is judged by.
  func shown(_ bound: BoundStep, _ settle: Fields) -> [WorkItem] {
    let conditions = ["done", "not_done"].compactMap { key in
      settle[key]?.text.map { "\(key): \($0.text)" }
    }
    return bound.activity.work.map { item in
      WorkItem(
        language: item.language, text: item.text, parameters: item.parameters, effect: item.effect,
        calls: item.calls, condition: conditions.joined(separator: "; "),
        isAuthored: item.isAuthored, template: item.template)
    }
  }
}
