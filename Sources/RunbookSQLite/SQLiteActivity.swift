import RunbookEngine
import RunbookModel

/// An `sql` step on a SQLite file, bound to its values.
struct SQLiteActivity: Activity {
  let step: Step
  let source: Runbook.Connection
  let text: SQLiteText
  let statements: [RenderedSQL]
  let values: [String: Value]
  let files: SQLiteGateway
  /// What SQLite tells of each statement by the file's schema; nil where it is not known, or does not fit.
  private let judgements: [SchemaTwin.Judgement?]
  /// The file's schema as it was looked at last; nil where nobody could look.
  private(set) var schema: SQLiteSchema?

  init(
    step: Step, source: Runbook.Connection, text: SQLiteText, statements: [RenderedSQL],
    values: [String: Value], files: SQLiteGateway
  ) {
    self.step = step
    self.source = source
    self.text = text
    self.statements = statements
    self.values = values
    self.files = files
    let isJudged = step.phase.mayChange || step.options.isTrial
    let schema = isJudged ? files.known(source.name)?.schema : nil
    judgements =
      schema.map { SchemaTwin(schema: $0).judgements(of: statements.map(\.text)) }
      ?? statements.map { _ in nil }
  }

  enum Mode: Sendable, Hashable {
    case readOnly
    /// Read-write, and always rolled back.
    case trial
    case change(keepsReceipt: Bool)
  }

  var mode: Mode {
    if step.options.isTrial { return .trial }
    guard step.phase.mayChange else { return .readOnly }
    let reads = judgements.allSatisfy { $0?.effect == .readOnly }
    return reads && step.options.effect.map { $0 == .readOnly } ?? true
      ? .readOnly : .change(keepsReceipt: source.keepsReceipts)
  }

  var connection: String? { source.name }
  var isEffectDeclared: Bool { false }

  /// The author's word only makes it worse.
  var effect: Effect {
    guard mode != .readOnly else { return .readOnly }
    return Effect.worst(
      of: statements.indices.map(effect) + [step.options.effect].compactMap(\.self))
  }

  private func effect(of index: Int) -> Effect {
    mode == .readOnly ? .readOnly : judgements[index]?.effect ?? .undetermined
  }

  var settlingMeans: SettlingMeans {
    switch mode {
    case .readOnly, .trial: .repeatable
    case .change(let keepsReceipt): keepsReceipt ? .receipt : .none
    }
  }

  /// Its lock is the file's own, which each change takes first.
  var isFenced: Bool { if case .change = mode { true } else { false } }

  var work: [WorkItem] {
    statements.enumerated().map { index, statement in
      WorkItem(
        language: .sql, text: statement.text, parameters: statement.parameters,
        effect: effect(of: index), isAuthored: true, template: statement.template)
    }
  }

  /// What is refused when it is performed is said before, and what happens that no text of it says.
  var manner: [WorkItem.Parameter] {
    let elsewhere = judgements.indices.filter { judgements[$0]?.deletesElsewhere == true }.map {
      judgements.count == 1 ? "the statement" : "statement \($0 + 1)"
    }
    let deleting =
      elsewhere.isEmpty
      ? []
      : [
        WorkItem.Parameter(
          name: "triggers or keys that cascade delete rows besides, by",
          value: .string(elsewhere.joined(separator: ", ")))
      ]
    let triggers = (schema?.objects(touching: touched) ?? []).filter { $0.type == "trigger" }
    let firing =
      triggers.isEmpty
      ? []
      : [
        WorkItem.Parameter(
          name: "may fire", value: .string(triggers.map(\.words).joined(separator: ", ")))
      ]
    return firing + deleting + RowChoice.words(ofOpen: judgements.map { $0?.mayTakeEveryRow == true })
      + judgements.compactMap { $0?.denial }.map {
        WorkItem.Parameter(name: "will be refused", value: .string($0))
      }
  }

  /// What the statements touch, by the schema as it is.
  private var touched: Set<String> {
    judgements.reduce(into: []) { $0.formUnion($1?.touched ?? []) }
  }

  func surroundings() async -> [Surrounding] { await files.surroundings(of: source.name) }

  /// By the file's schema as it is now.
  func informed() async -> any Activity {
    let found = await files.schema(of: source.name)
    var other = SQLiteActivity(
      step: step, source: source, text: text, statements: statements, values: values,
      files: files)
    other.schema = found
    return other
  }

  /// Whether what it was bound with is still so, on the open file.
  ///
  /// - Throws: `refused` where it is another: nobody has seen what the statements would do now.
  func requireSame(_ now: SQLiteSchema) throws(StepFailure) {
    guard let schema else { return }
    let (former, found) = (schema.objects(touching: touched), now.objects(touching: touched))
    let changed = Set(former).symmetricDifference(found)
    guard let first = (found + former).first(where: changed.contains) else { return }
    throw StepFailure(
      .refused, "the database's \(first.words) is another than a moment ago; nothing was changed",
      hint: "try it again: it is looked at anew")
  }

  func receiptDigest(_ key: RunKey?) -> Digest? { digest(key) }

  /// Of the statements with their values, as they run.
  func digest(_ key: RunKey?) -> Digest {
    var hasher = key.hasher
    for statement in statements {
      hasher.update("\(statement.text.utf8.count):\(statement.text)")
      for parameter in statement.parameters {
        hasher.update("\(parameter.name)=\(parameter.value.json)\n")
      }
    }
    return hasher.finalize()
  }

  func perform(in context: AttemptContext) async throws(StepFailure) -> StepResult {
    let file = try files.file(of: source.name)
    let request = SQLiteRequest(activity: self, file: file, context: context)
    return try await file.use(request.access, request.wait()) { (handle) throws(StepFailure) in
      try request.perform(on: handle)
    }
  }

  func awaitLock(in context: AttemptContext) async throws(StepFailure) {
    let file = try files.file(of: source.name)
    let request = SQLiteRequest(activity: self, file: file, context: context)
    try await file.use(.writing, request.settlingWait()) { (handle) throws(StepFailure) in
      try file.begin(.writing, on: handle)
    }
  }

  func receipt(in context: AttemptContext) async throws(StepFailure) -> ReceiptFound? {
    let file = try files.file(of: source.name)
    let request = SQLiteRequest(activity: self, file: file, context: context)
    return try await file.use(.writing, request.settlingWait()) { (handle) throws(StepFailure) in
      try request.findReceipt(on: handle)
    }
  }
}
