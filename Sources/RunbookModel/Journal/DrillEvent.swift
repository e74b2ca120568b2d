/// What happens in a drill besides what happens in a run. Stored under `action`, one case a name.
public enum DrillEvent: Sendable, Hashable {
  /// Follows `runStarted`: the whole drill, who takes part, and its seed.
  case started(DrillStarted)
  case injectDelivered(InjectDelivered)
  case answerGiven(DrillAnswer)
  case decisionMade(DrillWord)
  case hintGiven(HintGiven)
  /// The story clock stands.
  case paused(DrillWord)
  case continued
  /// The story clock was set, to an inject that is told again where one is named.
  case jumped(DrillJump)
  /// The story clock stands still for this long, so that all that is due comes that much later.
  case extended(DrillExtension)
  case injectSkipped(InjectSkipped)
  case judged(ExpectationJudged)
  /// What the sandbox held before it was broken.
  case baselineTaken(DrillBaseline)
  /// What it holds at the end, held against that; of several the last one counts.
  case compared(DrillComparison)
  /// The drill is over; the hot wash may go on.
  case ended(DrillWord)
}
