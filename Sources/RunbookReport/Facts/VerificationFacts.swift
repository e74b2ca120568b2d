import RunbookModel

/// The tests after recovery: what ran, what was expected, what came.
struct VerificationFacts: Sendable {
  struct Test: Sendable {
    let number: Int
    let step: StepFacts
    let work: [WorkItem]
    let expectations: [ExpectationRecord]
    let actual: Phrase?
    let failure: FailureRecord?
  }

  let tests: [Test]

  init(_ history: RunHistory) {
    tests = history.steps(of: .verification).enumerated().map { index, step in
      let finished = step.answer?.payload
      return Test(
        number: index + 1, step: StepFacts(step),
        work: step.attempts.last?.started.payload.work ?? [],
        expectations: finished?.expectations ?? [],
        actual: finished.flatMap { Self.actual($0) }, failure: finished?.failure)
    }
  }

  /// What a result says in short, by the names that kinds give.
  private static func actual(_ finished: AttemptFinished) -> Phrase? {
    guard let map = finished.result.mapValue else { return nil }
    if let status = map["status"]?.intValue { return "status \(name: String(status))" }
    if let code = map["exit_code"]?.intValue { return "exit code \(name: String(code))" }
    if let answer = map.text("answer") { return "answered: \(quote: answer)" }
    if let rows = map["rows"]?.listValue, rows.count == 1, let row = rows.first?.mapValue,
      row.count <= 3
    {
      return "1 row: \(quote: Value.map(row).rowText)"
    }
    if let count = map["row_count"]?.intValue {
      return "\(words: String(count)) \(words: count == 1 ? "row" : "rows")"
    }
    if let count = map["affected"]?.intValue { return "\(words: String(count)) affected" }
    return counts(map, readBy: finished.expectations)
  }

  /// What a kind counts and judges, and how much is in the lists that the step's `expect` reads.
  private static func counts(
    _ map: ValueMap, readBy expectations: [ExpectationRecord]
  ) -> Phrase? {
    let read = Set(
      expectations.flatMap { expectation in
        expectation.expression.unicodeScalars
          .split { !$0.isASCIILetter && !$0.isASCIIDigit && $0 != "_" }.map { String($0) }
      })
    let words = map.pairs.compactMap { key, value -> String? in
      guard let name = key.stringValue else { return nil }
      switch value {
      case .int, .bool: return "\(name) = \(value.displayText)"
      case .string(let text)
      where !text.isEmpty && text.utf8.count <= 20 && text != PublicCopy.leftOut:
        return "\(name) = \(text)"
      case .list(let items) where read.contains(name): return "\(name): \(items.count)"
      default: return nil
      }
    }
    return words.isEmpty ? nil : "\(quote: words.joined(separator: ", "))"
  }
}

extension Value {
  /// A row as `name = value` pairs.
  var rowText: String {
    guard let map = mapValue else { return displayText }
    return map.pairs.map { "\($0.key.displayText) = \($0.value.displayText)" }
      .joined(separator: ", ")
  }
}
