import RunbookModel

extension DrillEvent {
  /// The names of the participants that it is about.
  var participants: [String] {
    switch self {
    case .started(let started): started.participants.map(\.name)
    case .answerGiven(let answer): [answer.participant].compactMap(\.self)
    case .decisionMade(let word), .paused(let word), .ended(let word):
      [word.participant].compactMap(\.self)
    case .injectDelivered, .hintGiven, .continued, .jumped, .extended, .injectSkipped, .judged,
      .baselineTaken, .compared:
      []
    }
  }

  /// The event with participants called otherwise. The drill itself stays as it was authored.
  func mapParticipants(_ transform: (String) -> String) -> DrillEvent {
    switch self {
    case .started(let started):
      .started(
        DrillStarted(
          mode: started.mode, drill: started.drill,
          participants: started.participants.map {
            DrillParticipant(name: transform($0.name), role: $0.role)
          }, seed: started.seed, isSurprise: started.isSurprise,
          speedPercent: started.speedPercent, isCheck: started.isCheck))
    case .answerGiven(let answer):
      .answerGiven(
        DrillAnswer(
          subject: answer.subject, participant: answer.participant.map(transform),
          choice: answer.choice, text: answer.text))
    case .decisionMade(let word): .decisionMade(word.mapParticipant(transform))
    case .paused(let word): .paused(word.mapParticipant(transform))
    case .ended(let word): .ended(word.mapParticipant(transform))
    case .injectDelivered, .hintGiven, .continued, .jumped, .extended, .injectSkipped, .judged,
      .baselineTaken, .compared:
      self
    }
  }
}

extension DrillWord {
  fileprivate func mapParticipant(_ transform: (String) -> String) -> DrillWord {
    DrillWord(text, participant: participant.map(transform))
  }
}

extension Actor {
  /// Whether people call them so.
  func isCalled(_ name: String) -> Bool {
    self.name.map { PublicNames.isSame($0, name) } ?? false || PublicNames.isSame(account, name)
  }
}
