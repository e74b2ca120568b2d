import RunbookEngine
public import RunbookModel

/// How long a drill's team took, on the story clock; nil where it did not happen.
public struct DrillTimes: Sendable, Hashable {
  /// To the first finding.
  public let detect: StoryTime?
  /// To the end of the last recovery step that was carried out.
  public let mitigate: StoryTime?
  /// To the end of the run, recovered and verified.
  public let recover: StoryTime?

  public init(_ state: DrillState) {
    let steps = state.run.runbook?.steps ?? []
    detect = steps.compactMap { state.stepTimes[.init(.finding, $0.id.rawValue)] }.min()
    mitigate = steps.filter { $0.phase == .recovery }
      .compactMap { state.stepTimes[.init(.finished, $0.id.rawValue)] }.max()
    recover = state.recoveredAt
  }
}
