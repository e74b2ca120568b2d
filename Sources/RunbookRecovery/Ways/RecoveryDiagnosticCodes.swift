package import RunbookModel

/// Codes of what is wrong with steps that restore; 530 to 539.
extension DiagnosticCode {
  package static let restorePhase = DiagnosticCode(530)
}
