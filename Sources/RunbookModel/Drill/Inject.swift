/// Something that a drill confronts the team with.
public struct Inject: Sendable, Hashable, Codable {
  public let id: String
  public let place: Place
  public let title: String
  public let module: Drill.Name?
  public let trigger: Trigger
  /// How long after its trigger it comes.
  public let delay: StoryTime
  /// By how much more, at most, it comes later: how much, the drill's seed says.
  public let jitter: StoryTime
  /// It waits until this is true.
  public let condition: SourceText?
  public let sender: String?
  public let channel: String?
  /// What the participants are told.
  public let text: String
  public let artefact: Artefact?
  public let choices: [Choice]
  /// For the facilitator alone, as hints are until one is given, and notes.
  public let expected: String?
  public let hints: [String]
  public let notes: String?
  /// The modes that it belongs to; nil is all.
  public let modes: [DrillMode]?

  public init(
    id: String, place: Place, title: String, module: Drill.Name? = nil, trigger: Trigger,
    delay: StoryTime = .start, jitter: StoryTime = .start, condition: SourceText? = nil,
    sender: String? = nil, channel: String? = nil, text: String, artefact: Artefact? = nil,
    choices: [Choice] = [], expected: String? = nil, hints: [String] = [], notes: String? = nil,
    modes: [DrillMode]? = nil
  ) {
    self.id = id
    self.place = place
    self.title = title
    self.module = module
    self.trigger = trigger
    self.delay = delay
    self.jitter = jitter
    self.condition = condition
    self.sender = sender
    self.channel = channel
    self.text = text
    self.artefact = artefact
    self.choices = choices
    self.expected = expected
    self.hints = hints
    self.notes = notes
    self.modes = modes
  }

  public func choice(_ id: String) -> Choice? { choices.first { $0.id == id } }
}

extension Inject {
  /// What brings an inject.
  public enum Trigger: Sendable, Hashable, Codable {
    /// A time of the story clock.
    case at(StoryTime)
    /// The facilitator, or an answer's choice that leads here.
    case hand
    case stepStarted(Drill.Name)
    case stepFinished(Drill.Name)
    case stepFailed(Drill.Name)
    /// The step's `confirms` was true.
    case finding(Drill.Name)
    /// An answer to an inject; nil is any choice.
    case answer(Drill.Name, choice: Drill.Name?)
    case inject(Drill.Name)
  }

  /// A log excerpt, an alert, a message, a file.
  public struct Artefact: Sendable, Hashable, Codable {
    public let title: String?
    public let text: String

    public init(title: String?, text: String) {
      self.title = title
      self.text = text
    }
  }

  /// One of the answers that an inject offers.
  public struct Choice: Sendable, Hashable, Codable {
    public let id: String
    public let place: Place
    public let text: String
    /// The inject that it brings.
    public let leadsTo: Drill.Name?

    public init(id: String, place: Place, text: String, leadsTo: Drill.Name? = nil) {
      self.id = id
      self.place = place
      self.text = text
      self.leadsTo = leadsTo
    }
  }
}
