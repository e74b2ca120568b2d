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
  /// Per table: what there was, what came back, and how it is known.
  let rows: [ValueMap]?
  let hasFindings: Bool

  init(_ history: RunHistory, _ authored: AuthoredReport) {
    found = history.findings.flatMap { step, finished -> [Found] in
      guard let captures = finished.payload.captures.mapValue else { return [] }
      return captures.pairs.compactMap { name, value in
        // Maps are for other steps; names and sentences are for people.
        guard let values = value.listValue, !values.isEmpty,
          !values.contains(where: { $0.mapValue != nil })
        else { return nil }
        return Found(
          name: name.stringValue ?? name.json, step: step.id, values: values.map(\.displayText),
          reference: Reference(finished))
      }
    }
    lost = authored.block("data_loss", "lost")
    preserved = authored.block("data_loss", "preserved")
    impact = authored.block("data_loss", "impact")
    rows = authored.rows("data_loss", "rows").flatMap { $0.isEmpty ? nil : $0 }
    hasFindings = !history.findings.isEmpty
  }
}
