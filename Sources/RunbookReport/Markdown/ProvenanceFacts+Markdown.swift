import RunbookModel

extension ProvenanceFacts: Presented {
  static let fields: [Field<Self>] = [
    .text("run") { Markdown.code($0.run.rawValue) },
    .text("command") { Markdown.code("runbook report \($0.run.rawValue)") },
    .text("entry_count") { String($0.entryCount) },
    .text("last_hash") { Markdown.code($0.lastHash.hex) },
    .text("last_time") { Markdown.time($0.lastAt) },
    .text("format_version") { String($0.formatVersion) },
    .text("plan_fingerprint") { Markdown.code($0.planFingerprint.hex) },
    .list("sources") { $0.sources },
  ]
}

extension SourceFile: Presented {
  static let fields: [Field<Self>] = [
    .text("path") { Markdown.code($0.path) },
    .text("sha256") { Markdown.code($0.digest.hex) },
  ]
}
