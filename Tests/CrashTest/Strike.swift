import Glibc
import RunbookTestSupport

/// The instant at which something is struck.
enum Strike: CustomStringConvertible {
  /// This long after a command was started.
  case after(Duration)
  /// As soon as the line that a step commits can be seen by others.
  case committed(String)
  /// As soon as the server is asked to commit a step's transaction.
  case committing(String)
  /// As soon as a step's transaction has begun.
  case begun(String)

  var description: String {
    switch self {
    case .after(let time): "after \(time)"
    case .committed(let step): "once \(step) is committed"
    case .committing(let step): "at the COMMIT of \(step)"
    case .begun(let step): "once \(step) has begun"
    }
  }

  /// - Parameters:
  ///   - span: how long the command may take.
  ///   - steps: those that are not done.
  ///   - share: how many of all strikes are around a COMMIT.
  static func draw(
    within span: Duration, steps: [Scenario.Step], aroundCommit share: Double,
    _ generator: inout SeededGenerator
  ) -> Strike {
    let all = steps.filter { $0.ledger == .table }.map(\.id)
    let own = steps.filter(\.hasReceipt).map(\.id)
    guard generator.chance(share), let any = all.randomElement(using: &generator) else {
      return .after(generator.instant(within: span))
    }
    let step = own.randomElement(using: &generator) ?? any
    switch Int.random(in: 0..<4, using: &generator) {
    case 0: return .begun(step)
    case 1: return .committing(step)
    // For a step without a receipt this is between its effect and its outcome.
    default: return .committed(any)
    }
  }

  /// Waits for the instant.
  ///
  /// - Returns: whether it came; false when the command ended before.
  func awaited(_ command: RunningCommand, _ world: World) throws -> Bool {
    guard let sign = sign(in: world.database) else {
      if case .after(let time) = self { return !command.child.hasEnded(within: time) }
      return false
    }
    let session = try world.session()
    try session.begin(sign)
    let isOver = command.child.hasEnded(within: World.patience, or: session.output)
    if isOver { world.forgetSession() } else { _ = try session.answer() }
    return !isOver
  }

  /// A statement that ends at the instant: asking again and again from here would be too slow.
  private func sign(in database: String) -> String? {
    switch self {
    case .after: nil
    case .committed(let step):
      Self.loop("EXISTS (SELECT FROM ledger WHERE step = '\(step)')")
    case .committing(let step):
      // What waits for the commit is done right before it, and takes longer.
      Self.loop(
        Self.activity(step, "query IN ('SET CONSTRAINTS ALL IMMEDIATE', 'COMMIT')", database))
    case .begun(let step): Self.loop(Self.activity(step, "state <> 'idle'", database))
    }
  }

  private static func activity(_ step: String, _ what: String, _ database: String) -> String {
    """
    EXISTS (SELECT FROM pg_stat_activity WHERE datname = '\(database)'
      AND application_name LIKE 'runbook % \(step)' AND \(what))
    """
  }

  private static func loop(_ condition: String) -> String {
    """
    DO $$ BEGIN
      WHILE NOT \(condition) LOOP PERFORM pg_stat_clear_snapshot(); END LOOP;
    END $$
    """
  }
}
