package import RunbookExpression
import RunbookModel

extension StepFailure {
  /// An expression that could not be evaluated, as the step's failure.
  package init(_ error: EvaluationError) {
    self.init(.invalid, "\(error.message) (\(error.place))")
  }
}
