public import RunbookModel

/// One sort of step: what it looks like in the file, what can be wrong with it, and how it becomes an
/// activity. A new kind is one type with this protocol and one line in the list of kinds.
public protocol StepKind: Sendable {
  var spec: KindSpec { get }

  /// Everything wrong with a step that can be told before any value is known.
  ///
  /// Keys, types, expressions and templates have been checked by then; this is for what only the kind
  /// knows, such as the syntax of its SQL. Pure.
  func check(_ step: Step, in context: CheckContext) -> [Diagnostic]

  /// The effect that the step's activity will have, whatever its values are; nil where they decide. Pure.
  func effect(of step: Step) -> Effect?

  /// The same, of a step on a connection: kinds of connections may tell it differently. Pure.
  func effect(of step: Step, on connection: Runbook.Connection?) -> Effect?

  /// Variables of the environment that the step's work reads by name, beside `env.…` of expressions; also names that are
  /// not set. Looks at files that a script runs, and changes nothing.
  ///
  /// - Parameter folder: the runbook's.
  func variables(of step: Step, in folder: String, _ environment: [String: String]) -> [String]

  /// The credentials that stand in what the kind reads in a language of its own, by that language. Pure.
  ///
  /// What any text shows by itself, such as a URL's password or what an author's own name says, is found without.
  ///
  /// - Parameter body: what stands behind the kind's key, of a step or a probe.
  func credentials(in body: Fields) -> [StepCredential]

  /// The step with its values put in. Pure: nothing is opened, read or started.
  ///
  /// - Throws: `StepFailure` with the cause `invalid` when a value is undefined or does not fit.
  func bind(_ step: Step, to context: BindingContext) throws(StepFailure) -> any Activity
}

extension StepKind {
  public func effect(of step: Step) -> Effect? { nil }

  public func effect(of step: Step, on connection: Runbook.Connection?) -> Effect? {
    effect(of: step)
  }

  public func variables(
    of step: Step, in folder: String, _ environment: [String: String]
  ) -> [String] { [] }

  public func credentials(in body: Fields) -> [StepCredential] { [] }
}

/// What a kind may know about a step's surroundings when it checks it.
public struct CheckContext: Sendable {
  public let runbook: Runbook
  /// The names that SQL values may come from: inputs, constants, and captures of earlier steps.
  public let valueNames: Set<String>

  public init(runbook: Runbook, valueNames: Set<String>) {
    self.runbook = runbook
    self.valueNames = valueNames
  }
}
