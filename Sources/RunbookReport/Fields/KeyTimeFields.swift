import RunbookModel

extension KeyTimeFacts: Presented {
  static let fields: [Field<Self>] = [
    .list("times") { $0.times },
    .list("measures") { $0.measures },
  ]
}

extension KeyTimeFacts.Time: Presented {
  static let fields: [Field<Self>] = [
    .text("name", .words) { $0.name },
    .text("at", .time) { Filling($0.at, or: $0.isRunsOwn ? .words("not reached") : .missing) },
    .text("basis", .phrase) { $0.basis },
    .text("reference", .reference, or: .nothing) { $0.reference },
  ]
}

extension KeyTimeFacts.Measure: Presented {
  static let fields: [Field<Self>] = [
    .text("name", .words) { $0.name },
    .text("duration", .duration) {
      Filling($0.duration, or: .words($0.instead))
    },
    .text("formula", .words) { $0.formula },
  ]
}

extension KeyTimeFacts.Measure {
  /// What stands in the place of a duration.
  fileprivate var instead: String {
    if isContradicted { return "not known: the times contradict one another" }
    return isUnreached ? "not reached" : "not known"
  }
}
