package import RunbookEngine
package import RunbookModel
package import RunbookPostgres

/// A way of recovery, bound to a connection.
package struct RestoreActivity: Activity {
  package let step: Step
  package let source: Runbook.Connection
  package let way: RecoveryWay
  package let plan: RestorePlan
  package let gateway: PostgresGateway
  package let environment: [String: String]

  private static let statementTimeout = Duration.seconds(3600)

  package var connection: String? { source.name }
  package var isEffectDeclared: Bool { false }
  package var effect: Effect { .mutating }
  package var settlingMeans: SettlingMeans { source.keepsReceipts ? .receipt : .none }

  package var work: [WorkItem] {
    plan.commands.map(\.item)
      + [WorkItem(language: .text, text: way.words, effect: .readOnly)]
      + way.leftOut.map { WorkItem(language: .text, text: "left out: \($0)", effect: .readOnly) }
  }

  package func surroundings() async -> [Surrounding] {
    [Surrounding(name: "the way of recovery", content: way.value.json)]
      + (await gateway.surroundings(of: source.name))
  }

  /// Of all that is done.
  private func digest(_ key: RunKey?) -> Digest {
    var hasher = key.hasher
    hasher.update(way.value.json)
    return hasher.finalize()
  }

  package func receiptDigest(_ key: RunKey?) -> Digest? { digest(key) }

  private func transaction(
    on link: PostgresLink, in context: AttemptContext
  ) -> ReceiptTransaction {
    ReceiptTransaction(
      link: link, context: context, settings: settings(context), digest: digest(context.key),
      keepsReceipt: source.keepsReceipts)
  }

  private func settings(_ context: AttemptContext) -> SQLSettings {
    SQLSettings(
      step, context, usual: Self.statementTimeout,
      statements: plan.commands.count)
  }

  package func perform(in context: AttemptContext) async throws(StepFailure) -> StepResult {
    guard way.name != .none else {
      throw StepFailure(.invalid, "there is nothing to bring back, or no way to do it")
    }
    guard let mark = way.archive, !way.contents.isEmpty else {
      return try await run(nil, in: context)
    }
    let archive = try await Archive.open(mark.path, environment: environment)
    let heads = try archive.heads(of: Set(way.data))
    let check = ArchiveCheck(mark)
    return try await archive.streaming(Set(way.data)) { (channel) async throws(StepFailure) in
      try await run(RestoreSource(channel: channel, heads: heads, check: check), in: context)
    }
  }

  private func run(
    _ archive: RestoreSource?, in context: AttemptContext
  ) async throws(StepFailure) -> StepResult {
    let settings = settings(context)
    let session = try gateway.session(of: source.name)
    return try await session.use(until: .now + settings.deadline) { (link) throws(StepFailure) in
      link.stallInterval = settings.stallInterval
      link.onLockWait = { holders in
        for holder in holders {
          context.output(OutputLine(.notice, "waiting for a lock held by \(holder.description)"))
        }
      }
      return try transaction(on: link, in: context).perform { () throws(StepFailure) in
        var work = RestoreWork(way: way, plan: plan, link: link, context: context)
        return try work.perform(archive)
      }
    }
  }

  package func receipt(in context: AttemptContext) async throws(StepFailure) -> ReceiptFound? {
    let session = try gateway.session(of: source.name)
    let wait = settings(context).receiptWait + .seconds(10)
    return try await session.use(until: .now + wait) { (link) throws(StepFailure) in
      try transaction(on: link, in: context).find()
    }
  }

  package var isFenced: Bool { true }

  package func endUnfinished(in context: AttemptContext) async throws(StepFailure) -> [EndedProcess]
  {
    try await gateway.endUnfinished(context, on: source.name)
  }

  package func awaitLock(in context: AttemptContext) async throws(StepFailure) {
    let session = try gateway.session(of: source.name)
    let wait = settings(context).receiptWait + .seconds(10)
    try await session.use(until: .now + wait) { (link) throws(StepFailure) in
      try transaction(on: link, in: context).awaitLock()
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
