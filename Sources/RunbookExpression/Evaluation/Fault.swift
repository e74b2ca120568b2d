/// An error of evaluation before its place is known.
struct Fault: Error {
  let cause: EvaluationError.Cause
  let message: String
  /// The part of the expression that failed; nil until the evaluator knows.
  var node: NodeID?

  init(_ cause: EvaluationError.Cause, _ message: String, node: NodeID? = nil) {
    self.cause = cause
    self.message = message
    self.node = node
  }

  /// No operator or function of that name takes these types.
  static func overload(_ name: String, _ types: String...) -> Fault {
    Fault(.noSuchOverload, "`\(name)` does not work on \(types.joined(separator: " and "))")
  }
}
