public import RunbookModel

/// What the machine wants done next.
public enum Command: Sendable {
  case prepareSandbox
  case skip(StepID, reason: String)
  /// The step cannot be bound to its values: it fails without having been performed.
  case fail(StepID, FailureRecord)
  /// It is not known whether the last attempt took effect: find out.
  case settle(Step)
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

  /// How an attempt's effect is found out should it be cut off.
  var settledBy: SettlementWay {
    if !step.phase.mayChange || step.options.isTrial { return .repeatable }
    return switch activity.settlingMeans {
    case .repeatable: .repeatable
    case .receipt: .receipt
    case .none: step.options.settle == nil ? .word : .probe
    }
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
  /// Identities to be shown besides those of the steps' connections.
  public var identities: [ConnectionIdentified] = []
}
