import RunbookModel

/// What users saw, and how it came to light.
struct ImpactFacts: Sendable {
  struct Finding: Sendable {
    let step: StepID
    let title: String
    let at: Timestamp
    let reference: Reference
    /// What the step captured.
    let captures: [(name: String, value: Value)]
  }

  let impact: AuthoredBlock?
  let findings: [Finding]
  /// Detection steps that ran and confirmed nothing.
  let unconfirmed: [StepRecord]
  let detection: AuthoredBlock?
  let communications: AuthoredBlock?

  init(_ history: RunHistory, _ authored: AuthoredReport) {
    impact = authored.block("impact")
    findings = history.findings.map { step, finished in
      Finding(
        step: step.id, title: step.record.title, at: finished.at, reference: Reference(finished),
        captures: Self.captures(of: finished.payload))
    }
    unconfirmed = history.steps(of: .detection)
      .filter { $0.isConfirmed == false }.map(\.record)
    detection = authored.block("detection")
    communications = authored.block("communications")
  }

  /// What other steps need is no reading for people; the evidence has it.
  private static func isNested(_ value: Value) -> Bool {
    switch value {
    case .map: true
    case .list(let items): items.contains { $0.mapValue != nil || $0.listValue != nil }
    default: false
    }
  }

  private static func captures(of payload: AttemptFinished) -> [(name: String, value: Value)] {
    guard let map = payload.captures.mapValue else { return [] }
    return map.pairs.filter { !isNested($0.value) }
      .map { ($0.key.stringValue ?? $0.key.json, $0.value) }
  }
}
