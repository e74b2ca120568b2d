public import RunbookModel

/// Credentials that stand in a runbook as they are, and are known by their place: the password in a URL's authority,
/// an `Authorization` header, a variable of a script that is called `PGPASSWORD`.
///
/// They are secrets like any other where something is stored or shown; that they stand in a file that many read is
/// worth a warning.
public struct WrittenCredentials: Sendable {
  /// The values to be taken out of what is stored and shown.
  public let values: [String]
  /// Where they stand, a name of the place each.
  private let findings: [(what: String, place: Place)]

  public init(_ runbook: Runbook) {
    var search = Search()
    for connection in runbook.connections { search.take(url: connection.url) }
    let sandbox = (runbook.sandbox?.fixture ?? []) + (runbook.sandbox?.fault ?? [])
    for step in runbook.steps + sandbox {
      search.take(step.body)
      for field in step.options.settle?.all ?? [] {
        if case .fields(let body) = field.value { search.take(body) }
      }
    }
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

  private struct Search {
    var values: [String] = []
    var findings: [(what: String, place: Place)] = []

    /// What stands behind a kind's key.
    mutating func take(_ body: Fields) {
      for field in body.all { take(field.value, named: nil) }
    }

    /// - Parameter name: where the author gave it, and no kind.
    private mutating func take(_ value: FieldValue, named name: String?) {
      switch value {
      case .text(let source):
        if Self.isURL(source.text) { return take(url: source) }
        if let name { take(header: source, name) }
      case .list(let items):
        for item in items { take(item, named: nil) }
      case .fields(let fields):
        for field in fields.all { take(field.value, named: field.name) }
      case .step(let step): take(step.body)
      case .bool, .int, .duration, .file, .data: break
      }
    }

    mutating func take(url source: SourceText) {
      let found = Credentials.values(in: source.text).filter { !Self.isFilledIn($0) }
      add(found, "a password", source)
    }

    /// A header, or a script's variable.
    private mutating func take(header source: SourceText, _ name: String) {
      let text = String(source.text.trimming { $0.isWhitespace })
      guard !text.isEmpty, !Self.isFilledIn(text), !text.holds("\n") else { return }
      switch name.lowercased() {
      case "authorization", "proxy-authorization":
        let token = text.halves(at: " ").map { String($0.after.trimming { $0.isWhitespace }) }
        add(Credentials.values(ofCredential: token ?? text), "`\(name)`", source)
      case "cookie":
        let pairs = text.pieces(separatedBy: ";").compactMap { $0.halves(at: "=")?.after }
        add(pairs.map { String($0.trimming { $0.isWhitespace }) }, "`\(name)`", source)
      default:
        guard CredentialName(name).isCredential(text) else { return }
        add(Credentials.values(ofCredential: text), "`\(name)`", source)
      }
    }

    private mutating func add(_ found: [String], _ what: String, _ source: SourceText) {
      let found = found.filter { !$0.isEmpty }
      guard !found.isEmpty else { return }
      values += found
      findings.append((what, source.place(atScalar: 0, length: source.text.unicodeScalars.count)))
    }

    /// Whether a scheme and `://` are its beginning.
    private static func isURL(_ text: String) -> Bool {
      guard let end = text.range(ofFirst: "://") else { return false }
      let scheme = text[..<end.lowerBound].trimming { $0.isWhitespace }
      return !scheme.isEmpty
        && scheme.unicodeScalars.allSatisfy {
          $0.isASCIILetter || $0.isASCIIDigit || "+-.".unicodeScalars.contains($0)
        }
    }

    /// Whether it is, or has a part, that a value comes in place of.
    private static func isFilledIn(_ text: String) -> Bool {
      text.holds("${{") || text.holds("}}")
    }
  }
}

extension DiagnosticCode {
  static let writtenCredential = DiagnosticCode(306)
}
