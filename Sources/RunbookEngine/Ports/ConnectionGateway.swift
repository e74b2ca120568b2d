public import RunbookModel

/// Variables that say where services of libpq are looked for, and lead nowhere where none is named.
package enum ServiceVariables {
  package static let all: Set = ["PGSERVICEFILE", "PGSYSCONFDIR"]

  /// Whether a connection's programs have such a variable from it, and not from whoever runs them.
  package static func isOfConnection(_ name: String) -> Bool {
    name.begins(with: "PG") && !all.contains(name)
  }
}

/// The databases that steps use.
///
/// Laws, with those of the steps that perform over it:
/// 1. A connection that has not been configured is `invalid`.
/// 2. `identify` tells one database from any other, and changes nothing; of the same database it says the same.
/// 3. `checkReceipts` writes nothing, and says what `prepareReceipts` will run.
/// 4. `prepareReceipts` may be called again, and does nothing then.
/// 5. `lost` names what a proof has and the database has not, and nothing of any other run.
/// 6. `note` writes nothing where something of the proof is not there; what it has noted only grows.
/// 7. `othersAtWork` tells of runs that have left receipts and no mark of their end, but for the one that asks.
/// 8. A change and its receipt are one: it is performed once, whatever died.
/// 9. Once `Activity.receipt` has returned to a generation, a change of an earlier one takes no effect.
/// 10. A step of a read-only phase changes nothing.
public protocol ConnectionGateway: Sendable {
  /// Says where a connection leads; until then it cannot be used. Saying it anew closes the session.
  ///
  /// - Parameter url: as the runbook's template rendered it, password included.
  /// - Throws: `invalid` when it is none of the forms that are read.
  func configure(_ connection: Runbook.Connection, url: String) async throws(StepFailure)

  /// Connects where that has not happened, and asks the server who it is.
  func identify(_ connection: String) async throws(StepFailure) -> ConnectionIdentified

  /// Whether receipts can be kept there, without writing anything.
  ///
  /// - Parameter users: all of the plan's that lead to one database and keep receipts there.
  /// - Returns: the statements that `prepareReceipts` will run first, for the gate.
  /// - Throws: `refused` when the tables are there and not to be trusted, or, with the statements for the
  ///   owner as its hint, when the roles may not make or use them.
  func checkReceipts(_ users: [ReceiptUser]) async throws(StepFailure) -> [String]

  /// Makes the tables for receipts where they are missing, under a lock, and lets all of the users keep
  /// receipts there. To be called once the recovery gate is approved, and not before.
  ///
  /// - Parameter users: as for `checkReceipts`; the first is the one that is needed now. Others that cannot
  ///   be reached are passed over.
  func prepareReceipts(_ users: [ReceiptUser]) async throws(StepFailure)

  /// Says whose tables for receipts are trusted, where an earlier process has made them: those of all roles of the plan
  /// that lead to the database.
  func trust(_ users: [ReceiptUser])

  /// What of a run is not there that its journal says is; nil where all is.
  func lost(
    of proof: RunProof, run: RunID, on connection: String
  ) async throws(StepFailure) -> LostProof?

  /// Whether the connection that was made last is still there: one that was made anew may lead to what was put back
  /// meanwhile.
  func isConnected(_ connection: String) async -> Bool

  /// Notes in the database that an attempt begins which leaves no receipt. To be called once receipts are prepared.
  ///
  /// - Parameters:
  ///   - attempt: the run's attempts by then, this one included.
  ///   - proof: what the database holds of the run.
  /// - Throws: `elsewhere` where it does not.
  func note(
    _ attempt: Int64, of run: RunID, beside proof: RunProof, on connection: String
  ) async throws(StepFailure)

  /// Marks that a run has ended, beside what it left in the database: nobody need be told of it any more who begins
  /// afterwards.
  func noteEnd(of run: RunID, on connection: String) async throws(StepFailure)

  /// Other runs that are at work in the connection's database, as far as the server shows them.
  ///
  /// - Parameters:
  ///   - lookingAtReceipts: whether also those that changed something within the last hour, or since `start`.
  ///   - start: when the run that asks began.
  ///   - now: by the clock that `start` is of.
  func othersAtWork(
    on connection: String, besides run: RunID, lookingAtReceipts: Bool, since start: Timestamp?,
    now: Timestamp
  ) async throws(StepFailure) -> [OtherRun]

  /// The variables of a step's programs, with what leads them to the connection's database.
  ///
  /// - Parameters:
  ///   - inherited: what they have besides; none of it that leads to a database by itself is left.
  ///   - own: what the step itself gives them, which goes before all but that nothing may be changed.
  ///   - attempt: whose they are, so that what they leave to the server is found; nil where none has begun.
  ///   - mayChange: whether they are to change something there. To keep them from it guards against mistakes only: what
  ///     they start can undo it.
  func environment(
    of connection: String, beside inherited: [String: String], with own: [String: String],
    for attempt: AttemptContext?, mayChange: Bool
  ) async -> [String: String]

  /// Asks over a connection that is made by those variables alone whether they lead where the connection leads.
  ///
  /// - Parameters:
  ///   - environment: as `environment` gave it.
  ///   - own: what of it the step itself gives.
  /// - Throws: `elsewhere` where they do not.
  func requireSame(
    _ connection: String, ledToBy environment: [String: String], with own: [String: String]
  ) async throws(StepFailure)

  /// What the server, the role and the environment set for a connection's sessions, for an approval to bind.
  func settings(of connection: String) async -> [Surrounding]

  /// All of a database's own code, kind by kind, for an approval to bind: what statements do there, it decides, and what
  /// runs it no text of theirs tells. Each part is a group.
  ///
  /// - Returns: nil where it cannot be asked; empty for databases whose code is not asked for.
  func code(of connection: String) async -> [Surrounding]?

  /// What of a step goes on at the server though its client is gone.
  func remnants(
    of context: AttemptContext, on connection: String
  ) async throws(StepFailure) -> [Remnant]

  /// Ends them.
  ///
  /// - Returns: those of the remnants that were told to end.
  func end(
    _ remnants: [Remnant], of context: AttemptContext, on connection: String
  ) async throws(StepFailure) -> [EndedProcess]

  func close() async
}

/// A connection that keeps receipts, and the role that it connects as.
public struct ReceiptUser: Sendable, Hashable {
  public let connection: String
  public let role: String
  /// How long the step that they are prepared for may wait for a lock; nil is the kind's own.
  public let lockTimeout: Duration?

  public init(connection: String, role: String, lockTimeout: Duration? = nil) {
    self.connection = connection
    self.role = role
    self.lockTimeout = lockTimeout
  }
}

/// What the journal says that a connection's database holds of the run.
public struct RunProof: Sendable, Hashable {
  /// The lease's generation that was written there last; nil where none was.
  public var generation: Int64?
  /// Steps that are done, with a receipt.
  public var receipts: [StepID]
  /// Steps whose last attempt leaves none, and what was noted there when it began, in its order.
  public var begun: [Begun]

  /// A step that was begun, and the run's attempts by then.
  public struct Begun: Sendable, Hashable {
    public let step: StepID
    public let attempt: Int64

    public init(step: StepID, attempt: Int64) {
      self.step = step
      self.attempt = attempt
    }
  }

  public init(generation: Int64? = nil, receipts: [StepID] = [], begun: [Begun] = []) {
    self.generation = generation
    self.receipts = receipts
    self.begun = begun
  }

  public var isEmpty: Bool { generation == nil && receipts.isEmpty && begun.isEmpty }
}

extension ConnectionGateway {
  public func trust(_ users: [ReceiptUser]) {}

  public func isConnected(_ connection: String) async -> Bool { true }

  public func note(
    _ attempt: Int64, of run: RunID, beside proof: RunProof, on connection: String
  ) async throws(StepFailure) {}

  public func noteEnd(of run: RunID, on connection: String) async throws(StepFailure) {}

  public func othersAtWork(
    on connection: String, besides run: RunID, lookingAtReceipts: Bool, since start: Timestamp?,
    now: Timestamp
  ) async throws(StepFailure) -> [OtherRun] { [] }

  public func environment(
    of connection: String, beside inherited: [String: String], with own: [String: String],
    for attempt: AttemptContext?, mayChange: Bool
  ) async -> [String: String] { inherited.merging(own) { _, new in new } }

  public func requireSame(
    _ connection: String, ledToBy environment: [String: String], with own: [String: String]
  ) async throws(StepFailure) {}

  public func settings(of connection: String) async -> [Surrounding] { [] }

  public func code(of connection: String) async -> [Surrounding]? { [] }

  /// What an approval binds of a connection's sessions and database.
  public func surroundings(of connection: String) async -> [Surrounding] {
    let unknown = Surrounding(name: SealedPart.unknownCode, content: "")
    return await settings(of: connection) + (await code(of: connection) ?? [unknown])
  }

  public func remnants(
    of context: AttemptContext, on connection: String
  ) async throws(StepFailure) -> [Remnant] { [] }

  public func end(
    _ remnants: [Remnant], of context: AttemptContext, on connection: String
  ) async throws(StepFailure) -> [EndedProcess] { [] }
}
