import RunbookModel

/// An error of evaluation before its place is known.
///
/// A class, as each `try` of a typed error keeps room for a whole error on the stack.
final class Fault: Error {
  let cause: EvaluationError.Cause
  let message: String
  /// The part of the expression that failed; nil until the evaluator knows.
  let node: NodeID?

  init(_ cause: EvaluationError.Cause, _ message: String, node: NodeID? = nil) {
    self.cause = cause
    self.message = message
    self.node = node
  }

  /// No operator or function of that name takes these types.
  static func overload(_ name: String, _ types: String...) -> Fault {
    Fault(.noSuchOverload, "`\(name)` does not work on \(types.joined(separator: " and "))")
  }

  /// What is not held as it was was read.
  static func incomplete(_ mark: Incomplete, _ name: String? = nil) -> Fault {
    let how = mark.isUnreadable ? "cannot be read" : "is held in part"
    return Fault(
      .incomplete(mark),
      "\(name.map { "`\($0)`" } ?? "a value") \(how), \(mark): no answer can rest on that")
  }

  /// Whether `&&`, `||` and macros let another operand's value stand for the error.
  var isAbsorbed: Bool {
    switch cause {
    case .tooMuchWork, .incomplete: false
    default: true
    }
  }

  /// The same fault, at that node unless it is known to be at a smaller one.
  func located(at id: NodeID) -> Fault {
    node == nil ? Fault(cause, message, node: id) : self
  }
}
