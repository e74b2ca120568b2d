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
  /// The database's own code that it runs; nil where that could not be asked.
  package var code: [DatabaseCode.Part]? = []

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
    return Effect.worst(of: statements.map(effect) + declared)
  }

  private func effect(of statement: RenderedStatement) -> Effect {
    let effect = statement.traits.effect(inReadOnly: mode.isReadOnly)
    // Outside of a transaction nothing holds it to what its text says.
    return mode == .separate && effect == .readOnly ? .undetermined : effect
  }

  package var settlingMeans: SettlingMeans {
    switch mode {
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

  package var isOfValuesAlone: Bool {
    statements.allSatisfy { $0.traits.isOfValuesAlone || $0.traits.settingName != nil }
  }

  package var unguarded: [String] { mode == .separate ? [] : unguarded(upTo: statements.count) }

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
      !$0.traits.calls.isEmpty || $0.traits.runsProcedure || $0.traits.isUnknown
    }
  }

  package var manner: [WorkItem.Parameter] {
    let all = mode == .separate ? outside.items : unguarded
    var lines: [WorkItem.Parameter] = []
    if !all.isEmpty {
      lines.append(
        WorkItem.Parameter(
          name: "no transaction guards", value: .string(all.joined(separator: ", "))))
    }
    if outside == .unknown {
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
        language: .sql, text: $0.shownText, parameters: $0.parameters, effect: effect(of: $0),
        calls: $0.traits.calls.isEmpty ? nil : $0.traits.calls, isAuthored: true,
        template: $0.template)
    }
  }

  package func surroundings() async -> [Surrounding] {
    let found = outside.items.map {
      Surrounding(name: "what no transaction guards: \($0)", content: "")
    }
    let code = (code ?? []).map { part in
      Surrounding(
        name: "\(SealedPart.databaseCode)\(part.name)", content: part.definition,
        isOwn: part.isOwn)
    }
    return await gateway.settings(of: source.name) + found + code
  }

  package func unbound() async -> [String] {
    code == nil ? ["the database's functions and triggers, which could not be asked for"] : []
  }

  package func informed() async -> any Activity {
    guard !mode.isReadOnly, statements.contains(where: \.traits.mayLeave) else { return self }
    var other = self
    let texts = statements.map(\.command.text)
    let effects = OutsideEffects(texts)
    let question = DatabaseCode(texts, run: gateway.run)
    do throws(StepFailure) {
      let session = try gateway.session(of: source.name)
      let (found, code) = try await session.use(until: .now + .seconds(30)) {
        (link) throws(StepFailure) in
        let found: [String]?
        do throws(LinkError) {
          found = try effects.found(on: link)
        } catch {
          throw StepFailure(link: error, mayHaveCommitted: false, holders: [])
        }
        return (found, try question.parts(on: link))
      }
      other.outside = found.map(Outside.found) ?? .unknown
      other.code = code
    } catch {
      other.outside = .unknown
      other.code = nil
    }
    return other
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

extension Effect {
  /// Of a step's statements; what cannot be told is worse than a change that is seen.
  package static func worst(of effects: [Effect]) -> Effect {
    let order: [Effect] = [.destructive, .undetermined, .mutating]
    return order.first { effects.contains($0) } ?? .readOnly
  }
}
