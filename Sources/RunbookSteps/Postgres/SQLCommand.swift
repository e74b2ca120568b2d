import RunbookEngine
import RunbookModel

/// A statement for the server, with its bound values as text.
struct SQLCommand: Sendable, Hashable {
  let text: String
  /// nil is NULL.
  private(set) var parameters: [String?]
  /// What the parameters' texts were made of, where they have to be made anew once it is known what the server
  /// takes the parameters for; else empty.
  private(set) var values: [Value]
  /// `pg_type.oid` of each parameter; 0 is one that the server infers, as it does with all where this is empty.
  var types: [UInt32] = []
  /// Whether it asks if the server is the one that is meant: its answer counts before all others of its batch.
  var asksIdentity = false

  init(_ text: String, _ parameters: [String?] = []) {
    self.text = text
    self.parameters = parameters
    values = []
  }

  /// With a step's values.
  init(_ text: String, values: [Value]) {
    self.text = text
    parameters = values.map { SQLValue.text(of: $0) }
    self.values = values.contains(where: \.isWrittenByType) ? values : []
  }

  /// Whether the server has to be asked for the parameters' types before it is sent.
  var isBoundByType: Bool { !values.isEmpty }

  /// The command that can be sent, once its parameters' types are known.
  func bound(to types: [UInt32], as forms: [ParameterForm]) -> SQLCommand {
    var command = self
    command.parameters = zip(values, forms).map { SQLValue.text(of: $0, as: $1) }
    command.values = []
    command.types = types
    return command
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
  /// `pg_type.oid` of each parameter that a description names.
  var parameterTypes: [UInt32] = []
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
  /// The server is not who it was: nothing of the transaction was carried out, or nothing of it counts.
  case elsewhere(StepFailure)
}
