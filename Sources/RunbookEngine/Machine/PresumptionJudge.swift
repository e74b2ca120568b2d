import RunbookExpression
import RunbookModel

/// Tells where a step's conditions overrule the failure that its result presumes. Pure.
///
/// | the result                                                      | is overruled by a condition that      |
/// | --------------------------------------------------------------- | ------------------------------------- |
/// | an exit code of 1, a status of 404, an answer                   | success would not meet, or hardly another failure |
/// | a status that leaves open what the request has done             | is met by hardly another such status  |
/// | of a probe: any other exit code, and status of 400 or more      | is met by hardly another such one     |
///
/// What nobody has answered is not judged here (`UnaskedJudge`). What a program that could not do its work has printed by then, or a gateway in a server's place, meets conditions that
/// say nothing of it; and `exit_code != 3` is met by whatever has ended the program, `status != 404` by whatever stands in
/// the server's place. Such a condition leaves one value out, and names none.
struct PresumptionJudge {
  let binder: Binder
  /// With the result.
  let scope: RunScope
  /// Whether the result is of a probe, which answers whether something was done: `exit_code == 0` of one that could not
  /// ask is no answer. By convention 1, 404 and 410 say that something is not there.
  var isProbe = false
  /// A result that is only looked at is handed on by it: what it comes to with such a result; nil where it hands on none.
  var handingOn: ((RunScope) -> Bool?)?

  /// - Parameters:
  ///   - what: the conditions' name in the runbook.
  ///   - isChange: whether what was done may have changed something.
  func failure(
    of result: StepResult, judgedBy conditions: [SourceText], _ what: String, isChange: Bool
  ) -> FailureRecord? {
    guard let presumed = result.presumedFailure else { return nil }
    let naming = conditions.filter { source in
      guard let expression = try? Expression(parsing: source) else { return false }
      return expression.references.contains { $0.name.isIdentical(to: presumed.result) }
    }
    let value = scope.result?[presumed.result]
    let kin = value.map { Kin(of: $0, presumed, isChange && result.isEffectOpen, isProbe) }
    let isJudged =
      if let kin, let value {
        naming.contains { condition in
          tells(value, from: kin, presumed.result) { truth(of: condition, in: $0) }
        } || !naming.isEmpty && handsOn(value, kin, presumed.result)
      } else {
        !naming.isEmpty
      }
    if isJudged { return nil }
    guard !conditions.isEmpty, presumed.record.hint == nil else { return presumed.record }
    let told = value.flatMap { value in
      naming.isEmpty ? nil : value.intValue.map { "\(presumed.result) == \($0)" }
    }
    return presumed.record.hinting(
      "where that is what is wanted, name `\(told ?? presumed.result)` in `\(what)`")
  }

  /// Whether a condition says of the value what it would not say of success, or of most other failures. What is met by
  /// success too names the value only where hardly another is met beside it: `exit_code in [0, 1]`.
  private func tells(
    _ value: Value, from kin: Kin, _ name: String, isHandedOn: Bool = false,
    _ outcome: (RunScope) -> Bool?
  ) -> Bool {
    guard let truth = outcome(scope) else { return false }
    let isOther = kin.successes.contains { outcome(scope(name, $0)) != truth }
    if isOther { return true }
    let alike = kin.failures.count { $0 != value && outcome(scope(name, $0)) == truth }
    return alike * (isHandedOn || kin.successes.isEmpty ? 2 : 4) < kin.failures.count
  }

  /// Whether what is handed on says what the value was, or does not hang on it at all.
  private func handsOn(_ value: Value, _ kin: Kin, _ name: String) -> Bool {
    guard let handingOn, !kin.isCutOff, let truth = handingOn(scope) else { return false }
    return (kin.failures + kin.successes).allSatisfy { handingOn(scope(name, $0)) == truth }
      || tells(value, from: kin, name, isHandedOn: true, handingOn)
  }

  private func scope(_ name: String, _ value: Value) -> RunScope {
    var scope = scope
    scope.result?[name] = value
    return scope
  }

  private func truth(of condition: SourceText, in scope: RunScope) -> Bool? {
    do throws(StepFailure) {
      return try binder.truth(of: condition, in: scope, what: "expect")
    } catch {
      return nil
    }
  }
}

/// The values that one which presumes a failure has to be told from.
private struct Kin {
  var successes: [Value] = []
  /// Most of them may not meet it.
  var failures: [Value] = []
  /// Whether what the value tells of did not come to its end, or never began.
  var isCutOff = false

  init(of value: Value, _ presumed: PresumedFailure, _ isOpen: Bool, _ isProbe: Bool) {
    guard let code = value.intValue else {
      // Another answer stands for all that a person might have given.
      (successes, failures) = (presumed.successes, [value, "\u{0}"])
      return
    }
    let success = Self.success(of: presumed.result).map { [$0] } ?? []
    func take(_ range: ClosedRange<Int64>, isCutOff: Bool = true) {
      failures = range.map { .int($0) }
      self.isCutOff = isCutOff
    }
    switch presumed.result {
    case "exit_code" where isProbe && (2...255).contains(code): take(2...255)
    case "exit_code":
      take(1...255, isCutOff: false)
      successes = success
    case "status" where isOpen || isProbe && code >= 400 && ![404, 410].contains(code):
      take(code / 100 * 100...code / 100 * 100 + 99)
    case "status":
      take(400...599, isCutOff: false)
      successes = success
    default: successes = presumed.successes
    }
  }

  private static func success(of result: String) -> Value? {
    switch result {
    case "exit_code": 0
    case "status": 200
    default: nil
    }
  }
}
