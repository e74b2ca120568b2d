import RunbookModel

/// One command of a restore: it is shown at the gate, recorded and sent as this.
package struct RestoreCommand: Sendable, Hashable {
  package enum Action: Sendable, Hashable {
    /// Nothing but sending it.
    case send
    /// The archive's rows of a table follow it.
    case copy(TableLoad)
    /// Takes out of the staged rows those that the table has.
    case takeKnown(table: String)
    /// Puts staged rows into their table.
    case put(table: String)
    /// Puts staged values into the rows of their table.
    case putValues(table: String)
    /// Numbers rows that the backup does not have.
    case number(table: String, column: String)
    /// Moves rows to a file of evidence, some at a time.
    case setAside(table: String, source: String, why: String)
    case countNulls(table: String, column: String)
    /// Left out where the count found some.
    case forbidNulls(table: String, column: String)
    /// Left out where a column of the table keeps nulls: an index with nulls tells no rows apart.
    case identify(table: String)
    case countOrphans(ForeignKey)
    /// Made without a look at the rows where the count found some; left out where the server makes none so.
    case refer(ForeignKey, canBeInvalid: Bool)
  }

  package let sql: String
  package var action = Action.send
  /// When it is left out, repeated or sent otherwise, for people.
  package var condition: String?

  var item: WorkItem {
    let effect: Effect =
      switch action {
      case .countNulls, .countOrphans: .readOnly
      case .send, .copy, .takeKnown, .put, .putValues, .number, .setAside, .forbidNulls, .identify,
        .refer:
        .mutating
      }
    return WorkItem(language: .sql, text: sql, effect: effect, condition: condition)
  }
}
