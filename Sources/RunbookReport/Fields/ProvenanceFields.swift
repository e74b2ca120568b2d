import RunbookModel

extension ProvenanceFacts: Presented {
  static let fields: [Field<Self>] = [
    .text("run", .code) { $0.run.rawValue },
    .text("command", .code) { "runbook report \($0.run.rawValue)" },
    .text("entry_count", .number) { $0.entryCount },
    .text("last_hash", .digest) { $0.lastHash },
    .text("last_time", .time) { $0.lastAt },
    .text("format_version", .number) { $0.formatVersion },
    .text("plan_fingerprint", .digest) { $0.planFingerprint },
    .list("sources") { $0.sources },
  ]
}

extension SourceFile: Presented {
  static let fields: [Field<Self>] = [
    .text("path", .code) { $0.path },
    .text("sha256", .digest) { $0.digest },
  ]
}
