import RunbookModel

/// What PostgreSQL said when it refused a statement.
///
/// The fields are those of https://www.postgresql.org/docs/current/protocol-error-fields.html
package struct ServerError: Error, Sendable, Hashable {
  /// SQLSTATE, five characters.
  package let code: String
  package let message: String
  package var detail: String?
  var hint: String?
  /// Where in the statement: characters, counted from 1.
  var position: Int?
  /// The functions it happened in.
  var context: String?

  /// Whether the same statement may pass at another time.
  var mayRetryHelp: Bool {
    code == "40001" || code == "40P01" || code == "55P03" || code.begins(with: "08")
      || code.begins(with: "53") || code == "57P03"
  }

  package var isLockTimeout: Bool { code == "55P03" }
  package var isCancelled: Bool { code == "57014" }
}
