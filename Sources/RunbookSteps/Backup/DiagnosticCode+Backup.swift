import RunbookModel

/// Codes of what is wrong with steps that restore; 530 to 539.
extension DiagnosticCode {
  static let restorePhase = DiagnosticCode(530)
}
