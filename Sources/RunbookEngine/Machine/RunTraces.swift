public import RunbookModel

/// What the databases have to hold of a run.
extension RunState {
  /// What a database does not show of steps that are done by the journal, over the connection that leads there now. How
  /// one stands that is not done is found out in that database.
  struct Doubts {
    /// Their receipts, or the marks of their beginning, are not there.
    var missing: [StepID] = []
    /// They left nothing by which it could be seen.
    var unknown: [StepID] = []
    /// Their last attempts are in flight, in a database that this one does not come from.
    var inFlight: [StepID] = []
    /// They changed nothing, and were performed in another database, or before it lost something.
    var checks: [StepID] = []
  }

  func doubts(about found: ConnectionIdentified) -> Doubts {
    let name = found.connection
    let records = (runbook?.steps ?? []) + formerSteps
    var doubts = Doubts()
    for record in records {
      let one = step(record.id)
      guard one.status == .succeeded, one.loss == nil else { continue }
      let isNamed = found.lost?.steps.contains(record.id) == true
      guard one.connection == name || isNamed else { continue }
      let isMarked = one.hasReceipt || begun[name]?[record.id] != nil
      let standing = found.record(
        of: record.id, isMarked: isMarked, since: identities[name]?.identity)
      let isChange = record.phase.mayChange && one.isChange
      switch standing {
      case .there: continue
      case .missing: doubts.missing.append(record.id)
      case .unknown where isChange: doubts.unknown.append(record.id)
      case .unknown: break
      }
    }
    // Of journals that do not say what the runbook's steps are.
    let known = Set(records.map(\.id))
    doubts.missing += (found.lost?.steps ?? []).filter {
      !known.contains($0) && step($0).status == .succeeded
    }
    doubts.checks = seen(by: found)
    if identities[name].map({ !found.identity.comes(from: $0.identity) }) == true {
      doubts.inFlight = records.map(\.id).filter { id in
        let one = step(id)
        return one.connection == name && one.isChange && [.running, .unknown].contains(one.status)
      }
    }
    return doubts
  }

  /// Connections over which steps of the run were performed, by name: what they did is looked for when the run is taken
  /// up.
  public var usedConnections: [String] {
    let used = Set(steps.values.filter { $0.attempts > 0 }.compactMap(\.connection))
    return identities.keys.filter(used.contains).sorted()
  }

  /// What the database of a connection has to hold of the run, by whatever name the run led there.
  ///
  /// - Parameter identity: which database that is; nil for the one that it was last.
  public func proof(
    on connection: String, of identity: ConnectionIdentity? = nil
  ) -> RunProof {
    let database = identity ?? identities[connection]?.identity
    let others = identities.filter { name, other in
      name != connection && database.map { other.identity.isKnownAsSame($0) } == true
    }
    let names = Set(others.keys).union([connection])
    let receipts = steps.filter { _, step in
      step.status == .succeeded && step.hasReceipt && step.loss == nil
        && step.connection.map { names.contains($0) } == true
    }
    let noted = names.flatMap { begun[$0] ?? [:] }
    return RunProof(
      generation: names.compactMap { leases[$0] }.max(),
      receipts: receipts.keys.sorted {
        $0.rawValue.utf8.lexicographicallyPrecedes($1.rawValue.utf8)
      },
      begun: noted.sorted { $0.value < $1.value }
        .map { RunProof.Begun(step: $0.key, attempt: $0.value) })
  }

  /// Whether the run has left a lease or marks in a database.
  public var leavesMarks: Bool { !markedConnections.isEmpty }

  /// Connections in whose databases it has, by name.
  var markedConnections: [String] {
    Set(leases.keys).union(begun.filter { !$0.value.isEmpty }.keys).sorted()
  }

  /// Attempts of all steps.
  var attempts: Int { steps.values.reduce(0) { $0 + $1.attempts } }
}
