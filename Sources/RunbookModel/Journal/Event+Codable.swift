/// An event is stored as its payload with a `type` beside the payload's own keys.
extension Event: Codable {
  private enum TypeKey: String, CodingKey { case type }

  private enum Kind: String, Codable {
    case runStarted, sandboxCreated, sandboxPrepared, sandboxRestarted, connectionIdentified,
      connectionUnseen, processesEnded, attemptStarted, attemptFinished, attemptSettled,
      retryRequested, stepSkipped, gateOpened,
      gateDecided, runHeld, runResumed, noteAdded, reportEdited, runEnded, stepReopened
    case drill
  }

  public init(from decoder: any Decoder) throws {
    let kind = try decoder.container(keyedBy: TypeKey.self).decode(Kind.self, forKey: .type)
    switch kind {
    case .runStarted: self = .runStarted(try RunStarted(from: decoder))
    case .sandboxCreated: self = .sandboxCreated(try SandboxCreated(from: decoder))
    case .sandboxPrepared: self = .sandboxPrepared(try SandboxPrepared(from: decoder))
    case .sandboxRestarted: self = .sandboxRestarted(try SandboxRestarted(from: decoder))
    case .connectionIdentified:
      self = .connectionIdentified(try ConnectionIdentified(from: decoder))
    case .connectionUnseen: self = .connectionUnseen(try ConnectionUnseen(from: decoder))
    case .processesEnded: self = .processesEnded(try ProcessesEnded(from: decoder))
    case .attemptStarted: self = .attemptStarted(try AttemptStarted(from: decoder))
    case .attemptFinished: self = .attemptFinished(try AttemptFinished(from: decoder))
    case .attemptSettled: self = .attemptSettled(try AttemptSettled(from: decoder))
    case .retryRequested: self = .retryRequested(try RetryRequested(from: decoder))
    case .stepSkipped: self = .stepSkipped(try StepSkipped(from: decoder))
    case .stepReopened: self = .stepReopened(try StepReopened(from: decoder))
    case .gateOpened: self = .gateOpened(try GateOpened(from: decoder))
    case .gateDecided: self = .gateDecided(try GateDecided(from: decoder))
    case .runHeld: self = .runHeld(try RunHeld(from: decoder))
    case .runResumed: self = .runResumed(try RunResumed(from: decoder))
    case .noteAdded: self = .noteAdded(try NoteAdded(from: decoder))
    case .reportEdited: self = .reportEdited(try ReportEdited(from: decoder))
    case .runEnded: self = .runEnded(try RunEnded(from: decoder))
    case .drill: self = .drill(try DrillEvent(from: decoder))
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: TypeKey.self)
    try container.encode(kind, forKey: .type)
    try payload.encode(to: encoder)
  }

  /// The name under which the event is stored.
  public var typeName: String { kind.rawValue }

  private var kind: Kind {
    switch self {
    case .runStarted: .runStarted
    case .sandboxCreated: .sandboxCreated
    case .sandboxPrepared: .sandboxPrepared
    case .sandboxRestarted: .sandboxRestarted
    case .connectionIdentified: .connectionIdentified
    case .connectionUnseen: .connectionUnseen
    case .processesEnded: .processesEnded
    case .attemptStarted: .attemptStarted
    case .attemptFinished: .attemptFinished
    case .attemptSettled: .attemptSettled
    case .retryRequested: .retryRequested
    case .stepSkipped: .stepSkipped
    case .stepReopened: .stepReopened
    case .gateOpened: .gateOpened
    case .gateDecided: .gateDecided
    case .runHeld: .runHeld
    case .runResumed: .runResumed
    case .noteAdded: .noteAdded
    case .reportEdited: .reportEdited
    case .runEnded: .runEnded
    case .drill: .drill
    }
  }

  private var payload: any Encodable {
    switch self {
    case .runStarted(let payload): payload
    case .sandboxCreated(let payload): payload
    case .sandboxPrepared(let payload): payload
    case .sandboxRestarted(let payload): payload
    case .connectionIdentified(let payload): payload
    case .connectionUnseen(let payload): payload
    case .processesEnded(let payload): payload
    case .attemptStarted(let payload): payload
    case .attemptFinished(let payload): payload
    case .attemptSettled(let payload): payload
    case .retryRequested(let payload): payload
    case .stepSkipped(let payload): payload
    case .stepReopened(let payload): payload
    case .gateOpened(let payload): payload
    case .gateDecided(let payload): payload
    case .runHeld(let payload): payload
    case .runResumed(let payload): payload
    case .noteAdded(let payload): payload
    case .reportEdited(let payload): payload
    case .runEnded(let payload): payload
    case .drill(let payload): payload
    }
  }
}
