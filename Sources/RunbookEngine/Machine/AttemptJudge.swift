import RunbookExpression
import RunbookModel

/// Judges what an attempt brought back: expectations, finding, captures. Pure.
struct AttemptJudge {
  let binder: Binder

  struct Verdict {
    var expectations: [ExpectationRecord] = []
    var isConfirmed: Bool?
    /// Empty when the attempt failed.
    var captures = ValueMap()
    var failure: FailureRecord?
    /// Whether nobody has answered what was asked, and no condition judges by that.
    var isUnasked = false
  }

  func judge(_ step: Step, _ result: StepResult, in scope: RunScope) -> Verdict {
    var scope = scope
    scope.result = result.visibleValues
    var verdict = Verdict()
    let options = step.options
    verdict.expectations = options.expect.map { expectation($0, in: scope) }
    let ruling = judge(of: step, result, in: scope).ruling(
      on: result, judgedBy: options.expect, "expect", isChange: step.phase.mayChange)
    if case .unasked(let unasked) = ruling {
      verdict.failure = unasked
      verdict.isUnasked = true
    } else if let missed = verdict.expectations.first(where: { !$0.isMet }) {
      verdict.failure = FailureRecord(
        cause: .expectation, message: missed.error ?? "expected \(missed.expression)",
        detail: result.presumedFailure?.record.message, mayRetryHelp: true)
    } else {
      verdict.failure = ruling.failure
    }
    guard verdict.failure == nil else { return verdict }
    do throws(StepFailure) {
      let captures = try captures(of: options, in: scope)
      verdict.isConfirmed = try isConfirmed(options, captures, in: scope)
      verdict.captures = captures
    } catch {
      verdict.failure = error.record
    }
    return verdict
  }

  private func judge(
    of step: Step, _ result: StepResult, in scope: RunScope
  ) -> PresumptionJudge {
    var judge = PresumptionJudge(binder: binder, scope: scope)
    judge.ownCaptures = Set(step.options.captures.map(\.name))
    judge.handingOn = handing(on: result.presumedFailure?.result, of: step)
    guard result.presumedFailure != nil, let confirms = step.options.confirms else { return judge }
    do throws(StepFailure) {
      judge.finding = (confirms, scope.seeing(try captures(of: step.options, in: scope)))
    } catch {
      // What cannot be captured says nothing.
    }
    return judge
  }

  /// Timeline and detection look: what is found is a capture's value there, and what it means is for `confirms`.
  private func handing(on name: String?, of step: Step) -> ((RunScope) -> Bool?)? {
    guard let name, [.timeline, .detection].contains(step.phase) else { return nil }
    let isCaptured = step.options.captures.contains { capture in
      guard let expression = try? Expression(parsing: capture.expression) else { return false }
      return expression.references.contains { $0.name.isIdentical(to: name) }
    }
    guard isCaptured else { return nil }
    return { scope in
      do throws(StepFailure) {
        let captures = try self.captures(of: step.options, in: scope)
        return try self.isConfirmed(step.options, captures, in: scope) ?? true
      } catch {
        return nil
      }
    }
  }

  private func captures(
    of options: StepOptions, in scope: RunScope
  ) throws(StepFailure) -> ValueMap {
    var captures = ValueMap()
    for capture in options.captures {
      let value = try binder.evaluate(capture.expression, in: scope)
      guard value.jsonSize(upTo: Self.largestCapture) <= Self.largestCapture else {
        throw StepFailure(
          .invalid,
          "capture '\(capture.name)' is too large to be stored (\(capture.expression.place))",
          detail: "a capture takes at most \(Self.largestCapture) bytes as JSON",
          hint: "capture less: a count, or the rows that matter")
      }
      captures[capture.name] = value
    }
    return captures
  }

  /// Of one capture, in bytes of its JSON. Captures are never cut.
  static let largestCapture = 4 << 20

  /// `confirms` sees the step's own captures too.
  private func isConfirmed(
    _ options: StepOptions, _ captures: ValueMap, in scope: RunScope
  ) throws(StepFailure) -> Bool? {
    guard let confirms = options.confirms else { return nil }
    return try binder.truth(of: confirms, in: scope.seeing(captures), what: "confirms")
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

extension RunScope {
  /// With captures that are not stored yet.
  func seeing(_ captures: ValueMap) -> RunScope {
    var scope = self
    for (name, value) in captures.pairs {
      if let name = name.stringValue { scope.transientCaptures[name] = value }
    }
    return scope
  }
}
