import RunbookModel

extension DiagnosticCode {
  /// None or several of the keys of which a step has exactly one.
  static let oneKeyOf = DiagnosticCode(500)
  static let undeclaredEffect = DiagnosticCode(501)
  static let trialNotPossible = DiagnosticCode(502)
  static let variableName = DiagnosticCode(503)
  static let emptyInterpreter = DiagnosticCode(504)
  static let badPattern = DiagnosticCode(505)
  static let bodyAndJSON = DiagnosticCode(506)
  static let headerName = DiagnosticCode(507)
  static let answerNotAChoice = DiagnosticCode(508)
  static let badLinePrefix = DiagnosticCode(509)
  /// A key that the step's format or source has no use for.
  static let keyElsewhere = DiagnosticCode(510)
  static let patternGroup = DiagnosticCode(511)
  /// Of a clock, or of a time zone.
  static let badOffset = DiagnosticCode(512)
  static let noSuchConnection = DiagnosticCode(513)
  /// A script starts something that it does not wait for.
  static let leavesRunning = DiagnosticCode(514)
  static let templateInKey = DiagnosticCode(515)
}
