/// Why a pattern is not a regular expression.
public struct RegularExpressionError: Error, Sendable, Hashable {
  /// What was found and what was expected: one line, no full stop.
  public let message: String
  /// Unicode scalars from the pattern's start.
  public let offset: Int

  public init(_ message: String, at offset: Int) {
    self.message = message
    self.offset = offset
  }
}
