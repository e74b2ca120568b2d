import RunbookModel

extension ReportFacts: Presented {
  static let fields: [Field<Self>] = [
    .text("title", .prose) { $0.head.title },
    .flag("is_confirmed") { $0.summary.isConfirmed },
    .text("reason_for_no_facts", .words, or: .nothing) { $0.summary.reasonForNoFacts },
    .one("head") { $0.head },
    .one("summary") { $0.summary },
    .one("key_times") { $0.keyTimes },
    .one("timeline") { $0.timeline },
    .list("steps") { $0.steps },
    .one("durations") { StepDurations(steps: $0.steps) }.only(for: .people),
    .one("impact") { $0.impact },
    .one("root_cause") { $0.rootCause },
    .one("data_loss") { $0.dataLoss },
    .one("resolution") { $0.resolution },
    .one("safeguards") { $0.safeguards },
    .one("prevention") { $0.prevention },
    .one("verification") { $0.verification },
    .one("responders") { $0.responders },
    .one("sign_off") { $0.signOff },
    .one("recovery_commands") { $0.recoveryCommands },
    .one("evidence") { $0.evidence },
    .one("provenance") { $0.provenance },
  ]
}
