/// That a database has no record any more of what a step did there, and that people let the run go on all the
/// same, or gave it up: what the step did may be gone with it.
public struct RecordLoss: Sendable, Hashable {
  public let connection: String
  /// Who approved of going on, for people; empty where the run ended as it was, given up by a person.
  public let approvers: String
  /// Whether the step leaves no record that could be looked for, and was carried out in another database than the
  /// connection leads to since.
  public let isElsewhere: Bool

  public init(connection: String, approvers: String, isElsewhere: Bool = false) {
    self.connection = connection
    self.approvers = approvers
    self.isElsewhere = isElsewhere
  }
}

extension RecordLoss {
  /// `approved by Ann`; nil where nobody was asked.
  public var approval: String? { approvers.isEmpty ? nil : "approved by \(approvers)" }
}

/// All that a run has lost so, by database and who approved.
public struct RecordLossTally: Sendable, Hashable {
  private var groups: [(loss: RecordLoss, steps: [StepID])] {
    var found: [(loss: RecordLoss, steps: [StepID])] = []
    for item in items {
      if let index = found.firstIndex(where: { $0.loss == item.loss }) {
        found[index].steps.append(item.step)
      } else {
        found.append((item.loss, [item.step]))
      }
    }
    return found
  }

  private struct Item: Sendable, Hashable {
    let step: StepID
    let loss: RecordLoss
  }

  private let items: [Item]

  /// - Parameter losses: in the order of the steps.
  public init(_ losses: [(step: StepID, loss: RecordLoss)]) {
    items = losses.map { Item(step: $0.step, loss: $0.loss) }
  }

  public var isEmpty: Bool { items.isEmpty }

  /// What the end of a run says of it; nil where nothing is lost.
  public var words: String? {
    guard !isEmpty else { return nil }
    return groups.map { group in
      let names = group.steps.map { "'\($0)'" }.joined(separator: ", ")
      let verb = group.steps.count == 1 ? "was" : "were"
      let what =
        group.loss.isElsewhere
        ? "\(names) \(verb) carried out in another database than '\(group.loss.connection)' leads to since"
        : "the database of '\(group.loss.connection)' has no record of what \(names) did"
      return what + (group.loss.approval.map { " (\($0))" } ?? "")
    }
    .joined(separator: "; ")
  }
}
