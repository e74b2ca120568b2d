/// What a text of SQL takes away and makes, and what of it cannot be told.
package struct SQLReading: Sendable {
  /// A part of the text, by its lines from the text's start, and why nothing can be said of it.
  package struct Gap: Sendable, Hashable {
    package let line: Int
    package let reason: String
  }

  /// One statement of the text itself.
  package struct Statement: Sendable, Hashable {
    package let line: Int
    package let text: String
    /// Whether it is known, all of it, what it does.
    package var isClear = true
  }

  /// Without those that only set the transaction or the session.
  package var statements: [Statement] = []
  package var losses: [SQLLoss] = []
  package var makes: Set<MadeName> = []
  /// What only running tells.
  package var undetermined: [Gap] = []
  /// What PostgreSQL's parser refuses.
  package var unreadable: [Gap] = []

  package mutating func add(_ other: SQLReading) {
    losses += other.losses
    makes.formUnion(other.makes)
    undetermined += other.undetermined
    unreadable += other.unreadable
  }
}
