import RunbookModel

/// What became of something that a database had.
package struct CatalogFinding: Sendable, Hashable {
  package enum Fate: String, Sendable, CaseIterable {
    /// The table is gone.
    case dropped
    /// Gone under its name; a table of the same shape has another.
    case renamed
    /// The table is there, a column of it is not.
    case columnLost = "column_lost"
    /// The table is whole and holds no row, where it had some.
    case emptied
    /// The table is whole and holds far fewer rows than it had, or none of those that it had.
    case rowsLost = "rows_lost"
    /// The table has lost what is no object of its own: its place in a parent, or row security.
    case propertyLost = "property_lost"
    /// A view, a foreign key, a trigger or something else that hung on a table is gone, or is there
    /// and fails when it is used.
    case dependentLost = "dependent_lost"
    /// There, and not as it was.
    case changed
    /// There, and nobody can say whether its rows are.
    case undetermined
    /// The table is defined as it was; its rows need not be the same.
    case intact

    /// Whether something is lost.
    package var isDamage: Bool {
      switch self {
      case .dropped, .renamed, .columnLost, .emptied, .rowsLost, .propertyLost, .dependentLost: true
      case .changed, .undetermined, .intact: false
      }
    }
  }

  package let fate: Fate
  package let object: CatalogObject
  /// For `renamed`: the table's new identity; for a column that may have another name: that one.
  package var foundAs: String?
  /// For `renamed`: whether keys or indexes still have their names, too.
  var isCertain = true
  /// For `propertyLost`: the statement that gives it back.
  package var cure: String?
  /// One sentence for people.
  let detail: String
  /// For `dependentLost`: whether it is there, and only fails.
  package var isStillThere = false
}
