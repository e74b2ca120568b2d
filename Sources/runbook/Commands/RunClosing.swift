import RunbookEngine
import RunbookModel

/// What a person is told when a run has ended or is held: how it stands, and which commands go on from
/// there.
struct RunClosing {
  let run: RunID
  let plan: Plan
  let state: RunState
  let console: Console
  /// Where the run is kept.
  let stateFolder: String

  func show(report: String?) {
    console.print("")
    switch state.lifecycle {
    case .ended(let end):
      console.print("\(end.status.title, end.status.style): \(end.reason)")
    case .held(let hold):
      console.print("\("Held", .yellow): \(block: hold.message)")
      if state.isVerified {
        console.print("  Verified: \(state.verification.words).")
      }
      let gate = hold.subject.flatMap { state.gates[$0] }
      for line in Self.advice(hold, run: run, gate, in: stateFolder) { console.print("  \(line)") }
    case .notStarted, .running:
      break
    }
    console.print("Run \(run)")
    if let report { console.print("Report \(report)") }
  }

  /// What somebody types who approves from another account.
  static func otherAccount(_ run: RunID, _ gate: String, _ folder: String) -> String {
    "From another account of this host: sudo runbook approve \(run) \(gate) --state \(folder.shellWord)"
  }

  /// How a refusal is taken back; nobody else's word goes past it.
  static func withdrawal(_ run: RunID, _ gate: String, of refuser: Actor) -> String {
    "Refused by \(refuser.displayName). To take that back, from the account \(refuser.account): "
      + "runbook approve \(run) \(gate) --withdraw --reason TEXT"
  }

  /// The commands that go on from a hold.
  ///
  /// - Parameters:
  ///   - gate: that holds the run; nil where it is none.
  ///   - folder: where the run is kept.
  static func advice(
    _ hold: RunHeld, run: RunID, _ gate: GateState?, in folder: String
  ) -> [String] {
    let subject = hold.subject ?? "recovery"
    let giveUp = "To give the run up: runbook abandon \(run) --reason TEXT"
    switch hold.cause {
    case .gate, .refusal:
      let isStep = subject != RunMachine.recoveryGateName && !subject.holds(":")
      let skip = isStep ? ["To go on without it: runbook skip \(run) --reason TEXT"] : []
      if let gate, gate.isApproved {
        return ["Approved by \(gate.approverNames) since. To go on: runbook resume \(run)", giveUp]
      }
      if let refuser = gate?.refuser {
        return [
          withdrawal(run, subject, of: refuser),
          "To be asked again, as \(refuser.account): runbook resume \(run)",
        ] + skip + [giveUp]
      }
      guard let gate, gate.opened.approvals > 1 else {
        return [
          "To approve it and go on: runbook resume \(run) --approve \(subject)",
          "To approve it for whoever goes on: runbook approve \(run) \(subject)",
        ] + skip + [giveUp]
      }
      let first =
        gate.approvers.isEmpty || gate.isRefused
        ? ["To approve it from this account: runbook approve \(run) \(subject)"] : []
      return first + [
        otherAccount(run, subject, folder),
        "It takes \(gate.opened.approvals) people, each from an account of their own; then: "
          + "runbook resume \(run)",
      ] + skip + [giveUp]
    case .verification:
      return [
        "To try it again: runbook resume \(run)",
        "To go on without it: runbook skip \(run) --reason TEXT  (the run then ends unverified)",
        giveUp,
      ]
    case .decided:
      return ["To go on: runbook resume \(run)", giveUp]
    case .failedStep:
      return [
        "Nothing was rolled back but the step's own transaction, where it has one.",
        "To try it again: runbook retry \(run)",
        "To go on without it: runbook skip \(run) --reason TEXT", giveUp,
      ]
    case .unknownStep:
      return [
        "To look again: runbook resume \(run)  (--terminate ends what an attempt left)",
        "Once you know: runbook resolve \(run) \(subject) --done|--not-done --reason TEXT",
        "To go on without it: runbook skip \(run) --reason TEXT", giveUp,
      ]
    case .privilege:
      return ["Once nothing stands in the way: runbook resume \(run)", giveUp]
    case .interruption:
      return ["To go on: runbook resume \(run)", giveUp]
    case .deadline:
      return ["To go on all the same: runbook resume \(run)", giveUp]
    case .question:
      return ["To be asked, on a terminal: runbook resume \(run)", giveUp]
    case .sandbox, .lostSecret, .obstacle:
      return ["To try once more: runbook resume \(run)", giveUp]
    }
  }
}

extension RunEnded.Status {
  var title: String {
    switch self {
    case .resolved: "Resolved"
    case .unverified: "Unverified"
    case .notConfirmed: "Not confirmed"
    case .undetermined: "Undetermined"
    case .failed: "Failed"
    case .abandoned: "Abandoned"
    case .practised: "Practised"
    }
  }

  fileprivate var style: StyledText.Style {
    switch self {
    case .resolved, .notConfirmed, .practised: .green
    case .unverified: .yellow
    case .undetermined, .failed, .abandoned: .red
    }
  }
}
