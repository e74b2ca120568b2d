import RunbookExpression
import RunbookModel

/// Judges what nobody has answered (`Unasked`). Pure.
///
/// A condition judges such a result only where it is true and calls its code by itself: `exit_code == 137`,
/// `status in [200, 503]`. What a range, a `!=`, a negation or another result says of it is true of whatever stands in
/// the way. Any other such result is none: the step could not be carried out, whether its conditions are met or not.
struct UnaskedJudge {
  let binder: Binder
  /// With the result, and with the step's own captures where the condition sees them.
  let scope: RunScope

  static func isUnasked(_ presumed: PresumedFailure, _ result: StepResult) -> Bool {
    presumed.isOfAnother
      || result.visibleValues[presumed.result]?.intValue.map {
        Unasked.isTold(by: presumed.result, $0)
      } ?? false
  }

  func judges(_ condition: SourceText, _ presumed: PresumedFailure) -> Bool {
    guard let value = scope.result?[presumed.result],
      // What cannot be parsed has failed where it was evaluated.
      let expression = try? Expression(parsing: condition),
      expression.calls(value, of: presumed.result, in: scope)
    else { return false }
    do throws(StepFailure) {
      return try binder.truth(of: condition, in: scope, what: presumed.result)
    } catch {
      return false
    }
  }

  /// The failure of what no condition judges, with how it would.
  ///
  /// - Parameter what: the conditions' name in the runbook.
  func failure(_ presumed: PresumedFailure, _ what: String, hasConditions: Bool) -> FailureRecord {
    guard hasConditions, presumed.record.hint == nil, !presumed.isOfAnother,
      let value = scope.result?[presumed.result]?.intValue
    else { return presumed.record }
    return presumed.record.hinting(
      "where that is what is wanted, name `\(presumed.result) == \(value)` in `\(what)`")
  }
}
