import RunbookExpression
import RunbookModel

/// Rules on a result that presumes a failure: whether the step's conditions judge it. Pure.
///
/// | the result                                                      | is judged by a condition that         |
/// | --------------------------------------------------------------- | ------------------------------------- |
/// | what nobody has answered (`Unasked`)                            | is true, and calls the code by itself: `exit_code == 137`, `status in [200, 503]` |
/// | an exit code of 1, a status of 404, an answer                   | success would not meet, or hardly another failure |
/// | a status that leaves open what the request has done             | is met by hardly another such status  |
/// | of a probe: any other exit code, and status of 400 or more      | is met by hardly another such one     |
///
/// What a range, a `!=`, a negation or another result says of what nobody has answered is true of whatever stands in the
/// way: such a result is none, and the step could not be carried out, whether its conditions are met or not. What a
/// program that could not do its work has printed by then meets conditions that say nothing of it; and
/// `exit_code != 3` is met by whatever has ended the program. Such a condition leaves one value out, and names none.
///
/// A code is named by what is known without the result: `status == json.status` is said by the answer itself, whoever
/// gave it. What another place answered than was asked counts where a condition says of `url` that it may end there.
struct PresumptionJudge {
  let binder: Binder
  /// With the result.
  let scope: RunScope
  /// Whether the result is of a probe, which answers whether something was done: `exit_code == 0` of one that could not
  /// ask is no answer. By convention 1, 404 and 410 say that something is not there.
  var isProbe = false
  /// A result that is only looked at is handed on by it: what it comes to with such a result; nil where it hands on none.
  var handingOn: ((RunScope) -> Bool?)?
  /// The condition that says what was found, with the scope that it sees: it judges what nobody has answered as well.
  var finding: (SourceText, RunScope)?
  /// The names of what the step itself captures: they hold what the result tells.
  var ownCaptures: Set<String> = []

  enum Ruling {
    /// It presumes no failure, or conditions judge it.
    case judged
    /// No condition judges the failure that it presumes.
    case presumed(FailureRecord)
    /// The same where nobody has answered what was asked: its conditions judge nothing.
    case unasked(FailureRecord)

    var failure: FailureRecord? {
      switch self {
      case .judged: nil
      case .presumed(let failure), .unasked(let failure): failure
      }
    }
  }

  /// - Parameters:
  ///   - what: the conditions' name in the runbook.
  ///   - isChange: whether what was done may have changed something.
  func ruling(
    on result: StepResult, judgedBy conditions: [SourceText], _ what: String, isChange: Bool
  ) -> Ruling {
    guard let presumed = result.presumedFailure else { return .judged }
    let all = conditions.map { ($0, scope) } + [finding].compactMap(\.self)
    let isElsewhere = presumed.isOfAnother && !all.contains { places($0, in: $1) }
    if !isElsewhere && presumed.result == Self.place { return .judged }
    if isElsewhere || Self.isUnasked(presumed, result) {
      if all.contains(where: { calls($0, presumed.result, in: $1) }) { return .judged }
      let told = presumed.isOfAnother || conditions.isEmpty ? nil : told(presumed.result)
      return .unasked(presumed.record.naming(told, in: what))
    }
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
    if isJudged { return .judged }
    guard !conditions.isEmpty else { return .presumed(presumed.record) }
    let told = naming.isEmpty ? nil : told(presumed.result)
    return .presumed(presumed.record.naming(told ?? presumed.result, in: what))
  }

  private static func isUnasked(_ presumed: PresumedFailure, _ result: StepResult) -> Bool {
    result.visibleValues[presumed.result]?.intValue.map {
      Unasked.isTold(by: presumed.result, $0)
    } ?? false
  }

  /// The result that says where an answer came from.
  private static let place = "url"

  /// Whether a condition is true, and calls the code by itself.
  private func calls(_ condition: SourceText, _ name: String, in scope: RunScope) -> Bool {
    guard let value = scope.result?[name],
      // What cannot be parsed has failed where it was evaluated.
      let expression = try? Expression(parsing: condition),
      expression.calls(value, of: name, besides: ownNames, in: outside)
    else { return false }
    return truth(of: condition, in: scope) ?? false
  }

  /// Whether a condition is true, and says of the place that answered that it may be that one.
  private func places(_ condition: SourceText, in scope: RunScope) -> Bool {
    guard let url = scope.result?[Self.place], let expression = try? Expression(parsing: condition),
      expression.places(url, of: Self.place, besides: ownNames, in: outside)
    else { return false }
    return truth(of: condition, in: scope) ?? false
  }

  /// What is known without the result.
  private var outside: RunScope {
    var outside = scope
    outside.result = nil
    return outside
  }

  /// What the result, and what is made of it, is called.
  private var ownNames: Set<String> {
    ownCaptures.union((scope.result ?? ValueMap()).keys.compactMap(\.stringValue))
  }

  /// The condition that would judge the result's code; nil where it has none.
  private func told(_ name: String) -> String? {
    scope.result?[name]?.intValue.map { "\(name) == \($0)" }
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

extension FailureRecord {
  /// With how it would be judged, where nothing else is said of what to do.
  fileprivate func naming(_ told: String?, in what: String) -> FailureRecord {
    guard hint == nil, let told else { return self }
    return hinting("where that is what is wanted, name `\(told)` in `\(what)`")
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
