import RunbookEngine
import RunbookModel

/// What an attempt of a kind brings back, made of what was written for it.
struct CannedResult {
  let spec: KindSpec
  let step: Step

  /// - Throws: the failure that was written, with what was brought back by then.
  func result(of attempt: Simulation.Attempt) throws(StepFailure) -> StepResult {
    var result = StepResult(values: values(of: attempt))
    result.evidence = evidence(of: attempt)
    result.isEffectOpen = isEffectOpen(result.values)
    if let failure = attempt.failure { throw StepFailure(record(of: failure), partial: result) }
    result.presumedFailure = presumedFailure(of: result.values)
    return result
  }

  private func values(of attempt: Simulation.Attempt) -> ValueMap {
    var given: [String: Value] = [:]
    for result in attempt.results {
      let spec = spec.results.first { $0.name == result.name.text }
      given[result.name.text] = spec?.value(canned: result.value)
    }
    if let code = attempt.failure?.code.flatMap({ Int64($0) }), let name = codeName {
      given[name] = given[name] ?? .int(code)
    }
    return ValueMap(
      spec.results.map { ($0.name, given[$0.name] ?? derived($0.name, given) ?? $0.emptyValue) })
  }

  /// The result that a failure's number is, where the kind has one.
  private var codeName: String? {
    spec.results.map(\.name).first { $0 == "exit_code" || $0 == "status" }
  }

  /// What follows from the others, so that nobody has to write it.
  private func derived(_ name: String, _ given: [String: Value]) -> Value? {
    let events = given["events"]?.listValue
    switch name {
    case "row_count": return given["rows"]?.listValue.map { .int(Int64($0.count)) }
    case "columns": return given["rows"]?.listValue?.first?.mapValue.map { .list($0.keys) }
    case "count": return events.map { .int(Int64($0.count)) }
    case "first": return events?.first?.mapValue?["at"]
    case "last": return events?.last?.mapValue?["at"]
    case "status" where spec.work.language == .http: return .int(200)
    // As a shell says it of what a signal has ended.
    case "exit_code": return given["signal"]?.intValue.flatMap { $0 == 0 ? nil : .int(128 + $0) }
    // A body that is no JSON has no value: that is what `null` says.
    case "json": return given["body"]?.stringValue.flatMap { try? Value(json: $0) }
    default: return nil
    }
  }

  private func evidence(of attempt: Simulation.Attempt) -> [EvidenceDraft] {
    attempt.results.map(\.name.text).filter { name in
      ["rows", "stdout", "body", "answer", "events"].contains(name)
    }.map { EvidenceDraft(what: $0, source: "simulated", content: .result($0)) }
  }

  private func presumedFailure(of values: ValueMap) -> PresumedFailure? {
    if let signal = values["signal"]?.intValue, signal != 0 {
      return PresumedFailure(
        FailureRecord(
          cause: .refused, message: "the script ended with signal \(signal)",
          code: "signal \(signal)"),
        toldBy: "signal")
    }
    if let code = values["exit_code"]?.intValue, code != 0 {
      return PresumedFailure(
        FailureRecord(
          cause: .refused, message: "the script ended with exit \(code)", code: "exit \(code)"),
        toldBy: "exit_code")
    }
    if let answer = answer(values), answer.isUnfollowed, let status = values["status"]?.intValue {
      return PresumedFailure(
        FailureRecord(
          cause: .refused,
          message: "it was answered with status \(status), a redirect that was not followed",
          code: "\(status)"),
        toldBy: "status")
    }
    if spec.work.language == .http, let status = values["status"]?.intValue, status >= 400 {
      return PresumedFailure(
        FailureRecord(
          cause: .refused, message: "it was answered with status \(status)", code: "\(status)",
          mayRetryHelp: status >= 500 || status == 429),
        toldBy: "status")
    }
    if let answer = values["answer"]?.stringValue, refusals.contains(answer) {
      return PresumedFailure(
        FailureRecord(cause: .refused, message: "the answer was: \(answer)", code: answer),
        toldBy: "answer", besides: otherAnswers.map { .string($0) })
    }
    return nil
  }

  /// As a real attempt with this result leaves it.
  private func isEffectOpen(_ values: ValueMap) -> Bool {
    let isCutOff = values["exit_code"]?.intValue.map { Unasked.isCutOff(exitCode: $0) }
    return values["signal"]?.intValue ?? 0 != 0 || isCutOff ?? false
      || answer(values)?.leavesEffectOpen ?? false
  }

  private func answer(_ values: ValueMap) -> HTTPAnswer? {
    guard spec.work.language == .http, let status = values["status"]?.intValue,
      let method = step.body.all.first(where: { spec.work.keys.contains($0.name) })
    else { return nil }
    return HTTPAnswer(
      to: method.name.uppercased(), status: Int(status),
      isFollowing: step.body["follow_redirects"]?.bool ?? true)
  }

  private var otherAnswers: [String] {
    let choices = step.body["choices"]?.items.compactMap(\.string) ?? ["done", "not done"]
    return choices.filter { !refusals.contains($0) }
  }

  /// Answers of a person that fail a step.
  private var refusals: [String] {
    step.body["fails_on"]?.items.compactMap(\.string)
      ?? (step.body["choices"] == nil ? ["not done"] : [])
  }

  private func record(of failure: Simulation.Failure) -> FailureRecord {
    var code = failure.code
    if let number = code.flatMap({ Int64($0) }), codeName == "exit_code" { code = "exit \(number)" }
    return FailureRecord(
      cause: cause(of: failure.code), message: failure.message, code: code,
      mayRetryHelp: mayRetryHelp(failure.code))
  }

  /// A SQLSTATE says what sort of failure it is.
  /// https://www.postgresql.org/docs/current/errcodes-appendix.html
  private func cause(of code: String?) -> FailureRecord.Cause {
    guard spec.usesConnection, let code else { return .refused }
    switch code {
    case "55P03": return .lock
    case "57014": return .timeout
    default:
      return code.begins(with: "08") && code.unicodeScalars.count == 5 ? .unreachable : .refused
    }
  }

  private func mayRetryHelp(_ code: String?) -> Bool {
    guard let code else { return false }
    if spec.usesConnection {
      return ["40001", "40P01", "55P03"].contains(code) || code.begins(with: "08")
    }
    guard spec.work.language == .http, let status = Int(code) else { return false }
    return status >= 500 || status == 429
  }
}
