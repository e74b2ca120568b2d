import RunbookModel

/// What was lost and what was not.
struct DataLossFacts: Sendable {
  /// A list that a confirmed finding captured, such as the missing tables.
  struct Found: Sendable {
    let name: String
    let step: StepID
    let values: [String]
    let reference: Reference
  }

  let found: [Found]
  let lost: AuthoredBlock?
  let preserved: AuthoredBlock?
  let impact: AuthoredBlock?
  let hasFindings: Bool

  init(_ history: RunHistory, _ authored: AuthoredReport) {
    found = history.findings.flatMap { step, finished -> [Found] in
      guard let captures = finished.payload.captures.mapValue else { return [] }
      return captures.pairs.compactMap { name, value in
        guard let values = value.listValue, !values.isEmpty else { return nil }
        return Found(
          name: name.stringValue ?? name.json, step: step.id, values: values.map(\.displayText),
          reference: Reference(finished))
      }
    }
    lost = authored.block("data_loss", "lost")
    preserved = authored.block("data_loss", "preserved")
    impact = authored.block("data_loss", "impact")
    hasFindings = !history.findings.isEmpty
  }
}
