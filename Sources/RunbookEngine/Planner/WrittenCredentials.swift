public import RunbookModel

/// Credentials that stand in a runbook as they are.
///
/// They are secrets like any other where something is stored or shown; that they stand in a file that many read is
/// worth a warning.
public struct WrittenCredentials: Sendable {
  /// The values to be taken out of what is stored and shown.
  public let values: [String]
  /// Where they stand, a name of the place each.
  private let findings: [(what: String, place: Place)]

  /// - Parameter kinds: read what is in their own languages.
  public init(_ runbook: Runbook, kinds: [any StepKind]) {
    var search = CredentialSearch(kinds: kinds)
    search.take(runbook)
    values = search.values
    findings = search.findings
  }

  public var diagnostics: [Diagnostic] {
    findings.map { what, place in
      Diagnostic(
        .warning, .writtenCredential, "\(what) stands in the runbook as it is", at: place,
        hint: "make it an input with `secret: true`, and write ${{ inputs.NAME }} here")
    }
  }
}

extension DiagnosticCode {
  static let writtenCredential = DiagnosticCode(306)
}
