package import RunbookEngine
package import RunbookModel

/// `assess:` what rows are lost for good, table by table, and how each number is known.
package struct AssessKind: StepKind {
  package init() {}

  package var spec: KindSpec {
    KindSpec(
      "assess",
      .fields([
        FieldSpec(
          "before", .expression, required: true, "The `rows` of a compare step of detection"),
        FieldSpec(
          "after", .expression, required: true, "The `rows` of a compare step of verification"),
        FieldSpec("as_of", .expression, "The `as_of` of the compare step of detection"),
        FieldSpec("way", .expression, "The way that was taken"),
        FieldSpec("restored", .expression, "The `tables` of the restore step"),
        FieldSpec("orphans", .expression, "The `orphans` of the restore step"),
      ]),
      results: [
        ResultSpec(
          "tables", "list",
          "Maps with `table`, `before`, `at_backup`, `restored`, `set_aside`, `now`, `lost`, "
            + "`lost_is` (counted, bounded or unknown) and `known`"),
        ResultSpec(
          "lost", "int", "Rows that are lost for good, as far as is known", isPublic: true),
        ResultSpec(
          "lost_is", "string", "counted, bounded (at least so many) or unknown", isPublic: true),
        ResultSpec(
          Remainder.lostForGood, "list",
          "The same in words, as a sentence: it stands where the run's end is", isPublic: true),
        ResultSpec("preserved", "list", "Tables that have every row that they had"),
      ], work: WorkSpec(.text, in: []),
      "Says how many rows are lost, and how that is known")
  }

  package func check(_ step: Step, in context: CheckContext) -> [Diagnostic] { [] }

  package func effect(of step: Step) -> Effect? { .readOnly }

  package func bind(_ step: Step, to context: BindingContext) throws(StepFailure) -> any Activity {
    func maps(_ key: String) throws(StepFailure) -> [ValueMap] {
      guard let source = step.body[key]?.text else { return [] }
      guard let items = try context.evaluate(source).listValue else {
        throw StepFailure(.invalid, "`\(key)` is not a list (\(source.place))")
      }
      return items.compactMap(\.mapValue)
    }
    var asOf: Timestamp?
    if let source = step.body["as_of"]?.text,
      case .timestamp(let time) = try context.evaluate(source)
    {
      asOf = time
    }
    var way: RecoveryWay?
    if let source = step.body["way"]?.text { way = RecoveryWay(try context.evaluate(source)) }
    return AssessActivity(
      assessment: LossAssessment(
        before: try maps("before"), after: try maps("after"), asOf: asOf, backupAt: way?.asOf,
        restored: try maps("restored"), orphans: try maps("orphans")))
  }
}

/// Nothing but arithmetic.
package struct AssessActivity: Activity {
  package let assessment: LossAssessment

  package let effect = Effect.readOnly
  package let isEffectDeclared = false
  package let connection: String? = nil

  package var work: [WorkItem] {
    [
      WorkItem(
        language: .text, text: "Work out from what was counted how many rows are lost",
        effect: .readOnly)
    ]
  }

  private static func words(_ lost: Int64, _ known: String) -> String {
    let rows = lost == 1 ? "1 row" : "\(lost) rows"
    return switch known {
    case "counted": lost == 0 ? "no row" : rows
    case "bounded" where lost > 0: "at least \(rows)"
    default: "how many rows is not known"
    }
  }

  package func perform(in context: AttemptContext) async throws(StepFailure) -> StepResult {
    if Task.isCancelled { throw StepFailure(.interrupted, "interrupted") }
    let tables = assessment.tables
    let unknown = tables.contains { $0["lost_is"] == "unknown" }
    let bounded = tables.contains { $0["lost_is"] == "bounded" }
    let lost = tables.compactMap { $0["lost"]?.intValue }.reduce(0, +)
    var values = ValueMap()
    values["tables"] = .list(tables.map(Value.map))
    values["lost"] = .int(lost)
    let known = unknown && lost == 0 ? "unknown" : unknown || bounded ? "bounded" : "counted"
    values["lost_is"] = .string(known)
    values[Remainder.lostForGood] = [.string(Self.words(lost, known))]
    values["preserved"] = .list(
      tables.filter { $0["lost"] == 0 && $0["lost_is"] == "counted" }
        .compactMap { $0["table"] })
    return StepResult(
      values: values,
      evidence: [
        EvidenceDraft(what: "rows lost", source: "computed", content: .result("tables"))
      ])
  }
}
