import RunbookModel

extension Plan {
  /// Why a run cannot go on with this plan in the place of the one that it has: what the plan does to steps
  /// whose last attempt is not settled. They are settled by what was recorded of them, or not at all.
  ///
  /// | of a step that is in flight or unknown        | may change |
  /// | --------------------------------------------- | ---------- |
  /// | its id, kind or phase                         | no         |
  /// | its connection, by name                       | no         |
  /// | its `settle:` probe, and what decides it      | no         |
  /// | by what it is settled: receipt, probe, word   | no         |
  /// | the changing steps before it that are open    | no         |
  /// | all else: statements, values, `expect`, title | yes        |
  ///
  /// - Parameter key: the run's, for what was recorded by hashes.
  /// - Returns: one line each; empty where there is nothing against it.
  public func objections(
    to state: RunState, kinds: [any StepKind], key: RunKey?
  ) -> [String] {
    let binder = Binder(plan: self, kinds: kinds)
    let records = (state.runbook?.steps ?? []).filter {
      [.running, .unknown].contains(state.step($0.id).status)
    }
    let seal = ProbeSeal(key, Redactor(secrets: secrets))
    return records.flatMap { objections(to: $0, state, binder, seal) }
  }

  /// Why what the run did could not be looked for any more with this plan: connections on which it did something, and
  /// that the plan has no more, under another kind, or without receipts.
  ///
  /// - Returns: one line each; empty where there is nothing against it.
  public func strandings(of state: RunState) -> [String] {
    let records = (state.runbook?.steps ?? []) + state.formerSteps
    let changes = records.filter { record in
      let step = state.step(record.id)
      return record.phase.mayChange && step.mayHaveChanged && step.connection != nil
    }
    let names = Set(changes.compactMap { state.step($0.id).connection }).sorted()
    return names.compactMap { name in
      let steps = changes.filter { state.step($0.id).connection == name }
      guard let why = stranding(of: name, steps.map { state.step($0.id) }, state) else {
        return nil
      }
      let list = steps.map { "'\($0.id)'" }.joined(separator: ", ")
      let noun = steps.count == 1 ? "step" : "steps"
      return "connection '\(name)' \(why), and \(noun) \(list) changed something there, or may have"
    }
  }

  private func stranding(
    of name: String, _ steps: [StepState], _ state: RunState
  ) -> String? {
    guard let now = runbook.connections.first(where: { $0.name.isIdentical(to: name) }) else {
      return "is not in the runbook any more"
    }
    let former = state.connections.first { $0.name.isIdentical(to: name) }
    if let former, former.kind != now.kind {
      return "is of kind '\(now.kind)' now, and was of '\(former.kind)'"
    }
    let hasReceipts = steps.contains { $0.hasReceipt || $0.settledBy == .receipt }
    return hasReceipts && !now.keepsReceipts ? "keeps no receipts any more" : nil
  }

  private func objections(
    to record: StepRecord, _ state: RunState, _ binder: Binder, _ seal: ProbeSeal
  ) -> [String] {
    let known = state.step(record.id)
    let start = "step '\(record.id)' is not settled"
    guard let step = runbook.steps.first(where: { $0.id == record.id }) else {
      return ["\(start), and is not in the runbook any more"]
    }
    var found: [String] = []
    if step.kind != record.kind {
      found.append("\(start), and its kind '\(record.kind)' is '\(step.kind)' now")
    }
    if step.phase != record.phase {
      found.append(
        "\(start), and its phase '\(record.phase.rawValue)' is '\(step.phase.rawValue)' now")
    }
    guard found.isEmpty else { return found }
    do throws(StepFailure) {
      let bound = try binder.bind(step, in: RunScope(plan: self, state: state))
      let scope = RunScope(plan: self, state: state)
      let difference =
        bound.difference(from: known) ?? seal.difference(of: step, from: known, binder, scope)
      if let difference { found.append("\(start): \(difference)") }
    } catch {
      // Whatever it would be by now: what was recorded cannot be looked for without its values.
      found.append("\(start), and cannot be bound to its values now: \(error.record.message)")
    }
    let open = runbook.steps.prefix { $0.id != record.id }.first {
      $0.phase.mayChange && !state.step($0.id).status.isSettled
    }
    if step.phase.mayChange, let open {
      found.append("\(start), and step '\(open.id)' would be performed before it")
    }
    return found
  }
}
