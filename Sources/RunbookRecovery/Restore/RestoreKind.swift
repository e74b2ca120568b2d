package import RunbookEngine
import RunbookExpression
package import RunbookModel

/// `restore:` takes a way of recovery that a `ways` step found, in one transaction.
package struct RestoreKind: RecoveryKind {
  private let tools: RecoveryTools

  package init(_ tools: RecoveryTools) { self.tools = tools }

  package var spec: KindSpec {
    KindSpec(
      "restore",
      .fields([
        FieldSpec(
          "way", .expression, required: true, "One of the ways that a `ways` step found"),
        FieldSpec("lock_timeout", .duration, "How long a statement waits for a lock (5s)"),
        FieldSpec("statement_timeout", .duration, "How long a statement may take (1h)"),
      ]),
      results: [
        ResultSpec("way", "string", "The way's name", isPublic: true),
        ResultSpec("objects", "int", "How many objects were made again", isPublic: true),
        ResultSpec("rows", "int", "How many rows came back", isPublic: true),
        ResultSpec(
          "set_aside", "int", "How many rows of the backup could not go back", isPublic: true),
        ResultSpec(
          "tables", "list",
          "Maps with `table`, `mode`, `at_backup`, `restored`, `set_aside` and `already_there`"),
        ResultSpec(
          "orphans", "list",
          "Rows of standing tables that refer to lost ones: `table`, `constraint`, `rows`"),
        ResultSpec(
          "unfilled", "list",
          "Rows newer than the backup that a lost column has no value for: `table`, `column`, `rows`"
        ),
        ResultSpec(
          Remainder.missing, "list",
          "What did not come back, as sentences: with any the run does not end resolved"),
        ResultSpec(
          Remainder.leftToDo, "list", "What no backup can bring back, as sentences with what to do"),
        ResultSpec("risks", "list", "What may be wrong all the same, as sentences"),
        ResultSpec("left_out", "list", "Statements that were not run on purpose"),
      ],
      usesConnection: true, keepsReceipts: true, work: WorkSpec(.sql, in: ["way"]),
      "Brings back what was lost, by a way that was found before")
  }

  package func check(_ step: Step, in context: CheckContext) -> [Diagnostic] {
    guard !step.phase.mayChange else { return [] }
    return [
      Diagnostic(
        .error, .restorePhase, "a restore is not allowed in \(step.phase.rawValue)",
        at: step.place, hint: "only recovery and safeguards may change anything")
    ]
  }

  package func effect(of step: Step) -> Effect? { .mutating }

  package func bind(_ step: Step, to context: BindingContext) throws(StepFailure) -> any Activity {
    guard let connection = context.connection, let source = step.body["way"]?.text else {
      throw StepFailure(.invalid, "step '\(step.id)' needs a connection and a way")
    }
    guard let way = RecoveryWay(try context.evaluate(source)) else {
      throw StepFailure(
        .invalid, "`way` is not one that a ways step found (\(source.place))",
        hint: "capture `best` of a ways step, and name it here")
    }
    return RestoreActivity(
      step: step, source: connection, way: way, plan: RestorePlan(way), gateway: tools.gateway,
      environment: tools.environment)
  }
}
