import RunbookModel

/// The five times of an incident and what lies between them.
struct KeyTimeFacts: Sendable {
  struct Time: Sendable {
    let name: String
    let at: Timestamp?
    /// How it is known, or why it is not.
    let basis: Phrase
    let reference: Reference?
    /// Whether the run would have known it, had it come to pass: then it is no gap in the report.
    var isRunsOwn = false
  }

  struct Measure: Sendable {
    let name: String
    let duration: Duration?
    let formula: String
    /// Whether it would end before it begins: then it is no duration, and one of its ends is wrong.
    var isContradicted = false
    /// Whether its end has not come to pass, as far as the run knows.
    let isUnreached: Bool
  }

  let times: [Time]
  let measures: [Measure]
  private let isEndContradicted: Bool
  let incidentStart: Time
  let detected: Time

  init(_ history: RunHistory, _ authored: AuthoredReport) {
    func given(_ field: ReportField.Time, or known: Time) -> Time {
      authored.given(field).map {
        Time(name: known.name, at: $0.at, basis: $0.basis, reference: $0.reference)
      } ?? known
    }
    let start = given(.incidentStart, or: Self.incidentStart(history))
    let detected = given(.detected, or: Self.detected(history))
    let declared = given(
      .declared,
      or: Self.declared(history))
    let mitigated = given(.mitigated, or: Self.mitigated(history))
    let resolved = given(.resolved, or: Self.resolved(history))
    incidentStart = start
    self.detected = detected
    times = [start, detected, declared, mitigated, resolved]
    let origin = start.at == nil ? declared : start
    let waited = Self.waited(history, from: declared.at, to: mitigated.at)
    measures =
      [
        Measure("Time to detect", from: start, to: detected),
        Measure("Time to mitigate", from: origin, to: mitigated),
        Measure("Time to resolve", from: origin, to: resolved),
        Measure("Recovery with this runbook", from: declared, to: mitigated),
      ] + (waited.map { [$0] } ?? [])
    isEndContradicted = Measure("", from: mitigated, to: resolved).isContradicted
  }

  /// What of the times cannot be so, as sentences.
  var contradictions: [String] {
    measures.filter(\.isContradicted).map { "\($0.formula): the one lies before the other" }
      + (isEndContradicted ? ["resolved lies before mitigated"] : [])
  }

  /// A sandbox is broken by the run itself: nothing can be declared before that.
  private static func declared(_ history: RunHistory) -> Time {
    let who = history.started.actor.displayName
    guard let sandbox = history.sandbox else {
      return Time(
        name: "Declared", at: history.started.at, basis: "the run was started by \(quote: who)",
        reference: Reference(history.started.stamp))
    }
    return Time(
      name: "Declared", at: sandbox.at,
      basis: "the sandbox was broken, and the run of \(quote: who) began to look",
      reference: Reference(sandbox.stamp))
  }

  /// How long gates stood open before the incident was mitigated; nil where that is no time worth a line.
  private static func waited(
    _ history: RunHistory, from start: Timestamp?, to end: Timestamp?
  ) -> Measure? {
    guard let start, let end else { return nil }
    let waits = history.gates.compactMap { gate -> Duration? in
      guard gate.opened.at >= start, let decided = gate.decisions.last?.at, decided <= end else {
        return nil
      }
      return decided.since(gate.opened.at)
    }
    let sum = waits.reduce(Duration.zero, +)
    guard sum >= .seconds(1) else { return nil }
    return Measure(
      name: "Of that, waiting for decisions", duration: sum,
      formula: "gates decided − gates opened, up to mitigated", isUnreached: false)
  }

  private static func incidentStart(_ history: RunHistory) -> Time {
    let rows = history.finishedAttempts.flatMap { _, finished in
      finished.payload.timeline.filter(\.isDamage).map { (row: $0, reference: Reference(finished)) }
    }
    guard let first = rows.min(by: { $0.row.at < $1.row.at }) else {
      return Time(
        name: "Incident start", at: nil, basis: "no source gave a damaging event", reference: nil)
    }
    return Time(
      name: "Incident start", at: first.row.at,
      basis: "the earliest damaging event, in the \(quote: first.row.source)",
      reference: first.reference)
  }

  private static func detected(_ history: RunHistory) -> Time {
    guard let first = history.findings.first else {
      let wasTakenBack = history.finishedAttempts.contains {
        $0.finished.payload.hasConfirmed
      }
      return Time(
        name: "Detected", at: nil,
        basis: wasTakenBack
          ? "what the run had found it did not find when it looked again" : "the run found nothing",
        reference: nil)
    }
    return Time(
      name: "Detected", at: first.finished.at,
      basis: "the run's first finding, \(name: first.step.id)", reference: Reference(first.finished)
    )
  }

  private static func mitigated(_ history: RunHistory) -> Time {
    let recovery = history.steps(of: .recovery)
    if let lost = recovery.first(where: { $0.status == .missing }) {
      return Time(
        name: "Mitigated", at: nil,
        basis: "the database has no record any more of what \(name: lost.id) did", reference: nil,
        isRunsOwn: true)
    }
    if let obstacle = obstacleToMitigation(history) {
      return Time(name: "Mitigated", at: nil, basis: obstacle, reference: nil, isRunsOwn: true)
    }
    let ends = recovery.filter(\.hasChanged).compactMap { step in
      step.success.map { (step: step, end: $0) }
    }
    guard let last = ends.max(by: { $0.end.sequence < $1.end.sequence }) else {
      return Time(
        name: "Mitigated", at: nil, basis: reasonForNoMitigation(recovery), reference: nil,
        isRunsOwn: true)
    }
    // Whatever else was done behind it is no change that is known of.
    let others = recovery.filter { step in
      [.succeeded, .attested].contains(step.status) && !step.hasChanged
        && (step.answer?.stamp.sequence ?? 0) > last.end.sequence
    }
    let basis: Phrase =
      others.isEmpty
      ? "the end of the last recovery step that succeeded, \(name: last.step.id)"
      : "the end of the last recovery step that is known to have made its change, \(name: last.step.id)"
    return Time(
      name: "Mitigated", at: last.end.at, basis: basis, reference: last.end.reference)
  }

  private static func reasonForNoMitigation(_ recovery: [StepHistory]) -> Phrase {
    if let answered = recovery.first(where: { $0.status == .attested }) {
      return
        "recovery rests on a person's word: step \(name: answered.id) was answered, and nothing else shows it"
    }
    let isTried = recovery.contains { !$0.attempts.isEmpty && $0.bearing == .changes }
    let hasSuccess = recovery.contains { $0.success != nil }
    if isTried {
      return hasSuccess
        ? "no recovery step is known to have made its change"
        : "no recovery step is known to have succeeded"
    }
    return hasSuccess
      ? "no recovery step that succeeded is to change anything" : "no recovery step succeeded"
  }

  /// Why what recovery has done is not called a mitigation: a step of it that applied was not carried out, or a check
  /// found that it did not help. Once the run is resolved, verification has shown that what was done was enough.
  private static func obstacleToMitigation(_ history: RunHistory) -> Phrase? {
    guard history.ended?.payload.status != .resolved else { return nil }
    let recovery = history.steps(of: .recovery)
    guard recovery.contains(where: \.hasChanged) else { return nil }
    let missing = recovery.first { step in
      ![.succeeded, .attested].contains(step.status) && !step.isInapplicable
        && !(step.isTakenOut && !step.isTouched)
    }
    if let missing {
      return "recovery step \(name: missing.id): \(words: StepFacts(missing).statusWords)"
    }
    return history.steps(of: .verification).first { $0.status == .failed }.map {
      "verification step \(name: $0.id) failed"
    }
  }

  private static func resolved(_ history: RunHistory) -> Time {
    let steps = history.steps(of: .verification)
    let passed = steps.filter { $0.status == .succeeded }.compactMap { step in
      pass(of: step, in: history).map { (step: step, finished: $0) }
    }
    let status = history.ended?.payload.status
    let isResolved = status == .resolved
    guard isResolved,
      let last = passed.max(by: { $0.finished.stamp.sequence < $1.finished.stamp.sequence })
    else {
      return Time(
        name: "Resolved", at: nil,
        basis: isResolved
          ? "no verification step ran"
          : status == .unverified ? "the run ended unverified" : "the run is not resolved",
        reference: nil,
        isRunsOwn: true)
    }
    let isRepeated = passed.contains { $0.finished != $0.step.answer }
    let repetition: Phrase =
      isRepeated ? "; what was checked before the safeguards passed again behind them" : ""
    return Time(
      name: "Resolved", at: last.finished.at,
      basis: "the last verification step that passed, \(name: last.step.id)" + repetition,
      reference: Reference(last.finished))
  }

  /// When a check passed first that counts: that it is repeated behind the safeguards makes the incident no longer.
  private static func pass(
    of step: StepHistory, in history: RunHistory
  ) -> Stamped<AttemptFinished>? {
    let safeguards = Set(history.steps(of: .safeguards).map(\.id.rawValue))
    let renewed = step.reopenings.last { reopened in
      let isBySafeguard =
        reopened.payload.cause == .laterChange
        && reopened.payload.subject.map(safeguards.contains) == true
      return !isBySafeguard
    }
    let start = renewed?.stamp.sequence ?? 0
    return step.attempts.first { attempt in
      attempt.started.stamp.sequence > start && attempt.finished?.payload.outcome == .succeeded
    }?.finished
  }
}

extension KeyTimeFacts.Measure {
  fileprivate init(_ name: String, from: KeyTimeFacts.Time, to: KeyTimeFacts.Time) {
    self.name = name
    formula = "\(to.name.lowercased()) − \(from.name.lowercased())"
    isUnreached = to.at == nil && to.isRunsOwn
    let duration: Duration? =
      if let start = from.at, let end = to.at { end.since(start) } else { nil }
    isContradicted = duration.map { $0 < .zero } ?? false
    self.duration = isContradicted ? nil : duration
  }
}
