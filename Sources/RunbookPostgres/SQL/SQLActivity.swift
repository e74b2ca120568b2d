package import RunbookEngine
package import RunbookModel

/// An `sql` step bound to its values.
package struct SQLActivity: Activity {
  package let step: Step
  package let source: Runbook.Connection
  package let text: SQLText
  package let statements: [RenderedStatement]
  package let mode: SQLMode
  package let gateway: PostgresGateway
  /// What its database tells of it that no transaction guards, and no text of it shows.
  package var outside = Outside.unasked
  /// Functions that it calls without its text saying so; nil where that could not be asked.
  package var hiddenCalls: [String]? = []
  /// Foreign tables that it reads, for people.
  package var foreign: [String] = []

  package enum Outside: Sendable, Hashable {
    case unasked
    /// A few words each.
    case found([String])
    /// It could not be asked.
    case unknown

    package var items: [String] { if case .found(let items) = self { items } else { [] } }
  }

  package var connection: String? { source.name }
  package var isEffectDeclared: Bool { false }

  /// The author's word only makes it worse: a view, an operator or a cast may do what no text shows.
  package var effect: Effect {
    let declared = mode.isReadOnly ? [] : [step.options.effect].compactMap(\.self)
    return Effect.worst(of: statements.map(effect) + declared + found)
  }

  /// What its database told makes of a step that only reads by its text: `READ ONLY` keeps a function from changing
  /// rows alone. Where it was asked and did not tell, it may be any.
  private var found: [Effect] {
    guard mode.isReadOnly else { return [] }
    guard step.phase.mayChange else { return outside.items.isEmpty ? [] : [.undetermined] }
    let isHarmless = hiddenCalls?.isEmpty == true && outside.items.isEmpty && outside != .unknown
    return isHarmless ? [] : [.undetermined]
  }

  private func effect(of statement: RenderedStatement) -> Effect {
    let effect = statement.traits.effect(inReadOnly: mode.isReadOnly)
    // Outside of a transaction nothing holds it to what its text says.
    return mode == .separate && effect == .readOnly ? .undetermined : effect
  }

  package var settlingMeans: SettlingMeans {
    switch mode {
    case .readOnly where !outside.items.isEmpty: .none
    case .readOnly, .trial: .repeatable
    case .change(keepsReceipt: true): .receipt
    case .change, .separate: .none
    }
  }

  /// What of it only a session of its own gives: nil where a transaction is enough.
  package var sessionNeed: String? {
    if case .separate = mode { return "`transaction: none`" }
    return statements.lazy.compactMap(\.traits.sessionNeed).first
  }

  package var unguarded: [String] {
    if mode.isReadOnly { return outside.items }
    return mode == .separate ? [] : unguarded(upTo: statements.count)
  }

  /// What the first statements do that no transaction guards.
  package func unguarded(upTo count: Int) -> [String] {
    guard !mode.isReadOnly else { return [] }
    var found: [String] = []
    for one in statements.prefix(count).flatMap(\.unguarded)
    where !found.contains(where: { $0.isIdentical(to: one) }) {
      found.append(one)
    }
    return count > 0 ? found + outside.items : found
  }

  /// Whether what the statements do is more than their text tells: they call what is not known.
  package var isUndetermined: Bool {
    statements.contains {
      !calls(of: $0).isEmpty || $0.traits.runsProcedure || $0.traits.isUnknown
    }
  }

  private func calls(of statement: RenderedStatement) -> [String] {
    let hidden = (hiddenCalls ?? []).filter { name in
      statement.traits.fields.contains { $0.isIdentical(to: name) }
        && !statement.traits.calls.contains { $0.isIdentical(to: name) }
    }
    return statement.traits.calls + hidden
  }

  package var manner: [WorkItem.Parameter] {
    let all = mode == .separate ? outside.items : unguarded
    var lines = RowChoice.words(ofOpen: statements.map(\.traits.mayTakeEveryRow))
    if !all.isEmpty {
      lines.append(
        WorkItem.Parameter(
          name: "no transaction guards", value: .string(all.joined(separator: ", "))))
    }
    if outside == .unknown || hiddenCalls == nil {
      lines.append(
        WorkItem.Parameter(
          name: "not known",
          value: "whether triggers, views and functions of the database leave the transaction"))
    }
    return lines
  }

  package var work: [WorkItem] {
    statements.map {
      WorkItem(
        language: .sql, text: $0.shownText, parameters: $0.parameters,
        effect: Effect.worst(of: [effect(of: $0)] + found),
        calls: calls(of: $0).isEmpty ? nil : calls(of: $0), isAuthored: true,
        template: $0.template)
    }
  }

  package func surroundings() async -> [Surrounding] {
    let found = outside.items.map {
      Surrounding(name: "what no transaction guards: \($0)", content: "")
    }
    return await gateway.surroundings(of: source.name) + found
  }

  package func unbound() async -> [String] {
    let files = statements.flatMap { statement in
      statement.traits.serverFiles
        + (statement.traits.runsProcedure ? ServerFiles.named(in: statement.command.text) : [])
    }
    return (files + foreign).reduce(into: []) { all, one in
      if !all.contains(where: { $0.isIdentical(to: one) }) { all.append(one) }
    }
  }

  /// Also of what only reads by its text: what it calls may do more, and may not be written as a call.
  package func informed() async -> any Activity {
    var other = self
    (other.outside, other.hiddenCalls) = (.unknown, nil)
    let look = Look(self)
    do throws(StepFailure) {
      let session = try gateway.session(of: source.name)
      let found = try await session.use(until: .now + .seconds(30)) {
        (link) throws(StepFailure) in
        try look.found(on: link)
      }
      other.outside = found.outside.map { .found($0.leaving) } ?? .unknown
      other.foreign = found.outside?.read ?? []
      other.hiddenCalls = found.calls
    } catch {
      // Nothing is known then.
    }
    return other
  }

  /// What its database is asked about it.
  private struct Look: Sendable {
    struct Found: Sendable {
      var outside: OutsideEffects.Found?
      var calls: [String]? = []
    }

    let effects: OutsideEffects
    let notation: FunctionalNotation
    /// A phase that only reads is asked about nothing but what its transaction does not guard.
    let isOfChange: Bool

    init(_ activity: SQLActivity) {
      let texts = activity.statements.map(\.command.text)
      effects = OutsideEffects(texts)
      notation = FunctionalNotation(activity.statements.flatMap(\.traits.fields), in: texts)
      isOfChange = activity.step.phase.mayChange || activity.step.options.isTrial
    }

    func found(on link: PostgresLink) throws(StepFailure) -> Found {
      var found = Found()
      do throws(LinkError) {
        found.outside = try effects.found(on: link)
        guard isOfChange || found.outside?.leaving.isEmpty == false else { return found }
        found.calls = try notation.calls(on: link)
      } catch {
        throw StepFailure(link: error, mayHaveCommitted: false, holders: [])
      }
      return found
    }
  }

  package func perform(in context: AttemptContext) async throws(StepFailure) -> StepResult {
    let session = try gateway.session(of: source.name)
    let request = SQLRequest(activity: self, context: context)
    return try await session.use(until: .now + request.settings.deadline) {
      (link) throws(StepFailure) in
      link.stallInterval = request.settings.stallInterval
      if statements.contains(where: { $0.holdsSecret(context.redactor) }) {
        link.words = ServerWords(of: context.redactor)
      }
      link.onLockWait = { holders in
        for holder in holders {
          context.output(OutputLine(.notice, "waiting for a lock held by \(holder.description)"))
        }
      }
      return try request.perform(on: link)
    }
  }
}

/// What is found out about an attempt that was cut off.
extension SQLActivity {
  /// Of the statements with their values, as they run.
  package func statementsDigest(_ key: RunKey?) -> Digest {
    var hasher = key.hasher
    for statement in statements {
      hasher.update(statement.command.text)
      hasher.update(";")
      for parameter in statement.command.parameters {
        hasher.update(parameter.map { "=\($0)" } ?? "-")
      }
      hasher.update("\n")
    }
    return hasher.finalize()
  }

  package func receiptDigest(_ key: RunKey?) -> Digest? { statementsDigest(key) }

  package func receipt(in context: AttemptContext) async throws(StepFailure) -> ReceiptFound? {
    try await withLock(in: context) { (request, link) throws(StepFailure) in
      try request.transaction(on: link, keepsReceipt: true).find()
    }
  }

  package var isFenced: Bool {
    switch mode {
    case .change, .separate: true
    case .readOnly, .trial: false
    }
  }

  package func endUnfinished(in context: AttemptContext) async throws(StepFailure) -> [EndedProcess]
  {
    guard case .change = mode, unguarded.isEmpty else { return [] }
    return try await gateway.endUnfinished(context, on: source.name)
  }

  package func awaitLock(in context: AttemptContext) async throws(StepFailure) {
    try await withLock(in: context) { (request, link) throws(StepFailure) in
      guard case .separate = mode else {
        return try request.transaction(on: link, keepsReceipt: false).awaitLock()
      }
      // Through a pooler such a step is never performed.
      if link.facts.isPooled { return }
      try SQLLock.takeForSession(
        SQLLock.key(context), on: link, within: request.settings.receiptWait,
        context.redactor)
      _ = try link.exchange([link.reset], leaving: 1)
    }
  }

  /// For what waits for the step's lock, and says who holds it.
  private func withLock<Result: Sendable>(
    in context: AttemptContext,
    _ body: @Sendable (SQLRequest, PostgresLink) throws(StepFailure) -> Result
  ) async throws(StepFailure) -> Result {
    let session = try gateway.session(of: source.name)
    let request = SQLRequest(activity: self, context: context)
    return try await session.use(until: .now + request.settings.receiptWait + .seconds(10)) {
      (link) throws(StepFailure) in
      link.onLockWait = { holders in
        for holder in holders {
          context.output(
            OutputLine(.notice, "waiting for the step's own lock, held by \(holder.description)"))
        }
      }
      return try body(request, link)
    }
  }

  package func traces(in context: AttemptContext) async -> [String] {
    guard mode == .separate, statements.contains(where: \.traits.mayLeaveInvalidIndex) else {
      return []
    }
    do throws(StepFailure) {
      let session = try gateway.session(of: source.name)
      let found = try await session.use(until: .now + .seconds(30)) { (link) throws(StepFailure) in
        try InvalidIndexes.found(on: link)
      }
      guard let found else { return [] }
      guard !found.isEmpty else { return ["no index of the database is invalid"] }
      let rest = found.count > InvalidIndexes.most ? ["there are more invalid ones"] : []
      return found.prefix(InvalidIndexes.most).map(\.summary) + rest
    } catch {
      // Who cannot be asked tells nothing; the person who has to say is told that nothing is known.
      return []
    }
  }

  package func remnants(in context: AttemptContext) async throws(StepFailure) -> [Remnant] {
    try await gateway.remnants(of: context, on: source.name)
  }

  package func end(
    _ remnants: [Remnant], in context: AttemptContext
  ) async throws(StepFailure) -> [EndedProcess] {
    try await gateway.end(remnants, of: context, on: source.name)
  }
}
