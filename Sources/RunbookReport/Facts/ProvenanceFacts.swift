import RunbookModel

struct ProvenanceFacts: Sendable {
  let run: RunID
  let entryCount: Int
  let lastHash: Digest
  let lastAt: Timestamp
  let formatVersion: Int
  let sources: [SourceFile]
  let planFingerprint: Digest

  init(_ history: RunHistory) {
    run = history.started.payload.run
    entryCount = history.entryCount
    lastHash = history.lastHash
    lastAt = history.last.at
    formatVersion = history.started.payload.formatVersion
    sources = history.runbook.sources
    planFingerprint = history.started.payload.planFingerprint
  }
}
