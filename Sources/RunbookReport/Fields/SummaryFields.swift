import RunbookModel

extension SummaryFacts: Presented {
  static let fields: [Field<Self>] = [
    .text("severity", .any) { .severity($0.severity) },
    .text("status", .any) { facts in
      facts.status == .resolved && facts.hasSafeguards
        ? .label("RESOLVED with safeguards implemented", raw: facts.status.rawValue)
        : .status(of: facts.status)
    },
    .flag("has_safeguards") { $0.hasSafeguards },
    .text("ended_by", .actor, or: .nothing) { $0.endedBy },
    .text("status_reason", .quote, or: .nothing) { $0.statusReason },
    .text("impact", .headline, or: .missing) { $0.impact },
    .text("root_cause", .headline, or: .missing) { $0.rootCause },
    .text("text", .block, or: .nothing) { $0.summary },
    .flag("is_not_confirmed") { $0.status == .notConfirmed },
    .text("not_confirmed_text", .phrase, or: .nothing) {
      $0.status == .notConfirmed ? $0.notConfirmedText : nil
    }.only(for: .people),
    .flag("is_undetermined") { $0.status == .undetermined },
    .flag("is_unverified") { $0.status == .unverified },
    .maybe("hold") { $0.hold },
    .has("in_flight") { !$0.inFlight.isEmpty },
    .list("in_flight") { $0.inFlight },
    .has("unknown") { !$0.unknown.isEmpty },
    .list("unknown") { $0.unknown },
    .has("remaining") { !$0.remaining.isEmpty },
    .list("remaining") { $0.remaining },
  ]
}

extension SummaryFacts {
  /// What a run did that confirmed no incident: no more than what its entries show.
  fileprivate var notConfirmedText: Phrase {
    let start: Phrase =
      wasRecoveryOffered
      ? """
      Detection ran and confirmed no incident when it looked last, so recovery, which a gate had shown before, \
      was not begun
      """
      : "Detection ran and confirmed no incident, so recovery was not offered"
    let list: Phrase = "\(name: declared.map(\.rawValue).joined(separator: ", "))"
    let change: Phrase =
      declared.isEmpty
      ? " and nothing was changed."
      : ", and the run itself changed nothing. What these steps do is declared to be read-only, which nothing "
        + "enforces; whether they changed anything is not known: " + list + "."
    return start + change
  }
}

extension StepRecord: Presented {
  static let fields: [Field<Self>] = [
    .text("id", .code) { $0.id.rawValue },
    .text("title", .prose) { $0.title },
    .text("phase", .words) { $0.phase.rawValue },
    .text("kind", .code) { $0.kind },
    .text("line", .number) { $0.line },
  ]
}

extension Stamped: Presented where Payload == RunHeld {
  static var fields: [Field<Self>] {
    [
      .text("time", .time) { $0.at },
      .text("cause", .any) {
        .label($0.payload.causeText, raw: $0.payload.cause.rawValue.snakeCased)
      },
      .text("subject", .code, or: .nothing) { $0.payload.subject },
      .text("message", .quote) { $0.payload.message },
      .text("reference", .reference) { Reference($0.stamp) },
    ]
  }
}

extension RunHeld {
  fileprivate var causeText: String {
    switch cause {
    case .gate: "a gate waits for a person's decision"
    case .refusal: "a gate was refused"
    case .failedStep: "a step failed"
    case .unknownStep: "it is not known whether a step took effect"
    case .interruption: "the run was interrupted"
    case .obstacle: "a connection cannot be used"
    case .question: "a step waits for a person's answer"
    case .deadline: "the run's deadline has passed"
    case .sandbox: "the sandbox cannot be started again"
    case .unconfirmed: "the incident is not confirmed any more"
    case .lostSecret: "a value that held a secret was not stored"
    case .verification: "a verification step could not be carried out"
    case .decided: "a person has decided since"
    case .privilege: "the role may not make the tables that hold the receipts"
    }
  }
}
