import RunbookExpression
public import RunbookModel

/// The variables of the environment that a plan's steps read: as much part of what runs as inputs are. Those of
/// connections are held against what they lead to.
///
/// | a variable                                               | is held                                    |
/// | -------------------------------------------------------- | ------------------------------------------ |
/// | that an expression names, `env.NAME`                     | when the run is taken up                   |
/// | that the script of a step names which only looks         | when the run is taken up                   |
/// | of the processes of a step that may change something     | by its gate, right before it is performed  |
extension Plan {
  /// As they are; nil where there are none, or no key to hash them with.
  func variables(_ key: RunKey?, _ kinds: [any StepKind]) -> [VariableRecord]? {
    guard let key else { return nil }
    let names = Set(runbook.steps.flatMap { variableNames(of: $0, kinds) })
      .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    let records = names.map { VariableRecord(name: $0, digest: digest(of: $0, key)) }
    return records.isEmpty ? nil : records
  }

  /// The names of those that are not as they were recorded. What nothing reads any more counts for nothing.
  public func changedVariables(
    since recorded: [VariableRecord], _ key: RunKey?, kinds: [any StepKind]
  ) -> [String] {
    guard let key, !recorded.isEmpty else { return [] }
    let names = Set(runbook.steps.flatMap { variableNames(of: $0, kinds) })
    return recorded.filter { names.contains($0.name) && digest(of: $0.name, key) != $0.digest }
      .map(\.name)
  }

  private func digest(of name: String, _ key: RunKey) -> Digest {
    key.digest(of: environment[name].map { "=\($0)" } ?? "")
  }

  func variableNames(of step: Step, _ kinds: [any StepKind]) -> [String] {
    let references =
      DecidingValues.references(of: step) + DecidingValues.references(in: .fields(step.body))
    let named = references.filter { $0.name == "env" }.compactMap { $0.path.first }
    guard !step.phase.mayChange, let kind = kinds.first(where: { $0.spec.name == step.kind }) else {
      return named
    }
    return named + kind.variables(of: step, in: runbook.folder, environment)
  }
}
