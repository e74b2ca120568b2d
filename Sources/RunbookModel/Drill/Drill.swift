/// How a runbook is practised: the section `drill:`, or the file `drill.yaml` beside the runbook.
///
/// It is stored whole in a drill's journal, so that the drill goes on, is scored and is reported from
/// there alone.
public struct Drill: Sendable, Hashable, Codable {
  public let title: String
  public let place: Place
  public let scope: String?
  /// What the participants are told at the start.
  public let scenario: String?
  public let objectives: [Item]
  public let roles: [Item]
  public let modules: [Item]
  /// To be talked over while the drill goes on.
  public let questions: [Item]
  /// To be talked over when it is done.
  public let hotWash: [Item]
  /// In the order of the file.
  public let injects: [Inject]
  public let expectations: [DrillExpectation]

  public init(
    title: String, place: Place, scope: String?, scenario: String?, objectives: [Item] = [],
    roles: [Item] = [], modules: [Item] = [], questions: [Item] = [], hotWash: [Item] = [],
    injects: [Inject], expectations: [DrillExpectation] = []
  ) {
    self.title = title
    self.place = place
    self.scope = scope
    self.scenario = scenario
    self.objectives = objectives
    self.roles = roles
    self.modules = modules
    self.questions = questions
    self.hotWash = hotWash
    self.injects = injects
    self.expectations = expectations
  }

  public func inject(_ id: String) -> Inject? { injects.first { $0.id == id } }

  public func expectation(_ id: String) -> DrillExpectation? {
    expectations.first { $0.id == id }
  }

  /// What people answer that is no inject: questions of the discussion and of the hot wash.
  public var allQuestions: [Item] { questions + hotWash }
}

extension Drill {
  /// An objective, a role, a module or a question.
  public struct Item: Sendable, Hashable, Codable {
    public let id: String
    public let place: Place
    public let text: String
    /// The module that a question belongs to.
    public let module: Name?

    public init(id: String, place: Place, text: String, module: Name? = nil) {
      self.id = id
      self.place = place
      self.text = text
      self.module = module
    }
  }

  /// The name of something else, with where it was written.
  public struct Name: Sendable, Hashable, Codable {
    public let text: String
    public let place: Place

    public init(_ text: String, at place: Place) {
      self.text = text
      self.place = place
    }
  }
}
