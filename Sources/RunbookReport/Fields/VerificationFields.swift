import RunbookModel

extension VerificationFacts: Presented {
  static let fields: [Field<Self>] = [
    .has("tests") { !$0.tests.isEmpty },
    .list("tests") { $0.tests },
  ]
}

extension VerificationFacts.Test: Presented {
  static let fields: [Field<Self>] = [
    .text("number", .number) { $0.number },
    .text("id", .code) { $0.step.record.id.rawValue },
    .text("title", .prose) { $0.step.record.title },
    .text("symbol", .any) { .symbol($0.step.status) }.only(for: .people),
    .text("expected", .any, or: .nothing) { expected($0) }.only(for: .people),
    .text("expected", .codes) { $0.expectations.map(\.expression) }.only(for: .tools),
    .text("actual", .phrase) { actual($0) },
    .has("work") { !$0.work.isEmpty },
    .texts("work", .work) { $0.work.map { .work($0) } },
    .one("step") { $0.step },
    .text("reference", .reference, or: .nothing) { $0.step.reference },
    .text("failure_detail", .phrase, or: .nothing) { test in
      [test.failure?.detail, test.failure?.hint].compactMap { $0 }.map { "\(quote: $0)" }
        .joined(separator: " ")
    },
  ]

  private static func expected(_ test: Self) -> Content? {
    guard !test.expectations.isEmpty else {
      let isOpen = test.actual == nil && test.failure == nil
      return isOpen || test.step.status == .attested ? nil : .words("no error")
    }
    return .inline(test.expectations.map { .code($0.expression) }, separator: " and ")
  }

  private static func actual(_ test: Self) -> Phrase {
    let step = test.step
    switch step.status {
    case _ where step.isInapplicable:
      return "did not apply: \(name: step.reason ?? "when") was false"
    case .pending, .notBegun, .inFlight, .notDone, .skipped, .declared, .again, .outdated:
      return "\(words: step.statusWords)" + (step.wordPhrase.map { " " + $0 } ?? "")
    case .succeeded: return test.actual ?? "no error"
    case .attested: return (test.actual ?? "\(words: step.statusWords)") + ": a person's word"
    case .missing: return "\(words: step.statusWords)"
    case .unknown where test.actual == nil && test.failure == nil:
      return "cut off: the journal holds no outcome" + leftOut(step)
    case .failed, .unknown: return findings(of: test) + leftOut(step)
    case .couldNotRun: return "could not be carried out: " + findings(of: test) + leftOut(step)
    }
  }

  /// What a person or a change did to it after it was tried.
  private static func leftOut(_ step: StepFacts) -> Phrase {
    var phrase: Phrase = ""
    if let verb = step.leavingOut {
      phrase = phrase + "; \(words: verb)" + (step.wordPhrase.map { " " + $0 } ?? "")
    }
    return step.isTakenOut ? phrase + "; taken out of the runbook" : phrase
  }
}

extension VerificationFacts.Test {
  fileprivate static func findings(of test: Self) -> Phrase {
    [test.actual, test.failure.map { "\(quote: $0.message)" }].compactMap { $0 }
      .joined(separator: "; ") ?? "no reason recorded"
  }
}

extension [Phrase] {
  /// Nil where there is none.
  fileprivate func joined(separator: Phrase) -> Phrase? {
    guard let first else { return nil }
    return dropFirst().reduce(first) { $0 + separator + $1 }
  }
}
