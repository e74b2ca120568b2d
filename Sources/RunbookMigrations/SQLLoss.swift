import RunbookModel

/// Something that a migration takes away, empties, or puts where those who use it do not look.
package struct SQLLoss: Sendable, Hashable {
  package enum Action: String, Sendable {
    case drop, truncate, delete, rename, detach
    /// Of what protects rows.
    case disable
    /// All privileges, to whoever the name says.
    case grant
    /// To another schema.
    case move
  }

  package var action = Action.drop
  /// `table`, `column`, `index`, `foreign table`, …; `rows` of what is emptied, `owned` of all that a
  /// role has.
  package let kind: String
  package var schema: String?
  /// Whether which schema it is in is only known when it runs.
  var isInAnySchema = false
  /// The table, or the one that the thing belongs to; nil where none is named.
  package var table: String?
  /// The thing's own name: of a table the table's.
  var name: String?
  /// After a rename the new name, after a move the new schema.
  var target: String?
  /// Lines from the text's start.
  var line = 0
  /// The statement that does it.
  package var text = ""
  /// The place of the text's own statement that does it, or holds what does.
  package var statement = 0

  /// What can hold rows or is used like it: its owner goes by its own name.
  package static let relations: Set<String> = [
    "table", "foreign table", "view", "materialized view",
  ]
}

/// Something that a statement makes, as a `downgrade` does what was lost; schemas are not heeded.
package struct MadeName: Sendable, Hashable {
  package let kind: String
  package let table: String?
  let name: String?

  init(_ kind: String, table: String?, name: String? = nil) {
    self.kind = kind
    self.table = table
    self.name = kind == "table" ? table : name
  }
}
