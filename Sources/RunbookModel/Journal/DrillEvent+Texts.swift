extension DrillEvent {
  /// The event with what people said transformed. The drill itself stays as it was authored, and so do
  /// names.
  func mapTexts(_ transform: (String) -> String) -> DrillEvent {
    switch self {
    case .answerGiven(let payload):
      .answerGiven(
        DrillAnswer(
          subject: payload.subject, participant: payload.participant, choice: payload.choice,
          text: transform(payload.text)))
    case .decisionMade(let word): .decisionMade(word.mapTexts(transform))
    case .paused(let word): .paused(word.mapTexts(transform))
    case .ended(let word): .ended(word.mapTexts(transform))
    case .extended(let payload):
      .extended(DrillExtension(by: payload.by, reason: transform(payload.reason)))
    case .injectSkipped(let payload):
      .injectSkipped(InjectSkipped(inject: payload.inject, reason: transform(payload.reason)))
    case .judged(let payload):
      .judged(
        ExpectationJudged(
          expectation: payload.expectation, isMet: payload.isMet,
          reason: transform(payload.reason)))
    case .started, .injectDelivered, .hintGiven, .continued, .jumped, .baselineTaken, .compared:
      self
    }
  }
}

extension DrillWord {
  fileprivate func mapTexts(_ transform: (String) -> String) -> DrillWord {
    DrillWord(transform(text), participant: participant)
  }
}
