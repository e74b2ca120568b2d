import RunbookExpression
public import RunbookModel

/// The variables of the environment that a plan's steps read: as much part of what runs as inputs are. Those of
/// connections are held against what they lead to.
extension Plan {
  /// As they are; nil where there are none, or no key to hash them with.
  func variables(_ key: RunKey?) -> [VariableRecord]? {
    guard let key else { return nil }
    let records = variableNames.map { VariableRecord(name: $0, digest: digest(of: $0, key)) }
    return records.isEmpty ? nil : records
  }

  /// The names of those that are not as they were recorded. What nothing reads any more counts for nothing.
  public func changedVariables(since recorded: [VariableRecord], _ key: RunKey?) -> [String] {
    guard let key else { return [] }
    let names = Set(variableNames)
    return recorded.filter { names.contains($0.name) && digest(of: $0.name, key) != $0.digest }
      .map(\.name)
  }

  private func digest(of name: String, _ key: RunKey) -> Digest {
    key.digest(of: environment[name].map { "=\($0)" } ?? "")
  }

  private var variableNames: [String] {
    let references = runbook.steps.flatMap { step in
      DecidingValues.references(of: step) + DecidingValues.references(in: .fields(step.body))
    }
    let names = references.filter { $0.name == "env" }.compactMap { $0.path.first }
    return Set(names).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }
}
