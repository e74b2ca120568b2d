import RunbookModel

extension SummaryFacts: Presented {
  static let fields: [Field<Self>] = [
    .text("severity") { $0.severity.rawValue.uppercased() },
    .text("status") { facts in
      facts.status == .resolved && facts.hasSafeguards
        ? "RESOLVED with safeguards implemented" : facts.status.title
    },
    .text("status_reason") { $0.statusReason.map { Markdown.quote($0) } },
    .text("impact") { $0.impact.map { Markdown.headline($0) } ?? Mark.missing },
    .text("root_cause") { $0.rootCause.map { Markdown.headline($0) } ?? Mark.missing },
    .text("text") { $0.summary.map { Markdown.block($0) } },
    .flag("is_not_confirmed") { $0.status == .notConfirmed },
    .flag("is_undetermined") { $0.status == .undetermined },
    .one("hold") { $0.hold },
    .flag("has_in_flight") { !$0.inFlight.isEmpty },
    .list("in_flight") { $0.inFlight },
    .flag("has_remaining") { !$0.remaining.isEmpty },
    .list("remaining") { $0.remaining },
  ]
}

extension StepRecord: Presented {
  static let fields: [Field<Self>] = [
    .text("id") { Markdown.code($0.id.rawValue) },
    .text("title") { Markdown.prose($0.title) },
    .text("phase") { $0.phase.rawValue },
    .text("kind") { Markdown.code($0.kind) },
    .text("line") { String($0.line) },
  ]
}

extension Stamped: Presented where Payload == RunHeld {
  static var fields: [Field<Self>] {
    [
      .text("time") { Markdown.time($0.at) },
      .text("cause") { $0.payload.causeText },
      .text("subject") { $0.payload.subject.map { Markdown.code($0) } },
      .text("message") { Markdown.quote($0.payload.message) },
      .text("reference") { Markdown.reference(Reference($0.stamp)) },
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
    case .lostSecret: "a value that held a secret was not stored"
    case .privilege: "the role may not make the tables that hold the receipts"
    }
  }
}
