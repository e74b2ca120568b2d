import RunbookEngine
import RunbookModel

/// A way of recovery, bound to a connection.
struct RestoreActivity: Activity {
  let step: Step
  let source: Runbook.Connection
  let way: RecoveryWay
  let plan: RestorePlan
  let gateway: PostgresGateway
  let environment: [String: String]

  private static let statementTimeout = Duration.seconds(3600)

  var connection: String? { source.name }
  var isEffectDeclared: Bool { false }
  var effect: Effect { .mutating }
  var settlingMeans: SettlingMeans { source.keepsReceipts ? .receipt : .none }

  var work: [WorkItem] {
    plan.commands.map(\.item)
      + way.leftOut.map { WorkItem(language: .text, text: "left out: \($0)", effect: .readOnly) }
  }

  func surroundings() async -> [Surrounding] {
    [Surrounding(name: "the way of recovery", content: way.value.json)]
      + (await gateway.settings(of: source.name))
  }

  /// Of all that is done.
  private func digest(_ key: RunKey?) -> Digest {
    var hasher = key.hasher
    hasher.update(way.value.json)
    return hasher.finalize()
  }

  func receiptDigest(_ key: RunKey?) -> Digest? { digest(key) }

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

  func perform(in context: AttemptContext) async throws(StepFailure) -> StepResult {
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

  func receipt(in context: AttemptContext) async throws(StepFailure) -> ReceiptFound? {
    let session = try gateway.session(of: source.name)
    let wait = settings(context).receiptWait + .seconds(10)
    return try await session.use(until: .now + wait) { (link) throws(StepFailure) in
      try transaction(on: link, in: context).find()
    }
  }

  var isFenced: Bool { true }

  func endUnfinished(in context: AttemptContext) async throws(StepFailure) -> [EndedProcess] {
    try await gateway.endUnfinished(context, on: source.name)
  }

  func awaitLock(in context: AttemptContext) async throws(StepFailure) {
    let session = try gateway.session(of: source.name)
    let wait = settings(context).receiptWait + .seconds(10)
    try await session.use(until: .now + wait) { (link) throws(StepFailure) in
      try transaction(on: link, in: context).awaitLock()
    }
  }

  func remnants(in context: AttemptContext) async throws(StepFailure) -> [Remnant] {
    try await gateway.remnants(of: context, on: source.name)
  }

  func end(
    _ remnants: [Remnant], in context: AttemptContext
  ) async throws(StepFailure) -> [EndedProcess] {
    try await gateway.end(remnants, of: context, on: source.name)
  }
}
