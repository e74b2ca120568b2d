import RunbookModel

/// How long the steps took, beside one another.
struct StepDurations: Sendable {
  /// More would be a table that nobody reads.
  private static let limit = 40

  struct Item: Sendable {
    let step: StepFacts
    let share: Double
  }

  /// In the runbook's order; of many, the longest.
  let items: [Item]
  /// Nil when all steps that ran are there.
  let cutNote: String?

  init(steps: [StepFacts]) {
    let ran = steps.compactMap { step in
      step.elapsed.map { (step: step, seconds: $0.wholeSeconds) }
    }
    let lengths = ran.map(\.seconds).sorted(by: >)
    let longest = lengths.first ?? 0
    let least = lengths.count > Self.limit ? lengths[Self.limit - 1] : 0
    items = ran.filter { $0.seconds >= least }.prefix(Self.limit).map {
      Item(step: $0.step, share: longest > 0 ? $0.seconds / longest : 0)
    }
    cutNote = ran.count > Self.limit ? "the \(Self.limit) longest of \(ran.count) steps" : nil
  }
}

extension StepDurations: Presented {
  static let fields: [Field<Self>] = [
    .has("items") { !$0.items.isEmpty },
    .list("items") { $0.items },
    .text("cut_note", .words, or: .nothing) { $0.cutNote },
  ]
}

extension StepDurations.Item: Presented {
  static let fields: [Field<Self>] = [
    .one("step") { $0.step },
    .text("bar", .any) { .bar($0.share) },
  ]
}
