import RunbookModel

/// Judges what an attempt brought back: expectations, finding, captures. Pure.
struct AttemptJudge {
  let binder: Binder
  let redactor: Redactor

  struct Verdict {
    var expectations: [ExpectationRecord] = []
    var isConfirmed: Bool?
    var captures = ValueMap()
    var failure: FailureRecord?
  }

  func judge(_ step: Step, _ result: StepResult, in scope: RunScope) -> Verdict {
    var scope = scope
    scope.result = result.values
    var verdict = Verdict()
    let options = step.options
    verdict.expectations = options.expect.map { expectation($0, in: scope) }
    if let missed = verdict.expectations.first(where: { !$0.isMet }) {
      verdict.failure = FailureRecord(
        cause: .expectation,
        message: missed.error ?? "expected \(missed.expression)",
        detail: options.expect.isEmpty ? nil : result.presumedFailure?.message,
        mayRetryHelp: true)
    } else if options.expect.isEmpty {
      verdict.failure = result.presumedFailure
    }
    guard verdict.failure == nil else { return verdict }
    do throws(StepFailure) {
      if let confirms = options.confirms {
        verdict.isConfirmed = try binder.truth(
          of: confirms, in: withCaptures(options, scope), what: "confirms")
      }
      for capture in options.captures {
        verdict.captures[capture.name] = try binder.evaluate(capture.expression, in: scope)
      }
    } catch {
      verdict.failure = error.record
    }
    return verdict
  }

  /// `confirms` sees the step's own captures too.
  private func withCaptures(_ options: StepOptions, _ scope: RunScope) throws(StepFailure)
    -> RunScope
  {
    var wider = scope
    for capture in options.captures {
      wider.transientCaptures[capture.name] = try binder.evaluate(capture.expression, in: scope)
    }
    return wider
  }

  private func expectation(_ source: SourceText, in scope: RunScope) -> ExpectationRecord {
    do throws(StepFailure) {
      let isMet = try binder.truth(of: source, in: scope, what: "expect")
      return ExpectationRecord(expression: source.text, isMet: isMet)
    } catch {
      return ExpectationRecord(
        expression: source.text, isMet: false, error: error.record.message)
    }
  }
}
