public import RunbookModel

/// What the machine wants done next.
public enum Command: Sendable {
  case prepareSandbox
  case skip(StepID, reason: String)
  /// The step cannot be bound to its values: it fails without having been performed.
  case fail(StepID, FailureRecord)
  /// An attempt in flight whose end is not in the journal: nothing says whether it took effect.
  case declareUnknown(StepID)
  case perform(BoundStep, attempt: Int, notBefore: Timestamp?)
  case identify(connection: String)
  case openGate(GateRequest)
  case ask(GateOpened)
  case hold(RunHeld)
  case end(RunEnded)
}

/// A step with the activity that its values make it.
public struct BoundStep: Sendable {
  public let step: Step
  public let activity: any Activity

  public init(step: Step, activity: any Activity) {
    self.step = step
    self.activity = activity
  }
}

/// A gate as it is to be opened.
public struct GateRequest: Sendable, Hashable {
  public let gate: String
  public let steps: [GateItem]
  public let approvals: Int
  public let question: String?
  /// Connections on which receipts will be kept.
  public let receiptConnections: [String]
}
