package import RunbookModel

extension DiagnosticCode {
  package static let sqlSyntax = DiagnosticCode(400)
  package static let sqlEmpty = DiagnosticCode(401)
  package static let sqlTooDeep = DiagnosticCode(402)
  /// Syntax of a later PostgreSQL than the parser's.
  package static let sqlNewer = DiagnosticCode(403)
  package static let sqlUndefinedName = DiagnosticCode(404)
  /// `:name` in a statement that takes no parameters.
  package static let sqlParameterInUtility = DiagnosticCode(405)
  /// `text` and `file` both, or neither.
  package static let sqlTextAndFile = DiagnosticCode(406)
  package static let sqlChangesInReadOnlyPhase = DiagnosticCode(410)
  package static let sqlTransactionControl = DiagnosticCode(411)
  package static let sqlServerCopy = DiagnosticCode(412)
  package static let sqlClientCopy = DiagnosticCode(413)
  package static let sqlProcedureInReadOnlyPhase = DiagnosticCode(414)
  package static let sqlNeedsNoTransaction = DiagnosticCode(415)
  /// `transaction: none` where it may not be.
  package static let sqlNoTransactionHere = DiagnosticCode(416)
  package static let sqlRoleChange = DiagnosticCode(417)
  /// A setting by which SQL is read or values are written.
  package static let sqlReadingSetting = DiagnosticCode(419)
  /// A literal that the one beside it would be read as one with.
  package static let sqlLiteralBeside = DiagnosticCode(420)
  /// A colon in a subscript that may be a slice's or a value's.
  package static let sqlSlice = DiagnosticCode(421)
  package static let sqlTrialPhase = DiagnosticCode(418)
  /// More than can be read at once within bounded memory.
  package static let sqlTooLarge = DiagnosticCode(423)
  /// What a trial runs is not taken back by a rollback.
  package static let sqlTrialKeeps = DiagnosticCode(422)
}
