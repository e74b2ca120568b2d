package import RunbookModel

extension DiagnosticCode {
  /// None or several of the keys of which a step has exactly one.
  package static let oneKeyOf = DiagnosticCode(500)
  package static let undeclaredEffect = DiagnosticCode(501)
  package static let trialNotPossible = DiagnosticCode(502)
  package static let variableName = DiagnosticCode(503)
  package static let emptyInterpreter = DiagnosticCode(504)
  package static let badPattern = DiagnosticCode(505)
  package static let bodyAndJSON = DiagnosticCode(506)
  package static let headerName = DiagnosticCode(507)
  package static let answerNotAChoice = DiagnosticCode(508)
  package static let badLinePrefix = DiagnosticCode(509)
  /// A key that the step's format or source has no use for.
  package static let keyElsewhere = DiagnosticCode(510)
  package static let patternGroup = DiagnosticCode(511)
  /// Of a clock, or of a time zone.
  package static let badOffset = DiagnosticCode(512)
  package static let noSuchConnection = DiagnosticCode(513)
  /// A script starts something that it does not wait for.
  package static let leavesRunning = DiagnosticCode(514)
  package static let swallowedFailure = DiagnosticCode(516)
  package static let templateInKey = DiagnosticCode(515)
}
