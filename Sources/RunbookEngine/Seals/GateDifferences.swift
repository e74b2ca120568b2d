import RunbookModel

extension GateOpened {
  /// What of a gate is not as it was shown, a line each; at least one.
  func differences(to now: GateOpened) -> [String] {
    let lines = lines(to: now)
    return lines.isEmpty ? ["what it shows is another"] : lines
  }

  /// What of a gate was not approved with this one, a line each; nothing where all was, and some of it is done since.
  func uncovered(by now: GateOpened) -> [String] {
    let done = now.steps.filter { $0.fate == .isDone }.map(\.step)
    var (former, present) = (self, now)
    former.steps.removeAll { $0.fate == .willRun && done.contains($0.step) }
    present.steps.removeAll { item in
      item.fate == .isDone && !former.steps.contains { $0.step == item.step }
    }
    return former.lines(to: present)
  }

  private func lines(to now: GateOpened) -> [String] {
    differences(ofStepsTo: now) + differences(ofPlacesTo: now) + differences(ofOthersTo: now)
  }

  private func differences(ofStepsTo now: GateOpened) -> [String] {
    let changed = now.steps.flatMap { item -> [String] in
      guard let former = steps.first(where: { $0.step == item.step }) else {
        return ["\(item.step): it is new"]
      }
      return former.differences(to: item).map { "\(item.step): \($0)" }
    }
    let gone = steps.filter { item in !now.steps.contains { $0.step == item.step } }
    return changed + gone.map { "\($0.step): it is gone" }
  }

  private func differences(ofPlacesTo now: GateOpened) -> [String] {
    let changed = now.identities.flatMap { one -> [String] in
      let name = "connection '\(one.connection)'"
      guard let former = identities.first(where: { $0.connection == one.connection }) else {
        return ["\(name) is new"]
      }
      let elsewhere =
        former.identity.isSameDatabase(as: one.identity)
        ? [] : ["\(name) leads to another database"]
      return elsewhere + former.identity.changes(to: one.identity).map { "\(name): \($0)" }
    }
    let gone = identities.filter { one in
      !now.identities.contains { $0.connection == one.connection }
    }
    return changed + gone.map { "connection '\($0.connection)' is gone" }
  }

  private func differences(ofOthersTo now: GateOpened) -> [String] {
    let (former, present) = ((others ?? []).map(\.run), (now.others ?? []).map(\.run))
    return present.filter { !former.contains($0) }.map { "run \($0) is at work beside it" }
      + former.filter { !present.contains($0) }.map {
        "run \($0) is not at work beside it any more"
      }
  }
}

extension GateItem {
  fileprivate func differences(to now: GateItem) -> [String] {
    guard fate == now.fate else { return ["it \(fate.past), and \(now.fate.present)"] }
    if let former = seal, let present = now.seal { return present.changes(since: former) }
    let isSame =
      effect == now.effect && connection == now.connection && work == now.work && seal == now.seal
    return isSame ? [] : ["what it does is another"]
  }
}

extension GateItem.Fate {
  fileprivate var past: String {
    switch self {
    case .willRun: "was to run"
    case .willBeSkipped: "was to be skipped"
    case .isDone: "was done"
    case .undecided: "depended on earlier steps"
    }
  }

  fileprivate var present: String {
    switch self {
    case .willRun: "is to run"
    case .willBeSkipped: "is to be skipped"
    case .isDone: "is done"
    case .undecided: "depends on earlier steps"
    }
  }
}
