public struct SandboxCreated: Sendable, Hashable, Codable {
  public let folder: String
  public init(folder: String) { self.folder = folder }
}

public struct SandboxPrepared: Sendable, Hashable, Codable {
  public let serverVersion: String
  /// Fixture and fault steps as they ran, in order.
  public let steps: [PreparationRecord]
  /// Inputs that the sandbox set; they overrule what `RunStarted` says.
  public let inputs: [InputRecord]
  public let connections: [ConnectionRecord]
  /// A map of what fixture and fault captured, which services may be started with; nil in journals of
  /// before this was kept.
  public let captures: Value?

  public init(
    serverVersion: String, steps: [PreparationRecord], inputs: [InputRecord],
    connections: [ConnectionRecord], captures: Value? = nil
  ) {
    self.serverVersion = serverVersion
    self.steps = steps
    self.inputs = inputs
    self.connections = connections
    self.captures = captures
  }
}

/// A fixture's or a fault's step, as it ran.
public struct PreparationRecord: Sendable, Hashable, Codable {
  public enum Part: String, Sendable, Hashable, Codable {
    case fixture, fault
  }

  public let part: Part
  public let id: StepID
  public let title: String
  public let kind: String
  public let outcome: Outcome
  /// Why it was skipped, where it was.
  public let reason: String?
  public let startedAt: Timestamp
  public let finishedAt: Timestamp
  public let work: [WorkItem]
  public let result: Value

  public init(
    part: Part, id: StepID, title: String, kind: String, outcome: Outcome, reason: String? = nil,
    startedAt: Timestamp, finishedAt: Timestamp, work: [WorkItem], result: Value
  ) {
    self.part = part
    self.id = id
    self.title = title
    self.kind = kind
    self.outcome = outcome
    self.reason = reason
    self.startedAt = startedAt
    self.finishedAt = finishedAt
    self.work = work
    self.result = result
  }
}
