public import RunbookModel

/// Other runs that this account knows of.
public protocol RunNeighbours: Sendable {
  /// - Parameter identities: the databases that are about to be changed.
  func look(on identities: [ConnectionIdentified]) async -> RunsBeside
}

/// What is known of other runs.
public struct RunsBeside: Sendable {
  /// They have not ended, and one of the databases is theirs too.
  public var atWork: [OtherRun] = []
  /// They have ended.
  public var over: Set<RunID> = []

  public init() {}
}

extension Executor {
  /// Other runs that are at work on what a gate is about: by this account's journals, by the server's sessions,
  /// and by receipts.
  func others(
    beside identities: [ConnectionIdentified], keepingReceiptsOn receipts: [String]
  ) async throws(StepFailure) -> [OtherRun] {
    guard !plan.isSandbox, !options.isDrill else { return [] }
    let known = await ports.neighbours?.look(on: identities) ?? RunsBeside()
    var found = known.atWork.filter { $0.run != options.run }
    for identity in identities {
      let seen = try await ports.gateway.othersAtWork(
        on: identity.connection, besides: options.run,
        lookingAtReceipts: receipts.contains(identity.connection))
      for other in seen where !found.contains(where: { $0.run == other.run }) {
        // What it changed once is no sign of work where it is known to be over.
        if other.isByReceipt, known.over.contains(other.run) { continue }
        found.append(other)
      }
    }
    return found.map { other in
      OtherRun(
        run: other.run, summary: redactor.redact(other.summary), since: other.since,
        isByReceipt: other.isByReceipt)
    }.sorted { $0.run.rawValue < $1.run.rawValue }
  }
}
