import RunbookExpression
import RunbookModel

/// What the authored parts of a report see: the names of design section 3 but `env`, as they were
/// when the journal's last entry was written.
struct ReportScope: EvaluationScope, Sendable {
  private var names: ValueMap
  private var captures: ValueMap
  /// What nobody saw, each with the scope as it is without it.
  private var gaps: [Gap] = []

  private struct Gap: Sendable {
    let standIn: StandIn
    let scope: ReportScope
  }

  /// - Parameter isPublic: whether it is a public copy's: what is left out there gives no answer.
  init(_ history: RunHistory, isPublic: Bool) {
    var names = ValueMap()
    // As the run's own expressions have it, where `has` tells what was given.
    names["inputs"] = .map(
      ValueMap(history.inputs.filter { $0.value != .null }.map { ($0.name, $0.value) }))
    names["constants"] = history.started.payload.constants
    names["findings"] = Self.findings(of: history)
    names["run"] = .map(
      ValueMap([
        ("id", .string(history.started.payload.run.rawValue)),
        ("started", .timestamp(history.started.at)),
        ("sandbox", .bool(history.started.payload.isSandbox)),
      ]))
    names["steps"] = .map(
      ValueMap(
        history.steps.filter(\.isTouched)
          .map { ($0.id.rawValue, Self.summary(of: $0)) }))
    let captures = Self.captures(of: history)
    self.names = isPublic ? names.mapValues(\.hidingLeftOut) : names
    self.captures = isPublic ? captures.mapValues(\.hidingLeftOut) : captures
    let unseen = UnseenInReport(history)
    gaps = unseen.standIns.map { Gap(standIn: $0, scope: without(unseen.names(of: [$0]))) }
    if gaps.count > 1 { whole = [without(unseen.names(of: unseen.standIns))] }
  }

  /// The scope without all that nobody saw, where that is several things.
  private var whole: [ReportScope] = []

  private func without(_ hidden: UnseenInReport.Names) -> ReportScope {
    var other = self
    func hide(_ key: String, _ keys: Set<String>) {
      guard var map = other.names[key]?.mapValue else { return }
      for name in keys { map[name] = nil }
      other.names[key] = .map(map)
    }
    hide("steps", hidden.steps)
    hide("findings", hidden.findings)
    for name in hidden.captures { other.captures[name] = nil }
    return other
  }

  /// What a result rests on that nobody saw: it is another one, or none, without that.
  func standIns<Result: Equatable>(
    under result: Result, _ evaluate: (ReportScope) -> Result
  ) -> [StandIn] {
    let needed = gaps.filter { evaluate($0.scope) != result }.map(\.standIn)
    guard needed.isEmpty, whole.contains(where: { evaluate($0) != result }) else { return needed }
    return gaps.map(\.standIn)
  }

  func value(of name: String) -> Value? { names[name] ?? captures[name] }

  private static func findings(of history: RunHistory) -> Value {
    var map = ValueMap()
    for step in history.steps {
      let answers = step.attempts.compactMap { $0.finished?.payload.isConfirmed }
      if !answers.isEmpty {
        map[step.id.rawValue] = .bool(step.isConfirmed == true)
      }
    }
    return .map(map)
  }

  private static func summary(of step: StepHistory) -> Value {
    var map = result(of: step)
    map["outcome"] = .string(outcome(of: step))
    map["attempts"] = .int(Int64(step.attempts.count))
    if let first = step.attempts.first { map["started"] = .timestamp(first.started.at) }
    let finishedAt = step.skipped?.at ?? step.attempts.last?.finished?.at
    if let finishedAt { map["finished"] = .timestamp(finishedAt) }
    return .map(map)
  }

  /// As the run's own expressions have it.
  private static func outcome(of step: StepHistory) -> String {
    if step.skipped != nil { return StepStanding.skipped.rawValue }
    return switch step.status {
    case .inFlight: "running"
    case .couldNotRun: "failed"
    case .missing, .attested, .resting: "succeeded"
    case .notDone, .notBegun, .again, .outdated: "pending"
    case .pending, .succeeded, .failed, .unknown, .skipped, .declared: step.status.rawValue
    }
  }

  private static func result(of step: StepHistory) -> ValueMap {
    if let finished = step.answer?.payload {
      return (finished.result.mapValue ?? ValueMap()).hiding(finished.cutResults)
    }
    guard let settled = step.settledAsDone.last else { return ValueMap() }
    return (settled.result.mapValue ?? ValueMap()).hiding(settled.cutResults)
  }

  private static func captures(of history: RunHistory) -> ValueMap {
    var captures = ValueMap()
    for step in history.steps where step.skipped != nil {
      for (name, value) in step.record.fallbacks?.mapValue?.pairs.map({ $0 }) ?? [] {
        captures[name] = value
      }
    }
    // A later attempt takes back what an earlier one has brought.
    let answers = history.steps.compactMap(\.answer).sorted {
      $0.stamp.sequence < $1.stamp.sequence
    }
    for finished in answers {
      guard let map = finished.payload.captures.mapValue else { continue }
      for (name, value) in map.pairs { captures[name] = value }
    }
    for settled in history.steps.flatMap(\.settledAsDone) {
      for (name, value) in settled.captures.mapValue?.pairs.map({ $0 }) ?? [] {
        captures[name] = value
      }
    }
    return captures
  }
}
