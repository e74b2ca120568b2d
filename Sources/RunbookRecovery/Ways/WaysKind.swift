package import RunbookEngine
package import RunbookModel

/// `ways:` finds out how what was lost can be brought back, and which way loses least.
package struct WaysKind: RecoveryKind {
  private let tools: RecoveryTools

  package init(_ tools: RecoveryTools) { self.tools = tools }

  package var spec: KindSpec {
    KindSpec(
      "ways",
      .fields([
        FieldSpec("loss", .expression, "The `loss` of a compare step"),
        FieldSpec(
          "tables", .expression, "Names of tables that are gone, where nothing could be compared"),
        FieldSpec("archive", .template, "A backup: an archive of pg_dump"),
        FieldSpec(
          "alembic", .template, "The Alembic project whose culprit's downgrade() is rendered"),
        FieldSpec("revision", .template, "The culprit's revision"),
        FieldSpec(
          "runbook", .expression,
          "Tables that the runbook's own statements make, for when no better way is open"),
        FieldSpec(
          "prefer", .template,
          "The way to take if it is open: rename, archive, downgrade or runbook"),
      ]),
      results: [
        ResultSpec("best", "map", "The way that loses least, or the preferred one, for `restore`"),
        ResultSpec(
          "way", "string", "Its name: rename, archive, downgrade, runbook or none", isPublic: true),
        ResultSpec("open", "list", "Names of the ways that are open, the best first"),
        ResultSpec(
          "found", "list", "Maps with `way`, `title`, `objects`, `rows`, `as_of` and `loses`"),
        ResultSpec("closed", "list", "Maps with `way` and `reason`"),
      ],
      usesConnection: true, work: WorkSpec(.text, in: ["archive"]),
      "Finds the ways of recovery that are open, with what each brings back")
  }

  package func check(_ step: Step, in context: CheckContext) -> [Diagnostic] { [] }

  package func effect(of step: Step) -> Effect? { .readOnly }

  package func bind(_ step: Step, to context: BindingContext) throws(StepFailure) -> any Activity {
    let connection = try connection(of: step, in: context)
    let damage = try damage(step, context)
    func text(_ key: String) throws(StepFailure) -> String? {
      guard let template = step.body[key]?.text else { return nil }
      let text = try context.render(template)
      return text.isEmpty ? nil : text
    }
    func path(_ key: String) throws(StepFailure) -> String? {
      guard let template = step.body[key]?.text, try text(key) != nil else { return nil }
      return try context.renderPath(template)
    }
    let preferred = try text("prefer")
    if let preferred, RecoveryWay.Name(rawValue: preferred) == nil {
      throw StepFailure(
        .invalid, "there is no way '\(preferred)'",
        hint: "the ways are rename, archive, downgrade and runbook")
    }
    return WaysActivity(
      gateway: tools.gateway, environment: tools.environment, source: connection.name,
      damage: damage,
      archive: try path("archive"), alembic: try path("alembic"),
      revision: try text("revision"), runbookTables: try context.names("runbook", of: step) ?? [],
      preferred: preferred.flatMap(RecoveryWay.Name.init))
  }

  /// A loss that is null or an empty map is one that was not looked at: then the tables' names count.
  private func damage(
    _ step: Step, _ context: BindingContext
  ) throws(StepFailure) -> CatalogDamage {
    if let source = step.body["loss"]?.text {
      let value = try context.evaluate(source)
      if let damage = CatalogDamage(value) { return damage }
      guard value == .null || value.mapValue?.isEmpty == true else {
        throw StepFailure(
          .invalid, "`loss` is not what a compare step found (\(source.place))",
          hint: "capture `loss` of a compare step, and name it here")
      }
    }
    return CatalogDamage(tables: try context.names("tables", of: step) ?? [])
  }
}
