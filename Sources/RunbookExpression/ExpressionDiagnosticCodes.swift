public import RunbookModel

extension DiagnosticCode {
  /// The text is not an expression.
  public static let expressionSyntax = DiagnosticCode(200)
  /// A number or a string that cannot be read.
  public static let expressionLiteral = DiagnosticCode(201)
  /// A part of CEL that runbooks do without.
  public static let expressionUnsupported = DiagnosticCode(202)
  /// A call of a function that there is not, or with another number of arguments.
  public static let expressionFunction = DiagnosticCode(203)
  /// A macro with arguments that it cannot have.
  public static let expressionMacro = DiagnosticCode(204)
  /// Nested deeper than expressions may be.
  public static let expressionDepth = DiagnosticCode(205)
  /// A `${{` without its `}}`.
  public static let templateUnclosed = DiagnosticCode(206)
  /// An expression that was well-formed and could not be evaluated.
  public static let evaluationFailed = DiagnosticCode(210)
}
