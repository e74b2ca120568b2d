import RunbookModel

/// What a person did to a run, as one entry of the journal has it. The timeline, the decisions, the responders and
/// `status` are made of these: none of them can leave out who it was, or why.
struct PersonsAct: Sendable {
  /// What was decided on.
  enum Subject: Sendable, Hashable {
    case run, report
    case step(StepID)
    case gate(String)
  }

  let stamp: Stamp
  /// Whose decision it is, where another than the actor of the entry; nil is that one.
  var decider: Actor?
  let subject: Subject
  /// Such as `approved` or `left out`.
  let decision: Phrase
  /// The sentence of the timeline up to the person's name.
  let sentence: Phrase
  /// What stands in it behind the name; nil is nothing.
  var addition: Phrase?
  /// What a list of people says of it.
  let deed: String
  let reason: String?
  /// Whether it decided something: to take a run up as it is does not.
  var isDecision = true
  /// Whether it stands in a table of its own, with what the gate showed.
  var isAtGate: Bool { if case .gate = subject { true } else { false } }

  var actor: Actor { decider ?? stamp.actor }

  /// Such as `Run abandoned by Ann: the server burnt down`.
  var row: Phrase {
    sentence + " by \(quote: actor.displayName)" + (addition ?? "") + Phrase.why(reason)
  }
}

extension RunHistory {
  /// What people did to the run, but for its start, notes and attempts of steps; in the order of the journal.
  var acts: [PersonsAct] {
    let all =
      gates.flatMap(\.acts) + resumptions.map { Self.act($0) } + steps.flatMap(\.acts)
      + edits.map { Self.act($0) } + [abandonment].compactMap(\.self)
    return all.sorted { $0.stamp.sequence < $1.stamp.sequence }
  }

  /// Who gave the run up; nil where nobody did.
  var giver: Actor? { abandonment?.stamp.actor }

  private var abandonment: PersonsAct? {
    guard let ended, ended.payload.status == .abandoned else { return nil }
    return PersonsAct(
      stamp: ended.stamp, subject: .run, decision: "abandoned", sentence: "Run abandoned",
      deed: "abandoned the run", reason: ended.payload.reason)
  }

  private static func act(_ resumption: Stamped<RunResumed>) -> PersonsAct {
    let payload = resumption.payload
    let host: Phrase = " on host \(quote: payload.host)"
    let again = (payload.change?.performs ?? []).map(\.rawValue).joined(separator: ", ")
    let named: Phrase = again.isEmpty ? "" : " (performed all the same: \(name: again))"
    let change: Phrase =
      payload.change == nil ? "" : ", with the runbook as it was changed" + named
    guard let holder = payload.takenFrom else {
      return PersonsAct(
        stamp: resumption.stamp, subject: .run, decision: "resumed" + change,
        sentence: "Run resumed", addition: host + change,
        deed: payload.change == nil ? "resumed the run" : "accepted a change of the runbook",
        reason: payload.reason, isDecision: payload.change != nil)
    }
    let from: Phrase = ", from \(quote: holder)"
    return PersonsAct(
      stamp: resumption.stamp, subject: .run, decision: "taken over" + from + change,
      sentence: "Run taken over", addition: host + from + change,
      deed: payload.change == nil
        ? "took the run over" : "took the run over and accepted a change of the runbook",
      reason: payload.reason)
  }

  private static func act(_ edited: Stamped<ReportEdited>) -> PersonsAct {
    let fields = edited.payload.edits.map(\.field).joined(separator: ", ")
    return PersonsAct(
      stamp: edited.stamp, subject: .report, decision: "edited: \(name: fields)",
      sentence: "Report edited (\(name: fields))", deed: "edited the report", reason: nil)
  }
}

extension GateHistory {
  fileprivate var acts: [PersonsAct] {
    decisions.indices.map { index in
      let decision = decisions[index]
      let (words, subject, deed): (String, String, String) =
        switch (decision.payload.decision, takenBack(at: index)) {
        case (.approved, _): ("approved", "Gate", "approved a gate")
        case (.refused, _): ("refused", "Gate", "refused a gate")
        case (.withdrawn, .refused?): ("refusal withdrawn", "Refusal of gate", "withdrew a refusal")
        case (.withdrawn, .approved?):
          ("approval withdrawn", "Approval of gate", "withdrew an approval")
        case (.withdrawn, _):
          ("withdrawn, where nothing stood", "Decision on gate", "withdrew what did not stand")
        }
      let verb = decision.payload.decision.rawValue
      return PersonsAct(
        stamp: decision.stamp, subject: .gate(name), decision: "\(words: words)",
        sentence: "\(words: subject) \(name: name) \(words: verb)", deed: deed,
        reason: decision.payload.reason)
    }
  }

  /// What a withdrawal takes back: the refusal of that account, else its approval, as they stand by then; nil where it
  /// had given neither on this content.
  private func takenBack(at index: Int) -> GateDecided.Decision? {
    let account = decisions[index].actor.account
    guard decisions[index].payload.digest == opened.payload.digest else { return nil }
    var standing: GateDecided.Decision?
    for former in decisions[..<index]
    where former.actor.account == account && former.payload.digest == opened.payload.digest {
      switch former.payload.decision {
      case .refused: standing = .refused
      case .approved: if standing == nil { standing = .approved }
      case .withdrawn: standing = nil
      }
    }
    return standing
  }
}

extension StepHistory {
  fileprivate var acts: [PersonsAct] {
    let declarations = attempts.flatMap { attempt in
      attempt.settlements.filter { $0.payload.means == .word }.map { settled in
        PersonsAct(
          stamp: settled.stamp, subject: .step(id),
          decision: "declared \(words: settled.payload.settlement.words)",
          sentence:
            "Step \(name: id), attempt \(attempt.number), declared \(words: settled.payload.settlement.words)",
          deed: "said whether a step was done", reason: settled.payload.detail)
      }
    }
    let retries = retries.map { retry in
      PersonsAct(
        stamp: retry.stamp, subject: .step(id), decision: "to be tried again",
        sentence: "Step \(name: id) wanted again", deed: "had a step tried again",
        reason: retry.payload.reason)
    }
    return declarations + retries + [leavingOutAct].compactMap(\.self)
  }

  private var leavingOutAct: PersonsAct? {
    guard let skipped, let verb = leavingOut else { return nil }
    let deed =
      switch verb {
      case "declined": "declined a safeguard"
      case "skipped": "skipped a step"
      default: "left a step out"
      }
    return PersonsAct(
      stamp: skipped.stamp, decider: skipped.payload.decider, subject: .step(id),
      decision: "\(words: verb)",
      sentence: "Step \(name: id) \(words: verb)", deed: deed, reason: skipped.payload.reason)
  }
}

extension Settlement {
  /// As sentences of the report have it.
  var words: String {
    switch self {
    case .done: "done"
    case .notDone: "not done"
    case .unknown: "unknown"
    }
  }
}
