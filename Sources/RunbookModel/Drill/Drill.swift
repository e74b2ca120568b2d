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
  /// When the comparison with before says that it is recovered; nil is that all of it is there, as it was.
  public let recovered: SourceText?
  /// How it breaks when nobody is to know when and how.
  public let surprise: Surprise?
  /// What its steps bring back where nothing is really carried out; nil where it cannot be simulated.
  public let simulation: Simulation?

  public init(
    title: String, place: Place, scope: String?, scenario: String?, objectives: [Item] = [],
    roles: [Item] = [], modules: [Item] = [], questions: [Item] = [], hotWash: [Item] = [],
    injects: [Inject], expectations: [DrillExpectation] = [], recovered: SourceText? = nil,
    surprise: Surprise? = nil, simulation: Simulation? = nil
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
    self.recovered = recovered
    self.surprise = surprise
    self.simulation = simulation
  }

  /// What of it is for a mode.
  public func held(in mode: DrillMode) -> Drill {
    Drill(
      title: title, place: place, scope: scope, scenario: scenario, objectives: objectives,
      roles: roles, modules: modules, questions: questions, hotWash: hotWash,
      injects: injects.filter { $0.modes?.contains(mode) ?? true },
      expectations: expectations.filter { $0.modes?.contains(mode) ?? true },
      recovered: recovered, surprise: surprise,
      simulation: mode == .simulate ? simulation : nil)
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

  /// A fault that comes at a time that the participants do not know.
  public struct Surprise: Sendable, Hashable, Codable {
    public let place: Place
    /// It comes at any time up to this one: when, the drill's seed says.
    public let within: StoryTime
    /// The input that says what breaks, and the values that the seed picks one of.
    public let input: Name?
    public let values: [Name]

    public init(place: Place, within: StoryTime, input: Name?, values: [Name]) {
      self.place = place
      self.within = within
      self.input = input
      self.values = values
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
