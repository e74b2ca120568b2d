public import RunbookModel

/// Why a well-formed expression has no value, and where in its source.
public struct EvaluationError: Error, Sendable, Hashable {
  public enum Cause: Sendable, Hashable {
    /// Nothing has that name in the scope.
    case undefinedName(String)
    /// A map has no such key.
    case noSuchKey(String)
    /// An operator or function does not take values of these types.
    case noSuchOverload
    /// There is no function of that name.
    case noSuchFunction(String)
    /// A number, timestamp or duration beyond its range.
    case overflow
    case divisionByZero
    /// An index outside of its list.
    case indexOutOfRange
    /// A text or a value that cannot be converted or used.
    case invalid
    /// A value of which only a part is held.
    case incomplete(Incomplete)
    /// The expression did more work than one may.
    case tooMuchWork
  }

  public let cause: Cause
  /// What was found and what was expected: one line, no full stop. It holds names, types, and of
  /// values only the key or index that was not found.
  public let message: String
  public let place: Place

  public init(_ cause: Cause, _ message: String, at place: Place) {
    self.cause = cause
    self.message = message
    self.place = place
  }

  /// The same as a diagnostic of code `evaluationFailed`.
  public var diagnostic: Diagnostic { Diagnostic(.error, .evaluationFailed, message, at: place) }
}
