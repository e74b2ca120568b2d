public import RunbookModel

extension DiagnosticCode {
  /// A tag that has no end, or a section that is not closed where it should be.
  public static let templateSyntax = DiagnosticCode(700)
  /// A name that the report does not have at this place.
  public static let templateName = DiagnosticCode(701)
  /// A partial that there is not.
  public static let templatePartial = DiagnosticCode(702)
  /// A sort of tag that reports do without.
  public static let templateTag = DiagnosticCode(703)
}
