/// What a drill's team is expected to do, and how it is found out whether they did.
public struct DrillExpectation: Sendable, Hashable, Codable {
  public let id: String
  public let place: Place
  public let title: String
  public let objective: Drill.Name?
  public let points: Int
  /// By when, on the story clock; nil is by the end.
  public let deadline: StoryTime?
  public let judge: Judge
  /// What is to be done where it was missed.
  public let improvement: Improvement?
  /// The modes that it belongs to; nil is all.
  public let modes: [DrillMode]?

  public init(
    id: String, place: Place, title: String, objective: Drill.Name? = nil, points: Int = 1,
    deadline: StoryTime? = nil, judge: Judge, improvement: Improvement? = nil,
    modes: [DrillMode]? = nil
  ) {
    self.id = id
    self.place = place
    self.title = title
    self.objective = objective
    self.points = points
    self.deadline = deadline
    self.judge = judge
    self.improvement = improvement
    self.modes = modes
  }

  /// Who or what finds it out.
  public enum Judge: Sendable, Hashable, Codable {
    /// Met when it is true of the journal: at any time up to the deadline, else at the end.
    case expression(SourceText)
    /// Met when the last answer to the inject is one of these.
    case choice(inject: Drill.Name, choices: [Drill.Name])
    /// The facilitator, by these words.
    case facilitator(String)
  }

  public struct Improvement: Sendable, Hashable, Codable {
    public let action: String
    public let owner: String?
    public let due: String?

    public init(action: String, owner: String?, due: String?) {
      self.action = action
      self.owner = owner
      self.due = due
    }
  }
}
