import RunbookEngine
package import RunbookModel

/// A statement for the server, with its bound values as text.
package struct SQLCommand: Sendable, Hashable {
  package let text: String
  /// nil is NULL.
  package private(set) var parameters: [String?]
  /// What the parameters' texts were made of, where they have to be made anew once it is known what the server
  /// takes the parameters for; else empty.
  package private(set) var values: [Value]
  /// `pg_type.oid` of each parameter; 0 is one that the server infers, as it does with all where this is empty.
  package var types: [UInt32] = []
  /// Whether it asks if the server is the one that is meant: its answer counts before all others of its batch.
  package var asksIdentity = false

  package init(_ text: String, _ parameters: [String?] = []) {
    self.text = text
    self.parameters = parameters
    values = []
  }

  /// With a step's values.
  package init(_ text: String, values: [Value]) {
    self.text = text
    parameters = values.map { SQLValue.text(of: $0) }
    self.values = values.contains(where: \.isWrittenByType) ? values : []
  }

  /// Whether the server has to be asked for the parameters' types before it is sent.
  package var isBoundByType: Bool { !values.isEmpty }

  /// The command that can be sent, once its parameters' types are known.
  package func bound(to types: [UInt32], as forms: [ParameterForm]) -> SQLCommand {
    var command = self
    command.parameters = zip(values, forms).map { SQLValue.text(of: $0, as: $1) }
    command.values = []
    command.types = types
    return command
  }
}

/// What became of one command of a pipeline.
package enum SQLOutcome: Sendable {
  case completed(SQLCompletion)
  case failed(ServerError)
  /// Not run, as a command before it failed.
  case skipped
}

package struct SQLCompletion: Sendable {
  /// `INSERT 0 3`.
  package let tag: String
  /// Rows that were inserted, updated, deleted or merged.
  package let affected: Int64
  /// nil when the command gives no rows, which is not the same as none.
  package let resultSet: ResultSet?
  /// How many rows there were, also where they were given to a taker.
  let rowCount: Int64
  /// The columns that a description names.
  package var described: [String] = []
  /// `pg_type.oid` of each parameter that a description names.
  package var parameterTypes: [UInt32] = []
}

/// Rows as the server sent them, typed.
package struct ResultSet: Sendable {
  package let columns: [String]
  package let rows: [[Value]]
}

/// Why a pipeline brought no answer.
package enum LinkError: Error, Sendable {
  /// The connection broke; the text is libpq's or the server's last word.
  case lost(String)
  case deadline
  case interrupted
  /// The server is not who it was: nothing of the transaction was carried out, or nothing of it counts.
  case elsewhere(StepFailure)
}
