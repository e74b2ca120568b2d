import RunbookModel

/// Reads a journal's bodies by itself, and says of each step and of the run what they say: nothing of it
/// is the program's own reading.
struct IndependentReader {
  struct Step {
    let id: String
    let phase: String
    /// As the report's JSON calls it, as long as the run goes on.
    fileprivate var own = "pending"
    var isPersons = false
    /// Whether what it has shown counts no more.
    fileprivate var isReopened = false
    fileprivate var hasEnded = false
    /// Whether an attempt was begun.
    var wasTried = false
    /// Whether somebody, or its `when`, left it out.
    var isLeftOut = false
    /// Whether a change took it out of the runbook.
    var isGone = false
    fileprivate var isRunOver = false
    /// Whether its attempt's effect was unknown when its process had ended it, and it was found to have had none.
    var isFoundNotDone = false
    /// Whether a change gave it another `when`.
    var hasNewWhen = false
    fileprivate var when = ""
    /// As the runbook had it first.
    fileprivate var firstWhen: String?
    /// Whether a database had no record of it, and somebody let the run go on there.
    var isLost = false
    /// Whether what it found, or its `when`, rests on what people put in the place of another step.
    fileprivate var isResting = false
    /// Whether it was given what a person answered.
    fileprivate var isOnWord = false
    /// Whether it was carried out by a `when` that rests on what people put in the place of another step.
    fileprivate(set) var isUnfounded = false
    /// Whether people decided in its place, so that whatever reads it rests on that.
    fileprivate var standsIn: Bool {
      isLeftOut ? isPersons || hasNewWhen || isResting : own == "declared" || isResting
    }

    /// As the report's JSON calls it.
    var word: String {
      if isLeftOut, !wasTried { return "skipped" }
      if isReopened { return isGone || isRunOver ? "outdated" : "again" }
      if isLost, own == "succeeded" { return "missing" }
      if isResting, own == "succeeded", !["recovery", "safeguards"].contains(phase) {
        return "resting"
      }
      if isOnWord, own == "succeeded" { return "attested" }
      guard isLeftOut || isGone || isRunOver else { return own }
      return switch own {
      case "pending": wasTried ? "not_done" : "not_begun"
      case "in_flight": "unknown"
      default: own
      }
    }
  }

  private(set) var steps: [Step] = []
  /// By step: those whose values its `when` or its `confirms` reads.
  private let reads: [String: [String]]
  /// By step: those whose values its work is given.
  private let given: [String: [String]]
  private(set) var end: (status: String, reason: String)?
  private(set) var isHeld = false
  private var findings: Set<String> = []
  /// Gates that were refused last.
  private var refused: Set<String> = []
  /// What the gates of databases show as missing.
  private var lost: [String: [String]] = [:]
  /// What each connection lacks by what was seen last, as long as nobody has decided on it.
  private var contested: [String: [String]] = [:]

  init(
    _ entries: [Entry], reads: [String: [String]] = [:], given: [String: [String]] = [:]
  ) throws {
    self.reads = reads
    self.given = given
    for entry in entries { read(try Value(json: entry.body)["event"] ?? .null) }
  }

  private mutating func read(_ event: Value) {
    switch event["type"]?.stringValue {
    case "runStarted":
      adopt(event["runbook"])
    case "stepReopened":
      findings.remove(event["step"]?.stringValue ?? "")
      change(event) {
        $0.isReopened = $0.wasTried
        ($0.isLeftOut, $0.isPersons, $0.isResting) = (false, false, false)
      }
    case "attemptStarted":
      findings.remove(event["step"]?.stringValue ?? "")
      let isResting = isResting(event)
      change(event) {
        let (hasNewWhen, when, firstWhen) = ($0.hasNewWhen, $0.when, $0.firstWhen)
        let isChange = ["recovery", "safeguards"].contains($0.phase)
        let isUnfounded = $0.isUnfounded || isChange && isResting && when == firstWhen
        $0 = Step(id: $0.id, phase: $0.phase, own: "in_flight", wasTried: true)
        ($0.hasNewWhen, $0.when, $0.firstWhen) = (hasNewWhen, when, firstWhen)
        $0.isUnfounded = isUnfounded
      }
    case "attemptFinished":
      let sources = given[event["step"]?.stringValue ?? ""] ?? []
      let isGivenLess = steps.contains { sources.contains($0.id) && $0.standsIn }
      let isOnWord = steps.contains { sources.contains($0.id) && $0.own == "attested" }
      let isResting = isResting(event) && isConfirming(event) || isGivenLess
      if event["isConfirmed"] == .bool(true), !isResting {
        findings.insert(event["step"]?.stringValue ?? "")
      }
      change(event) { step in
        step.hasEnded = true
        let outcome = event["outcome"]?.stringValue ?? ""
        step.isResting = outcome == "succeeded" && isResting
        let isCheck = !["recovery", "safeguards"].contains(step.phase)
        step.isOnWord = outcome == "succeeded" && isOnWord
        if outcome == "succeeded", event["isWord"] == .bool(true) {
          step.own = "attested"
          return
        }
        step.own =
          outcome == "failed" && isCheck && !Self.isAnswer(event) ? "could_not_run" : outcome
      }
    case "attemptSettled":
      change(event) { step in
        step.isPersons = event["means"] == "word"
        switch event["settlement"]?.stringValue {
        case "done": step.own = step.isPersons ? "declared" : "succeeded"
        case "notDone":
          step.isFoundNotDone = step.hasEnded
          step.own = step.hasEnded && !step.isPersons ? "failed" : "pending"
        default: step.own = "unknown"
        }
      }
    case "stepSkipped":
      let isResting = isResting(event)
      change(event) { step in
        step.isLeftOut = true
        step.isPersons = event["cause"] == "decision"
        step.isResting = !step.isPersons && !step.hasNewWhen && isResting
        if step.isReopened { (step.isReopened, step.wasTried) = (false, false) }
      }
    case "gateOpened":
      let gate = event["gate"]?.stringValue ?? ""
      refused.remove(gate)
      let shown = event["identities"]?.listValue?.last?["lost"]?["receipts"]?.listValue
      lost[gate] = gate.begins(with: "identity:") ? (shown ?? []).compactMap(\.stringValue) : []
    case "connectionIdentified":
      let shown = event["lost"]?["receipts"]?.listValue
      contested["identity:\(event["connection"]?.stringValue ?? "")"] =
        (shown ?? []).compactMap(\.stringValue)
    case "gateDecided":
      if event["decision"] == "approved", end == nil {
        let missing = lost[event["gate"]?.stringValue ?? ""] ?? []
        contested[event["gate"]?.stringValue ?? ""] = nil
        for index in steps.indices
        where missing.contains(steps[index].id) && steps[index].own == "succeeded" {
          steps[index].isLost = true
        }
      }
      if event["decision"] == "refused" { refused.insert(event["gate"]?.stringValue ?? "") }
    case "runHeld": isHeld = true
    case "runResumed":
      isHeld = false
      contested = [:]
      if let change = event["change"], change != .null { adopt(change["runbook"]) }
    case "runEnded":
      for index in steps.indices { steps[index].isRunOver = true }
      let missing = Set(contested.values.joined())
      for index in steps.indices
      where missing.contains(steps[index].id) && steps[index].own == "succeeded" {
        steps[index].isLost = true
      }
      end = (event["status"]?.stringValue ?? "", event["reason"]?.stringValue ?? "")
    default: break
    }
  }

  /// The steps of a runbook, and those that it has no more.
  private mutating func adopt(_ runbook: Value?) {
    let present = (runbook?["steps"]?.listValue ?? []).map { record in
      let id = record["id"]?.stringValue ?? ""
      let when = record["when"]?.stringValue ?? ""
      var step =
        steps.first { $0.id == id } ?? Step(id: id, phase: record["phase"]?.stringValue ?? "")
      let isKnown = steps.contains { $0.id == id }
      let isCheck = !["recovery", "safeguards"].contains(step.phase)
      if isKnown, step.when != when, isCheck || !step.wasTried, !step.isLeftOut {
        step.hasNewWhen = true
      }
      step.when = when
      step.firstWhen = step.firstWhen ?? when
      step.isGone = false
      return step
    }
    var former = steps.filter { step in !present.contains { $0.id == step.id } }
    for index in former.indices { former[index].isGone = true }
    steps = present + former
  }

  private mutating func change(_ event: Value, _ body: (inout Step) -> Void) {
    guard let index = steps.firstIndex(where: { $0.id == event["step"]?.stringValue }) else {
      return
    }
    body(&steps[index])
  }

  /// Whether a step reads what people put in the place of another.
  private func isResting(_ event: Value) -> Bool {
    (reads[event["step"]?.stringValue ?? ""] ?? []).contains { name in
      steps.contains { $0.id == name && $0.standsIn }
    }
  }

  private func isConfirming(_ event: Value) -> Bool {
    event["isConfirmed"].map { $0 != .null } ?? false
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
    let confirmed = !findings.isEmpty || detection.isEmpty
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
      && checks.allSatisfy {
        ["succeeded", "attested"].contains($0.word) || isInapplicable($0)
      }
    return isVerified && !steps.contains(where: \.isLost) ? "resolved" : "unverified"
  }

  var areSafeguardsImplemented: Bool {
    let safeguards = steps(in: "safeguards")
    return safeguards.contains { $0.word == "succeeded" }
      && safeguards.allSatisfy { $0.word == "succeeded" || isInapplicable($0) }
  }

  /// A `when` that a change brought is not the runbook's that was begun with.
  private func isInapplicable(_ step: Step) -> Bool {
    guard step.word == "skipped", !step.isPersons, !step.isResting else { return false }
    return !step.hasNewWhen || ["recovery", "safeguards"].contains(step.phase)
  }

  /// Steps that may be called declined.
  var declined: [String] {
    steps(in: "safeguards").filter { step in
      !step.wasTried && (step.isLeftOut && step.isPersons || refused.contains(step.id))
    }.map(\.id)
  }

  /// What of the end's reason does not fit the steps; nil where all does.
  var faultOfReason: String? {
    guard let end, ["resolved", "unverified", "failed"].contains(end.status) else { return nil }
    let checks = steps(in: "verification")
    let passed = checks.count { $0.word == "succeeded" }
    let counts = "\(passed) of \(checks.count) verification step"
    let isRight =
      if end.reason.begins(with: "every verification step passed") {
        passed == checks.count && passed > 0
      } else if checks.isEmpty {
        end.reason.begins(with: "nothing was verified: the runbook has no verification steps")
      } else if end.status == "failed", checks.count == 1 {
        end.reason.begins(with: "verification step '\(checks[0].id)' failed")
      } else {
        end.reason.holds(counts)
          && end.reason.begins(with: "nothing was verified")
            == (passed == 0 && end.status != "failed")
      }
    guard isRight else { return "'\(end.reason)' is not so: \(counts)s passed" }
    for check in checks
    where check.isGone && !["succeeded", "attested", "failed"].contains(check.word) {
      guard end.reason.holds("'\(check.id)'") || check.isLeftOut || check.word == "declared" else {
        return "'\(end.reason)' does not name '\(check.id)', which was taken out"
      }
    }
    for step in steps {
      let words = "'\(step.id)' was carried out on a ground that is not established"
      if end.reason.holds(words) != step.isUnfounded {
        return "'\(end.reason)' is wrong about what '\(step.id)' was carried out on"
      }
    }
    guard end.status != "failed" else { return nil }
    for (phase, noun, verb) in [
      ("recovery", "recovery step", "performed"), ("safeguards", "safeguard", "carried out"),
    ] {
      let all = steps(in: phase)
      let isAsked = phase == "recovery" || !all.allSatisfy { isInapplicable($0) }
      let isNone = !all.isEmpty && isAsked && !all.contains { $0.own == "succeeded" }
      let isTried = all.contains(where: \.wasTried)
      let words = "no \(noun) \(isTried ? "is known to have succeeded" : "was \(verb)")"
      if end.reason.holds(words) != isNone { return "'\(end.reason)' is wrong about \(phase)" }
    }
    for step in steps where step.isLost && !end.reason.holds("no record of what '\(step.id)'") {
      return "'\(end.reason)' does not say that '\(step.id)' is lost"
    }
    return nil
  }
}

extension Value {
  fileprivate subscript(key: String) -> Value? { mapValue?[.string(key)] }
}
