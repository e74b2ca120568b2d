public import RunbookModel

/// What the machine wants done next.
public enum Command: Sendable {
  case prepareSandbox
  /// Its `when` was false; what that rests on.
  case skip(StepID, reason: String, restsOn: [StandIn])
  /// What these have shown counts no more.
  case reopen([StepReopened])
  /// A safeguard's gate was refused: the incident is over without it.
  case decline(StepID, GateState.Refusal?)
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
  /// Of a change: what it is carried out on that nobody has seen.
  var unestablished: [StandIn] = []

  public init(step: Step, activity: any Activity) {
    self.step = step
    self.activity = activity
  }

  /// It with what its connection's database tells of it.
  func informed() async -> BoundStep {
    var other = BoundStep(step: step, activity: await activity.informed())
    other.unestablished = unestablished
    return other
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

extension BoundStep {
  /// Why nothing found out about the step as it is now says anything of an attempt of then; nil where it does.
  func difference(from attempt: StepState) -> String? {
    guard attempt.attempts > 0, let way = attempt.settledBy else { return nil }
    if activity.connection != attempt.connection {
      return
        "attempt \(attempt.attempts) was made on \(Self.name(attempt.connection)), and the runbook "
        + "has the step on \(Self.name(activity.connection)) now"
    }
    // A probe that was added later was not what the attempt was begun with, and one that is gone is missing.
    if way != settledBy, way != .repeatable {
      return "attempt \(attempt.attempts) is settled by \(way.noun), and the step by "
        + "\(settledBy.noun) now"
    }
    return nil
  }

  private static func name(_ connection: String?) -> String {
    connection.map { "connection '\($0)'" } ?? "no connection"
  }
}

extension SettlementWay {
  /// What settles an attempt, in a few words.
  var noun: String {
    switch self {
    case .repeatable: "running again"
    case .receipt: "its receipt"
    case .probe: "its probe"
    case .word: "a person's word"
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
  /// Whether refusing it leaves its step out for good.
  var isDeclinable = false
  /// Identities to be shown besides those of the steps' connections.
  public var identities: [ConnectionIdentified] = []
}
