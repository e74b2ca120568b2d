/// How a gate stands by what people have decided on it.
public struct GateVerdict: Sendable, Hashable {
  /// Who approved it, for people; empty where nobody did.
  public let approvers: String
  /// How many more people have to approve it.
  public let missing: Int
  /// Who refused it, for people; nil where nobody did, or took it back.
  public let refuser: String?
  /// Why it was refused, where the person said so.
  public let reason: String?

  public init(approvers: String, missing: Int, refuser: String?, reason: String?) {
    self.approvers = approvers
    self.missing = missing
    self.refuser = refuser
    self.reason = reason
  }
}

extension RunHeld {
  /// The hold of a run that waits at a gate, as people have decided on that since; nil where it is none of it.
  public func decided(by verdict: GateVerdict, at gate: GateOpened) -> RunHeld? {
    guard cause == .gate || cause == .refusal, subject == gate.gate else { return nil }
    let name = "the gate '\(gate.gate)'"
    if let refuser = verdict.refuser {
      let why = verdict.reason.map { ": \($0)" } ?? ""
      return RunHeld(
        cause: .refusal, subject: subject, message: "\(name) was refused by \(refuser)\(why)")
    }
    guard verdict.missing > 0 else {
      return RunHeld(
        cause: .decided, subject: subject,
        message: "\(name) has been approved since by \(verdict.approvers): 'resume' goes on")
    }
    let people = verdict.missing == 1 ? "one more person" : "\(verdict.missing) more people"
    let beside = (gate.others ?? []).map {
      "\n\($0.summary); to go on beside it, say so: --beside \($0.run)"
    }
    let wanted =
      verdict.approvers.isEmpty
      ? "must be approved by "
        + (gate.approvals == 1
          ? "a person" : "\(gate.approvals) people, each from an account of their own")
      : "needs the approval of \(people); approved by \(verdict.approvers)"
    return RunHeld(
      cause: .gate, subject: subject, message: "\(name) \(wanted)" + beside.joined())
  }
}
