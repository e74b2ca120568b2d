package import RunbookEngine

/// What a server says in errors and notices, as it may be told.
///
/// It cuts what it quotes of the values that it was given: rows that a constraint refuses at 64 bytes, names at
/// 63, documents around the place of an error. A part of a secret is known as one only so far. So where a
/// step's values hold a secret, what the server says in detail is withheld, and of its message the parts of secrets
/// that stand beside its marks are taken out.
package struct ServerWords: Sendable {
  package static let asTheyAre = ServerWords(secrets: nil)
  package static let withheld =
    "what the server said in detail is withheld: it cuts what it quotes, and a value of the step is a secret"

  private let secrets: QuotedSecrets?

  private init(secrets: QuotedSecrets?) { self.secrets = secrets }

  package init(of redactor: Redactor) { self.init(secrets: QuotedSecrets(redactor)) }

  package func message(_ text: String) -> String { secrets?.redact(text) ?? text }

  /// What is told in the place of details; the second one is nil where the first says that they are withheld.
  package func details(_ detail: String?, context: String?) -> (detail: String?, context: String?) {
    guard secrets != nil else { return (detail, context) }
    return (detail == nil && context == nil ? nil : Self.withheld, nil)
  }
}
