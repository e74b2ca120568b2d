import RunbookTestSupport

/// One way to disturb a run.
protocol Round: Sendable {
  /// Carries a run out, disturbs it, goes on with it until it is done, and compares.
  func carryOut(in world: World, _ generator: inout SeededGenerator) throws -> Account
}

/// What came of a round.
struct Account {
  var kills = 0
  var resumes = 0
  var differences: [String] = []
  /// Whether what the round is about did not come about: it is carried out once more.
  var isVoid = false
  /// What was done, for whoever looks for the cause of a difference.
  private(set) var story: [String] = []

  /// Tells why the round is void.
  mutating func void(_ why: String) {
    isVoid = true
    tell(why)
  }

  mutating func tell(_ what: String) { story.append(what) }
}
