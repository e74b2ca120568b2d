import RunbookModel

/// What of a run nobody saw, as steps were left out or brought no answer, and what rests on it: as the engine has it
/// (`StandIn`), read off the journal. Answers of people are their words, and told as such.
struct UnseenInReport: Sendable {
  struct Names: Sendable {
    var steps: Set<String> = []
    var findings: Set<String> = []
    var captures: Set<String> = []
  }

  private let history: RunHistory
  let standIns: [StandIn]

  init(_ history: RunHistory) {
    self.history = history
    standIns = history.steps.reduce(into: []) { all, step in
      all = all.joined(with: step.standInsOfFinding)
      for name in step.record.captures { all = all.joined(with: step.standIns(of: name)) }
    }
  }

  /// What rests on some of it.
  func names(of wanted: [StandIn]) -> Names {
    history.steps.reduce(into: Names()) { names, step in
      func rests(_ on: [StandIn]) -> Bool { on.contains(where: wanted.contains) }
      if rests(step.standIns) { names.steps.insert(step.id.rawValue) }
      if rests(step.standInsOfFinding) { names.findings.insert(step.id.rawValue) }
      for name in step.record.captures where rests(step.standIns(of: name)) {
        names.captures.insert(name)
      }
    }
  }
}

extension StepHistory {
  /// What stands in its place that shows nothing.
  fileprivate var standIns: [StandIn] {
    if let skipped {
      return skipped.payload.cause == .decision ? [StandIn(id, .skipped)] : footing.leftOut
    }
    switch status {
    case .couldNotRun: return [StandIn(id, .couldNotRun)]
    case .failed where answer?.payload.isWithoutAnswer == true: return [StandIn(id, .couldNotRun)]
    case .unknown: return [StandIn(id, .unknown)]
    case .declared: return [StandIn(id, .declared)]
    case .succeeded, .resting, .attested, .missing: return footing.leftOut
    case .pending, .inFlight, .failed, .skipped, .notDone, .notBegun, .again, .outdated: return []
    }
  }

  /// The same of its finding: what failed has not looked for it.
  fileprivate var standInsOfFinding: [StandIn] {
    let isFailed = status == .failed && answer?.payload.isWithoutAnswer != true
    return isFailed ? [StandIn(id, .failed)] : standIns
  }

  fileprivate func standIns(of capture: String) -> [StandIn] {
    guard skipped == nil, let answer = answer?.payload, answer.outcome == .succeeded else {
      return standIns
    }
    return (answer.capturesRestOn?[capture] ?? []).leftOut
  }
}
