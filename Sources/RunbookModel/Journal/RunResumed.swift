/// A process took the run up again.
public struct RunResumed: Sendable, Hashable, Codable {
  public let host: String
  /// Gates that were approved on the command line.
  public let approvals: [String]
  public let toolVersion: String?
  /// Of the lease that the process holds.
  public let generation: Int64?
  /// Who held the lease until then, where it was taken from a living process.
  public let takenFrom: String?
  /// Why it was taken, where the person said so.
  public let reason: String?
  /// What a person accepted that differs from what the run began with.
  public let change: PlanChange?

  public init(
    host: String, approvals: [String], toolVersion: String? = nil, generation: Int64? = nil,
    takenFrom: String? = nil, reason: String? = nil, change: PlanChange? = nil
  ) {
    self.reason = reason
    self.host = host
    self.approvals = approvals
    self.toolVersion = toolVersion
    self.generation = generation
    self.takenFrom = takenFrom
    self.change = change
  }
}

/// A runbook that was changed while its run was held, and accepted so.
public struct PlanChange: Sendable, Hashable, Codable {
  /// As `diff -u` writes it, secrets taken out.
  public let difference: String
  public let runbook: RunbookRecord
  public let connections: [ConnectionRecord]
  public let planFingerprint: Digest
  /// Steps that `--perform` named: they may do again what is done, or come before it; nil is none.
  public let performs: [StepID]?
  /// As `RunStarted.environment`, from then on.
  public let environment: [VariableRecord]?

  public init(
    difference: String, runbook: RunbookRecord, connections: [ConnectionRecord],
    planFingerprint: Digest, performs: [StepID]? = nil, environment: [VariableRecord]? = nil
  ) {
    self.environment = environment
    self.performs = performs
    self.difference = difference
    self.runbook = runbook
    self.connections = connections
    self.planFingerprint = planFingerprint
  }
}
