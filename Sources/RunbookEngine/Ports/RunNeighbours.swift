public import RunbookModel

/// Other runs that this account knows of.
public protocol RunNeighbours: Sendable {
  /// - Parameters:
  ///   - identities: the databases that are about to be changed.
  ///   - start: when the run that asks began; nil where it has not.
  func look(on identities: [ConnectionIdentified], since start: Timestamp?) async -> RunsBeside
}

/// What is known of other runs.
public struct RunsBeside: Sendable {
  /// One of the databases is theirs too, and they have not ended, or changed it and ended since the run that asks
  /// began.
  public var atWork: [OtherRun] = []
  /// They had ended before, or changed none of the databases.
  public var over: Set<RunID> = []

  public init() {}
}
