package import RunbookEngine
package import RunbookModel

/// `sql:` statements for PostgreSQL.
package struct SQLKind: StepKind {
  private let gateway: PostgresGateway

  /// - Parameter gateway: where the sessions come from.
  package init(gateway: PostgresGateway) { self.gateway = gateway }

  package var spec: KindSpec { .sql }

  package func check(_ step: Step, in context: CheckContext) -> [Diagnostic] {
    SQLCheck(step: step, context: context).diagnostics
  }

  package func effect(of step: Step) -> Effect? {
    guard let source = Self.source(of: step) else { return nil }
    let text = SQLText(source, names: [])
    let isReadOnly = !step.phase.mayChange && !step.options.isTrial
    guard !text.statements.isEmpty else { return nil }
    let isSeparate = step.body["transaction"]?.string == "none"
    let effects = text.statements.map { statement -> Effect in
      let effect = statement.traits.effect(inReadOnly: isReadOnly)
      return isSeparate && effect == .readOnly ? .undetermined : effect
    }
    return Effect.worst(of: effects + (isReadOnly ? [] : [step.options.effect].compactMap(\.self)))
  }

  package func credentials(in body: Fields) -> [StepCredential] {
    Self.source(of: body).map { SQLCredentials($0).found } ?? []
  }

  package func bind(_ step: Step, to context: BindingContext) throws(StepFailure) -> any Activity {
    try activity(step, context)
  }

  package func activity(
    _ step: Step, _ context: BindingContext
  ) throws(StepFailure) -> SQLActivity {
    guard let connection = context.connection else {
      throw StepFailure(.invalid, "step '\(step.id)' has no connection")
    }
    guard let source = Self.source(of: step) else {
      throw StepFailure(.invalid, "step '\(step.id)' has no SQL (\(step.place))")
    }
    let text = SQLText(source, names: Set(context.values.keys))
    if let fault = text.diagnostics.first(where: { $0.severity == .error }) {
      throw StepFailure(
        .invalid, fault.message + (fault.place.map { " (\($0))" } ?? ""), hint: fault.hint)
    }
    var statements: [RenderedStatement] = []
    for statement in text.statements {
      let rendered = try RenderedStatement(statement, of: text, values: context.values)
      // Whatever validation said: these would end the transaction that everything rests on.
      if rendered.traits.isTransactionControl {
        throw StepFailure(
          .invalid, "transaction control is not possible in a step (\(text.place(of: statement)))")
      }
      if rendered.traits.copiesToClient {
        throw StepFailure(
          .invalid,
          "COPY from STDIN or to STDOUT is not possible in a step (\(text.place(of: statement)))")
      }
      statements.append(rendered)
    }
    return SQLActivity(
      step: step, source: connection, text: text, statements: statements,
      mode: SQLMode(
        step, connection,
        isReading: statements.allSatisfy { $0.traits.reads(inReadOnly: false) }),
      gateway: gateway)
  }

  /// The text or the file's contents; nil when there are both or neither.
  package static func source(of step: Step) -> SourceText? { source(of: step.body) }

  private static func source(of body: Fields) -> SourceText? {
    let text = body["text"]?.text
    guard case .file(_, let contents)? = body["file"] else { return text }
    return text == nil ? contents : nil
  }
}
