public import RunbookModel

/// What the journal says of one gate.
public struct GateState: Sendable, Hashable {
  public let opened: GateOpened
  /// When it was opened as it is.
  public let openedAt: Timestamp
  public private(set) var approvers: Set<Actor> = []
  /// Who refused it first, and why; nil where nobody did, or took it back.
  public private(set) var refusal: Refusal?
  public var refuser: Actor? { refusal?.actor }
  public var isRefused: Bool { refusal != nil }

  public struct Refusal: Sendable, Hashable {
    public let actor: Actor
    /// Where the person said so.
    public let reason: String?

    public init(actor: Actor, reason: String?) {
      self.actor = actor
      self.reason = reason
    }
  }

  /// By connection: the database's own code as an attempt of the run left it that has ended since.
  private(set) var codeAfter: [String: [SealedPart]] = [:]

  /// By connection: the step whose attempt has begun since, and of which it is not known what it made of that code.
  private(set) var codeUnseen: [String: StepID] = [:]

  mutating func take(_ started: AttemptStarted) {
    guard started.effect != .readOnly, let connection = started.connection else { return }
    codeUnseen[connection] = started.step
  }

  mutating func take(_ seen: [DatabaseCodeSeen]) {
    for one in seen {
      if !one.parts.isEmpty { codeAfter[one.connection] = one.parts }
      codeUnseen[one.connection] = nil
    }
  }

  init(opened: GateOpened, at time: Timestamp, approvers: Set<Actor> = []) {
    self.opened = opened
    openedAt = time
    self.approvers = approvers
  }

  /// Accounts that approved: a name that one typed is that account's word, whatever the name.
  public var accounts: Set<String> { Set(approvers.map(\.account)) }
  public var isApproved: Bool { !isRefused && accounts.count >= opened.approvals }
  /// Who approved it, for people; empty where nobody did.
  public var approverNames: String { approverList.joined(separator: ", ") }
  var approverList: [String] {
    approvers.map(\.displayName).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }
  public var verdict: GateVerdict {
    GateVerdict(
      approvers: approverNames, missing: missingApprovals, refuser: refuser?.displayName,
      reason: refusal?.reason)
  }
  public var missingApprovals: Int { max(0, opened.approvals - accounts.count) }

  /// Whether it asks if the run may go on in this database, which it shows behind the former one.
  func asks(about identity: ConnectionIdentified) -> Bool {
    guard let shown = opened.identities.last else { return false }
    return shown.isAskedAlike(identity)
  }

  mutating func take(_ decision: GateDecided, by actor: Actor) {
    guard decision.digest == opened.digest else { return }
    switch decision.decision {
    case .approved: approvers.insert(actor)
    case .refused: refusal = refusal ?? Refusal(actor: actor, reason: decision.reason)
    case .withdrawn:
      approvers = approvers.filter { $0.account != actor.account }
      if refuser?.account == actor.account { refusal = nil }
    }
  }
}
