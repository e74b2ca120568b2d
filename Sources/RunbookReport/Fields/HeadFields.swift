import RunbookModel

extension HeadFacts: Presented {
  static let fields: [Field<Self>] = [
    .text("mark", .words, or: .nothing) { facts in
      facts.mark.map { $0 == .drill ? "DRILL" : "SANDBOX" }
    },
    .flag("is_drill") { $0.mark == .drill },
    .flag("is_sandbox") { $0.mark == .sandbox },
    .text("run", .code) { $0.run.rawValue },
    .text("severity", .any) { .severity($0.runbook.severity) },
    .text("status", .any) { .status(of: $0.status) },
    .text("ended_by", .actor, or: .nothing) { $0.endedBy },
    .text("status_reason", .quote, or: .nothing) { $0.statusReason },
    .text("report_status", .words) { $0.reportStatus.title },
    .flag("is_public") { $0.isPublic },
    .flag("is_ended") { $0.status.isEnded },
    .text("owner", .prose, or: .todo) { $0.runbook.owner },
    .text("environment", .headlineCell) {
      Filling($0.environment, or: $0.rehearsalEnvironment.map { .words($0) } ?? .todo)
    },
    .text("runbook", .code) { $0.runbook.name },
    .text("runbook_title", .prose) { $0.runbook.title },
    .text("runbook_file", .code) { $0.runbook.fileName },
    .text("runbook_sha256", .digest, or: .todo) { $0.runbookDigest },
    .text("tool_version", .prose) { $0.toolVersion },
    .text("host", .quote) { $0.host },
    .text("plan_fingerprint", .shortDigest) { $0.planFingerprint }.only(for: .people),
    .text("secret_count", .number) { $0.secretCount },
    .text("redactions_text", .words) { redactions($0.secretCount) }.only(for: .people),
    .text("sandbox", .phrase, or: .nothing) { $0.sandbox },
    .list("redactions") { $0.redactions },
    .list("connections") { $0.connections },
    .text("todo_count", .any) { _ in .todoCount }.only(for: .people),
  ]

  private static func redactions(_ count: Int) -> String {
    switch count {
    case ...0: "none: the run was given no secrets"
    case 1: "1 secret value is redacted from everything stored"
    default: "\(count) secret values are redacted from everything stored"
    }
  }
}

extension HeadFacts.Connection: Presented {
  static let fields: [Field<Self>] = [
    .text("name", .code) { $0.record.name },
    .text("target", .code) { $0.record.target },
    .text("kind", .prose) { $0.record.kind },
    .text("identity", .phrase, or: .words("never connected to")) { $0.identity.map(phrase) }
      .only(for: .people),
    .text("database", .code, or: .nothing) { $0.identity?.database },
    .text("database_oid", .number, or: .nothing) { $0.identity?.databaseOID },
    .text("address", .code, or: .nothing) { $0.identity?.address },
    .text("server_version", .prose, or: .nothing) { $0.identity?.serverVersion },
    .text("system_identifier", .code, or: .nothing) { $0.identity?.systemIdentifier },
    .text("timeline_id", .number, or: .nothing) { $0.identity?.timelineID },
    .text("role", .code, or: .nothing) { $0.identity?.role },
    .flag("is_superuser") { $0.identity?.isSuperuser ?? false },
    .text("login_role", .code, or: .nothing) { $0.identity?.login?.role },
    .text("login_privileges", .prose, or: .nothing) { $0.identity?.login?.privilegeWords },
    .flag("is_replica") { $0.identity?.isReplica ?? false },
    .text("clock_offset", .duration, or: .nothing) { $0.clockOffset },
    .text("reference", .reference, or: .nothing) { $0.reference },
  ]

  private static func phrase(_ identity: ConnectionIdentity) -> Phrase {
    var phrase: Phrase = """
      database \(name: identity.database) (OID \(words: "\(identity.databaseOID)")), \
      on \(name: identity.address), PostgreSQL \(prose: identity.serverVersion), \
      system identifier 
      """
    phrase = phrase + (identity.systemIdentifier.map { "\(name: $0)" } ?? "not readable")
    if let timeline = identity.timelineID { phrase = phrase + ", timeline \(words: "\(timeline)")" }
    if let login = identity.otherLogin {
      phrase =
        phrase + ", logged in as \(name: login.role)" + suffix(login.isSuperuser, login.privileges)
    }
    return phrase
      + (identity.otherLogin == nil
        ? ", role \(name: identity.role)" : ", acting as \(name: identity.role)")
      + suffix(identity.isSuperuser, identity.privileges ?? [])
      + (identity.isReplica ? ", a replica" : ", a primary")
      + (identity.isPooled == true ? ", behind a connection pooler" : "")
  }
}

extension HeadFacts.Connection {
  private static func suffix(_ isSuperuser: Bool, _ privileges: [String]) -> Phrase {
    if isSuperuser { return " (superuser)" }
    return privileges.isEmpty ? "" : " (\(words: privileges.joined(separator: ", ")))"
  }
}

extension HeadFacts.Redaction: Presented {
  static let fields: [Field<Self>] = [
    .text("step", .code) { $0.step.rawValue },
    .text("captures", .codes) { $0.captures },
  ]
}

extension Content {
  static func severity(_ severity: Severity) -> Content {
    .label(severity.rawValue.uppercased(), raw: severity.rawValue)
  }

  static func status(of status: RunStatus) -> Content {
    .label(status.title, raw: status.rawValue.snakeCased)
  }
}

extension String {
  /// `notConfirmed` as `not_confirmed`, which is how names are written outside of Swift.
  var snakeCased: String {
    reduce(into: "") { $0 += $1.isUppercase ? "_" + $1.lowercased() : String($1) }
  }
}
