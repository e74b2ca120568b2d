public import RunbookModel

/// Drills: what their names and expressions say.
extension DiagnosticCode {
  /// A step, inject, choice, objective, module or name that there is not.
  public static let unknownDrillName = DiagnosticCode(802)
  /// Injects that wait for one another.
  public static let injectCycle = DiagnosticCode(803)
  /// An inject that waits for a finding of a step that finds nothing.
  public static let noFinding = DiagnosticCode(804)
  /// No inject comes by itself, so that the drill never begins.
  public static let noFirstInject = DiagnosticCode(805)
  /// A result that the step's kind does not have.
  public static let unknownResult = DiagnosticCode(806)
  /// A simulated value of another type than what it stands for.
  public static let wrongSimulatedValue = DiagnosticCode(807)
  /// A step without an outcome, or an input without a value, where a simulation needs one.
  public static let notSimulated = DiagnosticCode(808)
}
