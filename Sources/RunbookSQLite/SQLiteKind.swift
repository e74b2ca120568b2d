package import RunbookEngine
package import RunbookModel

/// `sql:` statements for SQLite.
package struct SQLiteKind: StepKind {
  private let files: SQLiteGateway

  /// - Parameter files: where the connections lead.
  package init(files: SQLiteGateway) { self.files = files }

  package var spec: KindSpec { .sql }

  package func check(_ step: Step, in context: CheckContext) -> [Diagnostic] {
    SQLiteCheck(step: step, context: context).diagnostics
  }

  /// What changes something is known once the file's schema is.
  package func effect(of step: Step) -> Effect? {
    step.phase.mayChange || step.options.isTrial ? nil : .readOnly
  }

  package func bind(_ step: Step, to context: BindingContext) throws(StepFailure) -> any Activity {
    guard let connection = context.connection else {
      throw StepFailure(.invalid, "step '\(step.id)' has no connection")
    }
    guard let source = Self.source(of: step) else {
      throw StepFailure(.invalid, "step '\(step.id)' has no SQL (\(step.place))")
    }
    let text = SQLiteText(source)
    if let fault = text.diagnostics.first {
      throw StepFailure(
        .invalid, fault.message + (fault.place.map { " (\($0))" } ?? ""), hint: fault.hint)
    }
    var statements: [RenderedSQL] = []
    for statement in text.statements {
      statements.append(try RenderedSQL(statement, of: text, values: context.values))
    }
    return SQLiteActivity(
      step: step, source: connection, text: text, statements: statements, values: context.values,
      files: files)
  }

  /// The text or the file's contents; nil when there are both or neither.
  static func source(of step: Step) -> SourceText? {
    let text = step.body["text"]?.text
    guard case .file(_, let contents)? = step.body["file"] else { return text }
    return text == nil ? contents : nil
  }
}
