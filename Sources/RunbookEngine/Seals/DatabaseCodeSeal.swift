import RunbookModel

/// How a database's own code is held against what an approval binds of it.
///
/// What a step of the run does to it was approved with that step. So what was seen right behind an attempt stands in
/// the place of what the gate has shown: between the run's own attempts nothing may change.
extension [SealedPart] {
  /// These parts of a step's approval, with the database's code as the run's own attempts have left it since.
  func withCode(_ after: [SealedPart]?) -> [SealedPart] {
    guard let after else { return self }
    let known = Dictionary(
      after.map { (ExactText($0.name), $0) }, uniquingKeysWith: { first, _ in first })
    return map { known[ExactText($0.name)] ?? $0 }
  }
}

extension GateState {
  /// What it has shown, with the databases' code as the run's own attempts have left it since.
  var openedAsLeft: GateOpened {
    var copy = opened
    for index in copy.steps.indices {
      guard let connection = copy.steps[index].connection else { continue }
      copy.steps[index].seal = copy.steps[index].seal?.withCode(codeAfter[connection])
    }
    return copy
  }

  /// What of a step is not as it was approved.
  func changes(of now: StepSeal, since approved: [SealedPart], on connection: String?) -> [String] {
    let former = connection.map { approved.withCode(codeAfter[$0]) } ?? approved
    let changes = now.changes(since: former)
    guard let connection, let step = codeUnseen[connection],
      changes.contains(where: { $0.begins(with: SealedPart.databaseCode) })
    else { return changes }
    let why =
      "what the last attempt of step '\(step)' made of that is not known, as nobody could look when it ended"
    return changes + [why]
  }
}

extension SealedPart.Group {
  /// In what it is another, for people.
  func change(of name: String, since former: SealedPart.Group?) -> String {
    let before = former.map { $0.count == count ? "" : " (\($0.count) then, \(count) now)" } ?? ""
    let isLess = former.map { $0.count > count } ?? false
    let last =
      newest.isEmpty || isLess ? "" : ": changed last: \(newest.joined(separator: ", "))"
    return "\(name) are not what they were\(before)\(last)"
  }

  func redacted(by redactor: Redactor) -> SealedPart.Group {
    SealedPart.Group(count: count, newest: newest.map { redactor.redact($0) })
  }
}
