import RunbookModel

/// Reads a journal's bodies by itself, and says of each step and of the run what they say: nothing of it
/// is the program's own reading.
struct IndependentReader {
  struct Step {
    let id: String
    let phase: String
    /// As the report's JSON calls it.
    var word = "pending"
    var isPersons = false
    fileprivate var hasEnded = false
  }

  private(set) var steps: [Step] = []
  private(set) var end: (status: String, reason: String)?
  private(set) var isHeld = false
  private(set) var hasFinding = false

  init(_ entries: [Entry]) throws {
    for entry in entries { read(try Value(json: entry.body)["event"] ?? .null) }
  }

  private mutating func read(_ event: Value) {
    switch event["type"]?.stringValue {
    case "runStarted":
      steps = (event["runbook"]?["steps"]?.listValue ?? []).map {
        Step(id: $0["id"]?.stringValue ?? "", phase: $0["phase"]?.stringValue ?? "")
      }
    case "attemptStarted":
      change(event) { $0 = Step(id: $0.id, phase: $0.phase, word: "in_flight") }
    case "attemptFinished":
      if event["isConfirmed"] == .bool(true) { hasFinding = true }
      change(event) { step in
        step.hasEnded = true
        let outcome = event["outcome"]?.stringValue ?? ""
        let isCheck = !["recovery", "safeguards"].contains(step.phase)
        step.word =
          outcome == "failed" && isCheck && !Self.isAnswer(event) ? "could_not_run" : outcome
      }
    case "attemptSettled":
      change(event) { step in
        step.isPersons = event["means"] == "word"
        switch event["settlement"]?.stringValue {
        case "done": step.word = step.isPersons ? "declared" : "succeeded"
        case "notDone": step.word = step.hasEnded && !step.isPersons ? "failed" : "pending"
        default: step.word = "unknown"
        }
      }
    case "stepSkipped":
      change(event) { step in
        step.word = "skipped"
        step.isPersons = event["cause"] == "decision"
      }
    case "runHeld": isHeld = true
    case "runResumed": isHeld = false
    case "runEnded":
      end = (event["status"]?.stringValue ?? "", event["reason"]?.stringValue ?? "")
    default: break
    }
  }

  private mutating func change(_ event: Value, _ body: (inout Step) -> Void) {
    guard let index = steps.firstIndex(where: { $0.id == event["step"]?.stringValue }) else {
      return
    }
    body(&steps[index])
  }

  /// Of the failures that the runs of `IndependentReaderTests` meet.
  private static func isAnswer(_ finished: Value) -> Bool {
    switch finished["failure"]?["cause"]?.stringValue {
    case "expectation": true
    case "refused":
      ["exit 1", "42P01"].contains(finished["failure"]?["code"]?.stringValue ?? "")
    default: false
    }
  }

  func steps(in phase: String) -> [Step] { steps.filter { $0.phase == phase } }

  /// How a run ends whose steps came to this.
  var expectedStatus: String {
    let detection = steps(in: "detection")
    let confirmed = hasFinding || detection.isEmpty
    guard confirmed else {
      let isWhole =
        detection.contains { $0.word == "succeeded" }
        && detection.allSatisfy { $0.word == "succeeded" || isInapplicable($0) }
      return isWhole ? "notConfirmed" : "undetermined"
    }
    let checks = steps(in: "verification")
    if checks.contains(where: { $0.word == "failed" }) { return "failed" }
    let isVerified =
      checks.contains { $0.word == "succeeded" }
      && checks.allSatisfy { $0.word == "succeeded" || isInapplicable($0) }
    return isVerified ? "resolved" : "unverified"
  }

  var areSafeguardsImplemented: Bool {
    let safeguards = steps(in: "safeguards")
    return safeguards.contains { $0.word == "succeeded" }
      && safeguards.allSatisfy { $0.word == "succeeded" || isInapplicable($0) }
  }

  private func isInapplicable(_ step: Step) -> Bool { step.word == "skipped" && !step.isPersons }

  /// What of the end's reason does not fit the steps; nil where all does.
  var faultOfReason: String? {
    guard let end, ["resolved", "unverified", "failed"].contains(end.status) else { return nil }
    let checks = steps(in: "verification")
    let passed = checks.count { $0.word == "succeeded" }
    let counts = "\(passed) of \(checks.count) verification step"
    let isRight =
      if end.reason == "every verification step passed" {
        passed == checks.count && passed > 0
      } else if checks.isEmpty {
        end.reason == "nothing was verified: the runbook has no verification steps"
      } else if end.status == "failed", checks.count == 1 {
        end.reason == "verification step '\(checks[0].id)' failed"
      } else {
        end.reason.holds(counts)
          && end.reason.begins(with: "nothing was verified")
            == (passed == 0 && end.status != "failed")
      }
    return isRight ? nil : "'\(end.reason)' is not so: \(counts)s passed"
  }
}

extension Value {
  fileprivate subscript(key: String) -> Value? { mapValue?[.string(key)] }
}
