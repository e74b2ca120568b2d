import RunbookModel

extension VerificationFacts: Presented {
  static let fields: [Field<Self>] = [
    .flag("has_tests") { !$0.tests.isEmpty },
    .list("tests") { $0.tests },
  ]
}

extension VerificationFacts.Test: Presented {
  static let fields: [Field<Self>] = [
    .text("number") { String($0.number) },
    .text("id") { Markdown.code($0.step.record.id.rawValue) },
    .text("title") { Markdown.prose($0.step.record.title) },
    .text("symbol") { symbol(of: $0.step.status) },
    .text("expected") { expected($0) },
    .text("actual") { actual($0) },
    .flag("has_work") { !$0.work.isEmpty },
    .texts("work") { $0.work.map { Markdown.work($0) } },
    .one("step") { $0.step },
    .text("reference") { $0.step.reference.map { Markdown.reference($0) } },
    .text("failure_detail") { test in
      [test.failure?.detail, test.failure?.hint].compactMap { $0 }.map { Markdown.quote($0) }
        .joined(separator: " ").nonEmpty
    },
  ]

  private static func symbol(of status: StepHistory.Status) -> String {
    switch status {
    case .succeeded: "✅"
    case .failed: "❌"
    case .unknown: "❓"
    case .inFlight: "⏳"
    case .skipped, .pending: "⏭️"
    }
  }

  private static func expected(_ test: Self) -> String {
    guard !test.expectations.isEmpty else {
      return test.actual == nil && test.failure == nil ? "" : "no error"
    }
    return test.expectations.map { Markdown.code($0.expression) }.joined(separator: " and ")
  }

  private static func actual(_ test: Self) -> String {
    switch test.step.status {
    case .pending: return "not run"
    case .inFlight: return "no outcome yet"
    case .skipped: return "skipped: \(Markdown.quote(test.step.reason ?? "no reason recorded"))"
    case .succeeded: return test.actual.map { Markdown.phrase($0) } ?? "no error"
    case .failed, .unknown:
      let parts = [
        test.actual.map { Markdown.phrase($0) }, test.failure.map { Markdown.quote($0.message) },
      ]
      return parts.compactMap { $0 }.joined(separator: "; ").nonEmpty ?? "no reason recorded"
    }
  }
}

extension String {
  var nonEmpty: String? { isEmpty ? nil : self }
}

extension Markdown {
  /// A statement, script, request or instruction as it ran, with the values that were bound to it.
  static func work(_ item: WorkItem) -> String {
    let block = fence(item.text, language: language(of: item.language))
    guard !item.parameters.isEmpty else { return block }
    let values = item.parameters.map { "\(code($0.name)) = \(code($0.value.json))" }
    return block + "\n\nBound values: " + values.joined(separator: ", ")
  }

  private static func language(of language: WorkItem.Language) -> String {
    switch language {
    case .sql: "sql"
    case .shell: "sh"
    case .http: "http"
    case .text: "text"
    }
  }
}
