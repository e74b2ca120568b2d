public import RunbookModel

/// `sql` steps, each as the kind of its connection runs it.
public struct ConnectedSQL: StepKind {
  private let kinds: [any ConnectionKind]
  private let usual: any StepKind

  /// - Parameters:
  ///   - kinds: of connections.
  ///   - usual: checks steps whose connection is not known, of which the checker has said so.
  public init(_ kinds: [any ConnectionKind], usual: any StepKind) {
    self.kinds = kinds
    self.usual = usual
  }

  public var spec: KindSpec { usual.spec }

  public func check(_ step: Step, in context: CheckContext) -> [Diagnostic] {
    kind(of: context.runbook.connection(of: step)).check(step, in: context)
  }

  public func effect(of step: Step) -> Effect? { usual.effect(of: step) }

  public func effect(of step: Step, on connection: Runbook.Connection?) -> Effect? {
    kind(of: connection).effect(of: step)
  }

  /// By the usual kind's scanner: where a literal stands in SQL, and what stands before it, is the same to all.
  public func credentials(in body: Fields) -> [StepCredential] { usual.credentials(in: body) }

  public func bind(
    _ step: Step, to context: BindingContext
  ) throws(StepFailure) -> any Activity {
    try kind(of: context.connection).bind(step, to: context)
  }

  private func kind(of connection: Runbook.Connection?) -> any StepKind {
    connection.flatMap { kinds.named($0.kind)?.sql } ?? usual
  }
}
