import RunbookEngine
import RunbookExpression
import RunbookModel

/// Whether what a drill broke is whole again: in a sandbox by the drill's own comparison, not by the
/// runbook's word.
public enum DrillRecovery: Sendable, Hashable {
  case recovered
  /// Why it is not.
  case notRecovered(String)

  public var isRecovered: Bool { self == .recovered }

  /// Nil as long as the run goes on, and where nothing was carried out.
  public init?(_ state: DrillState) {
    guard let started = state.started, started.mode != .talk,
      case .ended(let end) = state.run.lifecycle
    else { return nil }
    guard end.status == .resolved else {
      self = .notRecovered("the run ended \(end.status.rawValue): \(end.reason)")
      return
    }
    guard started.mode == .sandbox else {
      self = .recovered
      return
    }
    self = Self.compared(state, by: started.drill.recovered)
  }

  private static func compared(
    _ state: DrillState, by condition: SourceText?
  ) -> DrillRecovery {
    guard let comparison = state.comparison else {
      return .notRecovered("it was not compared with before")
    }
    let fact = comparison.fact
    if let trouble = fact.trouble { return .notRecovered("it was not compared: \(trouble)") }
    guard let condition else {
      let isWhole =
        fact.missingCount == 0 && fact.changedCount == 0 && fact.movedCount == 0
        && fact.rowsLost == 0
      return isWhole ? .recovered : .notRecovered(fact.words)
    }
    // One that cannot be parsed was refused before the drill began.
    let expression = try? Expression(parsing: condition)
    let value = try? expression?.evaluate(in: DrillScope(state, at: comparison.at))
    return value == .bool(true)
      ? .recovered : .notRecovered("not `\(condition.text)`: \(fact.words)")
  }
}
