import RunbookEngine
import RunbookModel

/// What a person is told when a run has ended or is held: how it stands, and which commands go on from
/// there.
struct RunClosing {
  let commands: PrintedCommands
  let state: RunState
  let console: Console

  func show(report: String?) {
    console.print("")
    switch state.lifecycle {
    case .ended(let end):
      console.print("\(end.status.title, end.status.style): \(end.reason)")
      if end.status == .undetermined {
        let name = state.runbook.map { " \($0.name)" } ?? ""
        console.print("  Once that is mended, a new run looks again: runbook run\(name)")
      }
    case .held(let hold):
      console.print("\("Held", .yellow): \(block: hold.message)")
      if state.isVerified {
        console.print("  Verified: \(state.verification.words).")
      }
      for line in Self.advice(hold, state, commands) { console.print("  \(line)") }
    case .notStarted, .running:
      break
    }
    console.print("Run \(commands.run)")
    if let report { console.print("Report \(report)") }
  }

  /// What somebody types who approves from another account.
  static func otherAccount(_ gate: String, _ commands: PrintedCommands) -> String {
    let other = "another account of this host"
    return "From \(other): \(commands(.approve, gate, by: other))"
  }

  /// How a refusal is taken back; nobody else's word goes past it.
  static func withdrawal(
    _ gate: String, of refusal: GateState.Refusal, _ commands: PrintedCommands
  ) -> [String] {
    let refuser = refusal.actor
    let why = refusal.reason.map { ": \($0)" } ?? ""
    let command = commands(.approve, "\(gate) --withdraw --reason TEXT", by: refuser.account)
    return [
      "Refused by \(refuser.displayName)\(why)",
      "That stands until it is taken back, from the account \(refuser.account): \(command)",
      "Then it is asked anew: \(commands(.resume))",
    ]
  }

  /// The commands that go on from a hold.
  static func advice(_ hold: RunHeld, _ state: RunState, _ commands: PrintedCommands) -> [String] {
    let gate = hold.subject.flatMap { state.gates[$0] }
    let lines = advice(hold, gate, commands)
    let isStep = state.runbook?.steps.contains { $0.id.rawValue == hold.subject } == true
    guard hold.cause == .obstacle, isStep else { return lines }
    // What it would have found has a value of its own where it is left out, or what needs it says so.
    let skip = "To go on without what it would find: \(commands(.skip, "--reason TEXT"))"
    return [lines.first, skip].compactMap(\.self) + lines.dropFirst()
      + ["Where an input is wrong, give the run up and begin a new one: inputs stay as they are."]
  }

  /// - Parameter gate: that holds the run; nil where it is none.
  static func advice(
    _ hold: RunHeld, _ gate: GateState?, _ commands: PrintedCommands
  ) -> [String] {
    let subject = hold.subject ?? "recovery"
    let resume = commands(.resume)
    let skip = "To go on without it: \(commands(.skip, "--reason TEXT"))"
    let giveUp = "To give the run up: \(commands(.abandon, "--reason TEXT"))"
    switch hold.cause {
    case .gate, .refusal:
      let isStep = subject != RunMachine.recoveryGateName && !subject.holds(":")
      let rest = (isStep ? [skip] : []) + [giveUp]
      if let gate, gate.isApproved {
        return ["Approved by \(gate.approverNames) since. To go on: \(resume)", giveUp]
      }
      if let refusal = gate?.refusal {
        return withdrawal(subject, of: refusal, commands) + rest
      }
      let beside = (gate?.opened.others ?? []).map { " --beside \($0.run)" }.joined()
      guard let gate, gate.opened.approvals > 1 else {
        return [
          "To approve it and go on: \(commands(.resume, "--approve \(subject)\(beside)"))",
          "To approve it for whoever goes on: \(commands(.approve, subject))",
        ] + rest
      }
      let first =
        gate.approvers.isEmpty || gate.isRefused
        ? ["To approve it from this account: \(commands(.approve, subject))"] : []
      return first + [
        otherAccount(subject, commands),
        "It takes \(gate.opened.approvals) people, each from an account of their own; then: \(resume)",
      ] + rest
    case .verification:
      return [
        "To try it again: \(resume)", "\(skip)  (the run then ends unverified)", giveUp,
      ]
    case .decided:
      return ["To go on: \(resume)", giveUp]
    case .failedStep:
      return [
        "Nothing was rolled back but the step's own transaction, where it has one.",
        "To try it again: \(commands(.retry))", skip, giveUp,
      ]
    case .unknownStep:
      let word = commands(.resolve, "\(subject) --done --reason TEXT")
      return [
        "To look again: \(resume)  (--terminate ends what an attempt left)",
        "Once you know that it is done: \(word)  (that it is not: --not-done)", skip, giveUp,
      ]
    case .privilege:
      return ["Once nothing stands in the way: \(resume)", giveUp]
    case .interruption:
      return ["To go on: \(resume)", giveUp]
    case .deadline:
      return ["To go on all the same: \(resume)", giveUp]
    case .question:
      return ["To be asked, on a terminal: \(resume)", giveUp]
    case .unconfirmed:
      return [
        "To go on all the same, recovery approved anew: \(commands(.resume, "--approve recovery"))",
        giveUp,
      ]
    case .sandbox, .lostSecret, .obstacle:
      return ["To try once more: \(resume)", giveUp]
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
