public import RunbookModel

/// Somebody who looks on while a sandbox is broken and recovered, such as a drill. Where there is no
/// sandbox, as in a simulation, only the run's beginning is seen.
///
/// What it returns is written to the journal in the run's name.
public protocol SandboxWitness: Sendable {
  /// The sandbox is filled and whole; the fault comes when this returns.
  ///
  /// - Parameter url: of the sandbox's database.
  /// - Throws: `interrupted` when its task is cancelled; anything else ends the run: there is no sandbox
  ///   then.
  func standsWhole(_ url: String) async throws(StepFailure) -> [Event]

  /// The fault is there, and the journal says so, or the run without a sandbox has begun; it goes on when
  /// this returns.
  ///
  /// - Returns: whether it does: else it is held.
  func isBroken() async -> Bool

  /// Nothing more is performed; the sandbox stands until this returns.
  func isEnding(_ url: String) async -> [Event]
}
