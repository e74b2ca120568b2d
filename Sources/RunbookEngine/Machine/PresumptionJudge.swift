import RunbookExpression
import RunbookModel

/// Tells where a step's conditions overrule the failure that its result presumes. Pure.
///
/// | the result                                                      | is overruled by a condition that      |
/// | --------------------------------------------------------------- | ------------------------------------- |
/// | an exit code of 1, a status of 404, an answer                   | names what tells it                   |
/// | an exit code of something that could not run, or was ended      | is met by hardly another such code    |
/// | a status that leaves open what the request has done             | is met by hardly another such status  |
/// | of a probe: any other exit code, and status of 400 or more      | is met by hardly another such one     |
///
/// What a program that could not do its work has printed by then, or a gateway in a server's place, meets conditions that
/// say nothing of it; and `exit_code != 3` is met by whatever has ended the program.
struct PresumptionJudge {
  let binder: Binder
  /// With the result.
  let scope: RunScope
  /// Whether the result is of a probe, which answers whether something was done: `exit_code == 0` of one that could not
  /// ask is no answer. By convention 1, 404 and 410 say that something is not there.
  var isProbe = false

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
    let value = scope.result?[presumed.result]?.intValue
    let peers = value.flatMap { self.peers(of: $0, presumed.result, result, isChange) }
    let isJudged =
      if let peers, let value {
        naming.contains { tells(value, from: peers, $0, presumed.result) }
      } else {
        !naming.isEmpty
      }
    if isJudged { return nil }
    guard !conditions.isEmpty, presumed.record.hint == nil else { return presumed.record }
    let told = value.flatMap { naming.isEmpty ? nil : "\(presumed.result) == \($0)" }
    return presumed.record.hinting(
      "where that is what is wanted, name `\(told ?? presumed.result)` in `\(what)`")
  }

  /// The values that say as little of what was done as this one does; nil where it tells.
  private func peers(
    of value: Int64, _ name: String, _ result: StepResult, _ isChange: Bool
  ) -> ClosedRange<Int64>? {
    switch name {
    // From timeout(1) over what was not there to be run to the signals that ended something.
    case "exit_code" where isProbe && (2...255).contains(value): 2...255
    case "exit_code": (124...192).contains(value) ? 124...192 : nil
    case "signal": 1...64
    case "status" where isProbe && value >= 400 && ![404, 410].contains(value):
      value / 100 * 100...value / 100 * 100 + 99
    case "status":
      isChange && result.isEffectOpen ? value / 100 * 100...value / 100 * 100 + 99 : nil
    default: nil
    }
  }

  /// Whether a condition comes to something else for most other values.
  private func tells(
    _ value: Int64, from peers: ClosedRange<Int64>, _ condition: SourceText, _ name: String
  ) -> Bool {
    let truth = truth(of: condition, name, value)
    let alike = peers.count { $0 != value && self.truth(of: condition, name, $0) == truth }
    return truth != nil && alike * 2 < peers.count
  }

  private func truth(of condition: SourceText, _ name: String, _ value: Int64) -> Bool? {
    var scope = scope
    scope.result?[name] = .int(value)
    do throws(StepFailure) {
      return try binder.truth(of: condition, in: scope, what: name)
    } catch {
      return nil
    }
  }
}
