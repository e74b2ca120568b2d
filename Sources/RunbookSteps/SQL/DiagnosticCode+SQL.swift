import RunbookModel

extension DiagnosticCode {
  static let sqlSyntax = DiagnosticCode(400)
  static let sqlEmpty = DiagnosticCode(401)
  static let sqlTooDeep = DiagnosticCode(402)
  /// Syntax of a later PostgreSQL than the parser's.
  static let sqlNewer = DiagnosticCode(403)
  static let sqlUndefinedName = DiagnosticCode(404)
  /// `:name` in a statement that takes no parameters.
  static let sqlParameterInUtility = DiagnosticCode(405)
  /// `text` and `file` both, or neither.
  static let sqlTextAndFile = DiagnosticCode(406)
  static let sqlChangesInReadOnlyPhase = DiagnosticCode(410)
  static let sqlTransactionControl = DiagnosticCode(411)
  static let sqlServerCopy = DiagnosticCode(412)
  static let sqlClientCopy = DiagnosticCode(413)
  static let sqlProcedureInReadOnlyPhase = DiagnosticCode(414)
  static let sqlNeedsNoTransaction = DiagnosticCode(415)
  /// `transaction: none` where it may not be.
  static let sqlNoTransactionHere = DiagnosticCode(416)
  static let sqlRoleChange = DiagnosticCode(417)
  /// A setting by which SQL is read or values are written.
  static let sqlReadingSetting = DiagnosticCode(419)
  /// A literal that the one beside it would be read as one with.
  static let sqlLiteralBeside = DiagnosticCode(420)
  /// A colon in a subscript that may be a slice's or a value's.
  static let sqlSlice = DiagnosticCode(421)
  static let sqlTrialPhase = DiagnosticCode(418)
  /// More than can be read at once within bounded memory.
  static let sqlTooLarge = DiagnosticCode(423)
  /// What a trial runs is not taken back by a rollback.
  static let sqlTrialKeeps = DiagnosticCode(422)
}
