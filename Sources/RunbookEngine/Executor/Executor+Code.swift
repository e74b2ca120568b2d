import RunbookModel

extension Executor {
  /// What the databases that an attempt may have changed have of code of their own now that it has ended; nil where it
  /// changes nothing, or none could be asked.
  func codeAfter(_ bound: BoundStep) async -> [DatabaseCodeSeen]? {
    guard bound.step.phase.mayChange, !bound.step.options.isTrial,
      bound.settledBy != .repeatable, let connection = bound.activity.connection,
      let own = state.identities[connection]?.identity
    else { return nil }
    var seen: [DatabaseCodeSeen] = []
    // What one role sees of it another may not.
    for (name, other) in state.identities.sorted(by: { $0.key < $1.key })
    where seenConnections.contains(name)
      && (name.isIdentical(to: connection) || own.sharesTables(with: other.identity))
    {
      guard let code = await ports.gateway.code(of: name) else { continue }
      let parts = code.map { one in
        SealedPart(
          name: redactor.redact(one.name),
          digest: StepSeal.digest(of: one.content, key: options.key),
          group: one.group.map { $0.redacted(by: redactor) })
      }
      if !parts.isEmpty { seen.append(DatabaseCodeSeen(connection: name, parts: parts)) }
    }
    return seen.isEmpty ? nil : seen
  }
}
