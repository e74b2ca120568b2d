import RunbookModel

extension DataLossFacts: Presented {
  static let fields: [Field<Self>] = [
    .has("found") { !$0.found.isEmpty },
    .list("found") { $0.found },
    .text("lost", .listed, or: .missing) { $0.lost },
    .text("preserved", .listed, or: .missing) { $0.preserved },
    .text("impact", .listed, or: .missing) { $0.impact },
    .text("rows", .any, or: .missing) { facts in
      facts.rows.map { .inline([.words("\n\n"), .table($0.map(shown))], separator: "") }
    }.only(for: .people),
    .text("rows", .table, or: .missing) { $0.rows }.only(for: .tools),
  ]

  private static let columns = [
    ("table", "Table"), ("before", "Before"), ("at_backup", "In the backup"),
    ("restored", "Restored"), ("set_aside", "Set aside"), ("now", "Now"), ("lost", "Lost"),
    ("known", "How it is known"),
  ]

  private static func shown(_ row: ValueMap) -> ValueMap {
    var map = ValueMap()
    for (name, title) in columns {
      switch row[name] {
      case nil, .null?: map[title] = .string(name == "lost" ? "unknown" : "–")
      case .int(let count)? where name == "lost" && row["lost_is"] == "bounded":
        map[title] = .string("at least \(count)")
      case .some(let value): map[title] = value
      }
    }
    return map
  }
}

extension DataLossFacts.Found: Presented {
  static let fields: [Field<Self>] = [
    .text("name", .code) { $0.name },
    .text("step", .code) { $0.step.rawValue },
    .text("count", .number) { $0.values.count },
    .text("values", .codes) { $0.values },
    .text("reference", .reference) { $0.reference },
  ]
}
