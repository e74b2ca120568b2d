/// What a run is carried out through.
public struct EnginePorts: Sendable {
  public let journal: any Journal
  public let kinds: [any StepKind]
  public let gateway: any ConnectionGateway
  public let sandboxes: any SandboxProvider
  public let person: any Operator
  public let observer: any RunObserver
  public let clock: any EngineClock
  /// Of a sandbox; nil is nobody.
  public let witness: (any SandboxWitness)?
  /// Nil where no other runs are known of.
  public let neighbours: (any RunNeighbours)?

  public init(
    journal: any Journal, kinds: [any StepKind], gateway: any ConnectionGateway,
    sandboxes: any SandboxProvider, person: any Operator, observer: any RunObserver,
    clock: any EngineClock, witness: (any SandboxWitness)? = nil,
    neighbours: (any RunNeighbours)? = nil
  ) {
    self.neighbours = neighbours
    self.journal = journal
    self.kinds = kinds
    self.gateway = gateway
    self.sandboxes = sandboxes
    self.person = person
    self.observer = observer
    self.clock = clock
    self.witness = witness
  }
}
