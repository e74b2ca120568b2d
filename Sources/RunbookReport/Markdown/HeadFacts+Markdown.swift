import RunbookModel

extension HeadFacts: Presented {
  static let fields: [Field<Self>] = [
    .text("mark") { facts in facts.mark.map { $0 == .drill ? "DRILL" : "SANDBOX" } },
    .flag("is_drill") { $0.mark == .drill },
    .flag("is_sandbox") { $0.mark == .sandbox },
    .text("run") { Markdown.code($0.run.rawValue) },
    .text("severity") { $0.runbook.severity.rawValue.uppercased() },
    .text("status") { $0.status.title },
    .text("status_reason") { $0.statusReason.map { Markdown.quote($0) } },
    .flag("is_ended") { $0.status.isEnded },
    .text("owner") { $0.runbook.owner.map { Markdown.prose($0) } ?? Mark.todo },
    .text("environment") { facts in
      facts.environment.map { Markdown.tableText($0) }
        ?? (facts.mark == nil ? Mark.todo : "a throwaway sandbox")
    },
    .text("runbook") { Markdown.code($0.runbook.name) },
    .text("runbook_title") { Markdown.prose($0.runbook.title) },
    .text("runbook_file") { Markdown.code($0.runbook.fileName) },
    .text("runbook_sha256") { $0.runbookDigest.map { Markdown.code($0.hex) } ?? Mark.todo },
    .text("tool_version") { Markdown.prose($0.toolVersion) },
    .text("host") { Markdown.quote($0.host) },
    .text("plan_fingerprint") { Markdown.code($0.planFingerprint.short) },
    .text("redactions_text") { facts in
      switch facts.secretCount {
      case ...0: "none: the run was given no secrets"
      case 1: "1 secret value is redacted from everything stored"
      default: "\(facts.secretCount) secret values are redacted from everything stored"
      }
    },
    .text("sandbox") { $0.sandbox.map { Markdown.phrase($0) } },
    .list("redactions") { $0.redactions },
    .list("connections") { $0.connections },
    .text("todo_count") { _ in Mark.todoCount },
  ]
}

extension HeadFacts.Connection: Presented {
  static let fields: [Field<Self>] = [
    .text("name") { Markdown.code($0.record.name) },
    .text("target") { Markdown.code($0.record.target) },
    .text("kind") { Markdown.prose($0.record.kind) },
    .text("identity") { $0.identity.map { identityText($0) } ?? "never connected to" },
    .text("reference") { $0.reference.map { Markdown.reference($0) } },
  ]

  private static func identityText(_ identity: ConnectionIdentity) -> String {
    var parts = [
      "database \(Markdown.code(identity.database)) (OID \(identity.databaseOID))",
      "on \(Markdown.code(identity.address))",
      "PostgreSQL \(Markdown.prose(identity.serverVersion))",
      "system identifier \(identity.systemIdentifier.map { Markdown.code($0) } ?? "not readable")",
    ]
    if let timeline = identity.timelineID { parts.append("timeline \(timeline)") }
    parts.append(
      "role \(Markdown.code(identity.role))" + (identity.isSuperuser ? " (superuser)" : ""))
    parts.append(identity.isReplica ? "a replica" : "a primary")
    return parts.joined(separator: ", ")
  }
}

extension HeadFacts.Redaction: Presented {
  static let fields: [Field<Self>] = [
    .text("step") { Markdown.code($0.step.rawValue) },
    .text("captures") { $0.captures.map { Markdown.code($0) }.joined(separator: ", ") },
  ]
}
