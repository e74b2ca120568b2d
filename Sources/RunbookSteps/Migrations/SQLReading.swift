/// What a text of SQL takes away and makes, and what of it cannot be told.
struct SQLReading: Sendable {
  /// A part of the text, by its lines from the text's start, and why nothing can be said of it.
  struct Gap: Sendable, Hashable {
    let line: Int
    let reason: String
  }

  /// One statement of the text itself.
  struct Statement: Sendable, Hashable {
    let line: Int
    let text: String
    /// Whether it is known, all of it, what it does.
    var isClear = true
  }

  /// Without those that only set the transaction or the session.
  var statements: [Statement] = []
  var losses: [SQLLoss] = []
  var makes: Set<MadeName> = []
  /// What only running tells.
  var undetermined: [Gap] = []
  /// What PostgreSQL's parser refuses.
  var unreadable: [Gap] = []

  mutating func add(_ other: SQLReading) {
    losses += other.losses
    makes.formUnion(other.makes)
    undetermined += other.undetermined
    unreadable += other.unreadable
  }
}
