import RunbookModel

extension PreventionFacts: Presented {
  static let fields: [Field<Self>] = [
    .has("checklist") { !$0.checklist.isEmpty },
    .text("checklist", .any) { .checklist($0.checklist) }.only(for: .people),
    .list("checklist") { $0.checklist }.only(for: .tools),
    .text("wrong", .lessons(.wrong), or: .missing) { $0.wrong.nonEmpty },
    .text("right", .lessons(.right), or: .missing) { $0.right.nonEmpty },
    .text("lucky", .lessons(.lucky), or: .missing) { $0.lucky.nonEmpty },
    .text("future", .lessons(.future), or: .missing) { $0.future.nonEmpty },
    .has("actions") { !$0.actions.isEmpty },
    .list("actions") { $0.actions },
    .unfilled("todo") { _ in .missing }.only(for: .people),
  ]
}

extension PreventionFacts.CheckItem: Presented {
  static let fields: [Field<Self>] = [
    .text("text", .block) { $0.text },
    .flag("is_done") { $0.isDone },
  ]
}

extension ActionItem: Presented {
  static let fields: [Field<Self>] =
    [.text("id", .prose) { $0.id }]
    + Cell.allCases.map { cell in .text(cell.rawValue, .cell, or: .todoWord) { $0[cell] } }
    + [Field<Self>.flag("is_done") { $0.isDone }.only(for: .tools)]
}

extension Collection {
  var nonEmpty: Self? { isEmpty ? nil : self }
}
