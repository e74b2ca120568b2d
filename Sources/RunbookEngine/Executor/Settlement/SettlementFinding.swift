import RunbookModel

/// What was found out about an attempt, and by what.
struct SettlementFinding {
  let settlement: Settlement
  let means: AttemptSettled.Means
  let detail: String
  /// Whether nothing that was begun can take effect any more.
  let isOver: Bool
  var doneAt: Timestamp?
  var result: StepResult?
  /// What a probe asked.
  var asked: [WorkItem]?
  var remnants: [Remnant] = []

  init(
    _ settlement: Settlement, _ means: AttemptSettled.Means, _ detail: String,
    isOver: Bool = true, doneAt: Timestamp? = nil, result: StepResult? = nil,
    asked: [WorkItem]? = nil, remnants: [Remnant] = []
  ) {
    self.asked = asked
    self.isOver = isOver
    self.settlement = settlement
    self.means = means
    self.detail = detail
    self.doneAt = doneAt
    self.result = result
    self.remnants = remnants
  }

  static var repeatable: SettlementFinding {
    SettlementFinding(.notDone, .repeatable, "the step changes nothing, and runs again")
  }

  /// What was found, where it is not what a person's word says.
  func denied(by word: PersonsWord?) -> SettlementFinding {
    guard let word, settlement != .done else { return self }
    return SettlementFinding(
      .unknown, means,
      "it was declared done by \(word.actor.displayName) (\(word.reason)), and that is not so by what is "
        + "found: \(detail)", isOver: isOver, remnants: remnants)
  }
}
