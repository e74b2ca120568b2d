public import RunbookModel

/// How a run is carried out.
public struct RunOptions: Sendable {
  public var run: RunID
  public var actor: Actor
  public var host: String
  public var toolVersion: String
  /// The run's own folder, for evidence.
  public var runFolder: String
  /// Gates that `--approve` named ahead of time.
  public var approvals: Set<String>
  /// Other runs on the same database beside which `--beside` lets this one go on.
  public var besides: Set<String> = []
  /// Whether the system vouches for the actor's account; else it counts for no gate that takes two people.
  public var isActorKnown = true
  /// `--approve-all`, which only a sandbox allows.
  public var approvesAll: Bool
  public var isDrill: Bool
  /// What follows the run's first entry: of a drill, that it is one.
  public var opening: [Event] = []
  /// `--step-by-step`: a person says of each step whether it may be performed.
  public var asksBeforeEachStep = false
  /// `--terminate`: what a dead executor left is ended without asking.
  public var terminatesRemnants = false
  /// Whether a person wants the run's former process kept from all that it was about to do: what it has not
  /// finished is ended without asking where its end undoes it.
  public var fencesFormer = false
  /// How long what a dead executor left is waited for.
  public var remnantPatience = Duration.seconds(60)
  /// The lease's generation.
  public var generation: Int64
  /// Nil in a run that was begun without one.
  public var key: RunKey?

  public init(
    run: RunID, actor: Actor, host: String, toolVersion: String, runFolder: String,
    approvals: Set<String> = [], approvesAll: Bool = false, isDrill: Bool = false,
    generation: Int64 = 1
  ) {
    self.run = run
    self.actor = actor
    self.host = host
    self.toolVersion = toolVersion
    self.runFolder = runFolder
    self.approvals = approvals
    self.approvesAll = approvesAll
    self.isDrill = isDrill
    self.generation = generation
  }
}
