/// An event of a drill is stored as its payload with an `action` beside the payload's own keys.
extension DrillEvent: Codable {
  private enum ActionKey: String, CodingKey { case action }

  private enum Action: String, Codable {
    case started, injectDelivered, answerGiven, decisionMade, hintGiven, paused, continued, jumped,
      extended, injectSkipped, judged, baselineTaken, compared, ended
  }

  public init(from decoder: any Decoder) throws {
    let action = try decoder.container(keyedBy: ActionKey.self)
      .decode(Action.self, forKey: .action)
    switch action {
    case .started: self = .started(try DrillStarted(from: decoder))
    case .injectDelivered: self = .injectDelivered(try InjectDelivered(from: decoder))
    case .answerGiven: self = .answerGiven(try DrillAnswer(from: decoder))
    case .decisionMade: self = .decisionMade(try DrillWord(from: decoder))
    case .hintGiven: self = .hintGiven(try HintGiven(from: decoder))
    case .paused: self = .paused(try DrillWord(from: decoder))
    case .continued: self = .continued
    case .jumped: self = .jumped(try DrillJump(from: decoder))
    case .extended: self = .extended(try DrillExtension(from: decoder))
    case .injectSkipped: self = .injectSkipped(try InjectSkipped(from: decoder))
    case .judged: self = .judged(try ExpectationJudged(from: decoder))
    case .baselineTaken: self = .baselineTaken(try DrillBaseline(from: decoder))
    case .compared: self = .compared(try DrillComparison(from: decoder))
    case .ended: self = .ended(try DrillWord(from: decoder))
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: ActionKey.self)
    try container.encode(action, forKey: .action)
    try payload?.encode(to: encoder)
  }

  private var action: Action {
    switch self {
    case .started: .started
    case .injectDelivered: .injectDelivered
    case .answerGiven: .answerGiven
    case .decisionMade: .decisionMade
    case .hintGiven: .hintGiven
    case .paused: .paused
    case .continued: .continued
    case .jumped: .jumped
    case .extended: .extended
    case .injectSkipped: .injectSkipped
    case .judged: .judged
    case .baselineTaken: .baselineTaken
    case .compared: .compared
    case .ended: .ended
    }
  }

  private var payload: (any Encodable)? {
    switch self {
    case .started(let payload): payload
    case .injectDelivered(let payload): payload
    case .answerGiven(let payload): payload
    case .decisionMade(let payload), .paused(let payload), .ended(let payload): payload
    case .hintGiven(let payload): payload
    case .continued: nil
    case .jumped(let payload): payload
    case .extended(let payload): payload
    case .injectSkipped(let payload): payload
    case .judged(let payload): payload
    case .baselineTaken(let payload): payload
    case .compared(let payload): payload
    }
  }
}
