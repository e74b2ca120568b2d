import RunbookModel

/// A statement for the server, with its bound values as text.
struct SQLCommand: Sendable, Hashable {
  let text: String
  /// nil is NULL. The server infers the types.
  let parameters: [String?]

  init(_ text: String, _ parameters: [String?] = []) {
    self.text = text
    self.parameters = parameters
  }
}

/// What became of one command of a pipeline.
enum SQLOutcome: Sendable {
  case completed(SQLCompletion)
  case failed(ServerError)
  /// Not run, as a command before it failed.
  case skipped
}

struct SQLCompletion: Sendable {
  /// `INSERT 0 3`.
  let tag: String
  /// Rows that were inserted, updated, deleted or merged.
  let affected: Int64
  /// nil when the command gives no rows, which is not the same as none.
  let resultSet: ResultSet?
  /// How many rows there were, also where they were given to a taker.
  let rowCount: Int64
  /// The columns that a description names.
  var described: [String] = []
}

/// Rows as the server sent them, typed.
struct ResultSet: Sendable {
  let columns: [String]
  let rows: [[Value]]
}

/// Why a pipeline brought no answer.
enum LinkError: Error, Sendable {
  /// The connection broke; the text is libpq's or the server's last word.
  case lost(String)
  case deadline
  case interrupted
}
