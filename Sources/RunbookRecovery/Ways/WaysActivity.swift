package import RunbookEngine
package import RunbookModel
package import RunbookPostgres

/// One look at the ways that are open.
package struct WaysActivity: Activity {
  package let gateway: PostgresGateway
  package let environment: [String: String]
  package let source: String
  package let damage: CatalogDamage
  package let archive: String?
  let alembic: String?
  let revision: String?
  let runbookTables: [String]
  package let preferred: RecoveryWay.Name?

  package let effect = Effect.readOnly
  package let isEffectDeclared = false
  package var connection: String? { source }

  package var work: [WorkItem] {
    var texts = ["Read the catalogue of \(source)"]
    if let archive { texts.append("Read the backup \(archive)") }
    if let alembic, let revision {
      texts.append("Render the downgrade of \(revision) as SQL, in \(alembic); it is not applied")
    }
    return texts.map { WorkItem(language: .text, text: $0, effect: .readOnly) }
  }

  package func perform(in context: AttemptContext) async throws(StepFailure) -> StepResult {
    var open: [RecoveryWay] = []
    var closed: [Value] = []
    if !damage.isEmpty {
      let live = try await gateway.snapshot(of: source, counting: .none, in: context)
      let back = RenameBack(damage: damage, live: live)
      for name in RecoveryWay.Name.allCases where name != .none {
        do throws(StepFailure) {
          open.append(try await way(name, live, back))
        } catch {
          guard error.record.cause != .interrupted else { throw error }
          let reason = [error.record.message, error.record.detail].compactMap { $0 }
          if isWanted(name) {
            let why = reason.joined(separator: ": ")
            context.output(OutputLine(.notice, "\(name.rawValue) is not open: \(why)"))
          }
          closed.append(
            [
              "way": .string(name.rawValue), "reason": .string(reason.joined(separator: ": ")),
            ])
        }
      }
    }
    for way in open { context.output(OutputLine(.notice, way.line)) }
    return result(open, closed)
  }

  /// Whether somebody gave what it takes, or asked for it: then it is said why it is closed.
  private func isWanted(_ name: RecoveryWay.Name) -> Bool {
    if name == preferred { return true }
    return switch name {
    case .archive: archive != nil
    case .downgrade: alembic != nil && revision != nil
    case .rename, .runbook, .none: false
    }
  }

  private func result(_ open: [RecoveryWay], _ closed: [Value]) -> StepResult {
    let best = open.first { $0.name == preferred } ?? open.first ?? RecoveryWay(.none)
    var values = ValueMap()
    values["best"] = best.value
    values["way"] = .string(best.name.rawValue)
    values["open"] = .list(open.map { .string($0.name.rawValue) })
    values["found"] = .list(open.map(\.summary))
    values["closed"] = .list(closed)
    var result = StepResult(values: values)
    result.evidence = [
      EvidenceDraft(what: "ways that are open", source: source, content: .result("found")),
      EvidenceDraft(what: "ways that are closed", source: source, content: .result("closed")),
    ]
    if let preferred, best.name != preferred {
      result.notices.append("the way '\(preferred.rawValue)' is not open")
    }
    return result
  }

  private func way(
    _ name: RecoveryWay.Name, _ live: CatalogSnapshot, _ back: RenameBack
  ) async throws(StepFailure) -> RecoveryWay {
    switch name {
    case .rename: return try renameWay(back)
    case .archive:
      guard let archive else { throw StepFailure(.invalid, "no backup was given") }
      let opened = try await Archive.open(archive, environment: environment)
      return try await ArchiveWay(
        damage: damage, archive: opened, live: live, back: back,
        triggers: { (tables) throws(StepFailure) in
          try await gateway.triggers(of: tables, on: source)
        },
        absentRoles: { (roles) throws(StepFailure) in
          try await gateway.absentRoles(among: roles, on: source)
        }
      ).find()
    case .downgrade:
      guard let alembic, let revision else {
        throw StepFailure(.invalid, "no migration is known that did it")
      }
      return try await DowngradeWay(
        damage: damage, live: live, renames: back.statements, project: alembic, revision: revision,
        environment: environment
      ).find()
    case .runbook: return try runbookWay(back.statements)
    case .none: return RecoveryWay(.none)
    }
  }

  /// Alone it is a way only where nothing else is lost; it is part of all others.
  private func renameWay(_ back: RenameBack) throws(StepFailure) -> RecoveryWay {
    let statements = back.statements + damage.properties
    guard !statements.isEmpty else { throw StepFailure(.invalid, "no table was renamed") }
    guard damage.emptied.isEmpty, damage.missing.allSatisfy(back.covers) else {
      throw StepFailure(.invalid, "more is lost than names")
    }
    var way = RecoveryWay(.rename)
    way.before = statements
    way.objects = Int64(
      damage.renamed.count + damage.renamedColumns.count + damage.properties.count)
    way.title =
      damage.properties.isEmpty
      ? "renaming back" : "giving back what the tables lost of names, parents and row security"
    way.loses = "nothing"
    return way
  }

  private func runbookWay(_ renames: [String]) throws(StepFailure) -> RecoveryWay {
    let gone = damage.goneTables.map { TableName(identity: $0) }
    let covered = gone.filter { table in runbookTables.contains(where: table.isMeant) }
    guard !covered.isEmpty else {
      throw StepFailure(.invalid, "the runbook has no statements for what was lost")
    }
    var way = RecoveryWay(.runbook)
    way.before = renames
    way.objects = Int64(covered.count)
    way.title = "the runbook's own statements"
    way.loses = "every row of " + covered.map(\.shown).joined(separator: ", ")
    return way
  }
}

extension RecoveryWay {
  /// What a person needs to choose, in a line.
  fileprivate var line: String {
    let time = asOf.map { " as of \($0)" } ?? ""
    return
      "\(name.rawValue): \(title): \(objects) objects, \(rows) rows\(time); lost with it: \(loses)"
  }

  /// What a person needs to choose.
  fileprivate var summary: Value {
    [
      "way": .string(name.rawValue), "title": .string(title), "objects": .int(objects),
      "rows": .int(rows), "as_of": asOf.map(Value.timestamp) ?? .null, "loses": .string(loses),
      "risks": .list(risks.map(Value.string)),
    ]
  }
}

extension CatalogDamage {
  package var isEmpty: Bool { missing.isEmpty && emptied.isEmpty && properties.isEmpty }

  /// Tables that are gone under every name.
  package var goneTables: [String] {
    missing.filter { $0.kind == "table" && renamed[$0.identity] == nil }.map(\.identity)
  }
}
