package import RunbookEngine
package import RunbookModel

/// One migration: its file, what is known of it, and what its way up does.
package struct MigrationRevision: Sendable {
  package let id: String
  /// The ids of those that it revises.
  package let downs: [String]
  /// The ids of those that have to be applied before, on other branches.
  package var dependencies: [String] = []
  package let file: String
  package let path: String
  /// What the result tells of it besides its operations.
  package var facts: ValueMap
  package let created: Timestamp?
  let modified: Timestamp
  package var operations: [MigrationOperation]
  /// Statements that take nothing away and are too many to be told.
  package var leftOut = 0
  /// What the way down makes.
  package var makes: Set<MadeName> = []
  /// Nil where it is not known.
  package var isApplied: Bool?

  /// When it was made, as far as its file tells.
  var time: Timestamp { created ?? modified }
  package var losses: [MigrationLoss] { operations.flatMap(\.losses) }
  package var undetermined: [MigrationOperation.Gap] { operations.flatMap(\.undetermined) }
  package var unreadable: [MigrationOperation.Gap] { operations.flatMap(\.unreadable) }

  package func value(
    owners: TableOwners?, application: String?, _ redactor: Redactor
  ) -> ValueMap {
    var map = facts
    let told = operations.filter { !$0.facts.isEmpty }
    map["operations"] = .list(told.map { $0.value(redactor) })
    map["drops"] = .list(
      losses.map { $0.value(makes: makes, owners: owners, application: application) })
    map["intended"] = .list(
      told.filter { $0.isIntended(owners: owners, application: application) }
        .map { $0.value(redactor) })
    map["undetermined"] = .list(undetermined.map(\.value))
    map["unreadable"] = .list(unreadable.map(\.value))
    if let isApplied { map["is_applied"] = .bool(isApplied) }
    return map
  }
}

extension MigrationRevision {
  /// Of a file that holds a secret, the hash would tell it to whoever tries short ones until one fits: it is made
  /// with the run's key, or left out where there is none, or the file is another one by now.
  package mutating func hideHash(_ redactor: Redactor, _ key: RunKey?) {
    guard let hash = facts["sha256"]?.stringValue else { return }
    do throws(MigrationFile.Fault) {
      let file = try MigrationFile.read(path)
      guard Digest.sha256(of: file.bytes).hex == hash else {
        facts["sha256"] = nil
        return
      }
      guard redactor.holdsSecret(file.text) else { return }
      facts["sha256"] = key.map { .string($0.digest(of: file.text).hex) }
    } catch {
      facts["sha256"] = nil
    }
  }
}

extension MigrationRevision {
  /// A revision of Alembic's, as `MigrationProgram` reads it.
  ///
  /// - Returns: nil for what that program does not write.
  package init?(alembic map: ValueMap) {
    guard let id = map["revision"]?.stringValue, let file = map["file"]?.stringValue,
      let path = map["path"]?.stringValue,
      let modified = map["modified"]?.stringValue.flatMap(Timestamp.init(rfc3339:))
    else { return nil }
    func names(_ key: String) -> [String] {
      map[key]?.stringValue.map { [$0] } ?? map[key]?.listValue?.compactMap(\.stringValue) ?? []
    }
    var facts = map
    for key in ["operations", "downgrade"] { facts[key] = nil }
    let created = map["created"]?.stringValue.flatMap(Timestamp.init(rfc3339:))
    facts["created"] = created.map(Value.timestamp) ?? .null
    facts["modified"] = .timestamp(modified)
    self.init(
      id: id, downs: names("down_revision"), dependencies: names("depends_on"), file: file,
      path: path, facts: facts, created: created, modified: modified,
      operations: (map["operations"]?.listValue ?? []).compactMap { $0.mapValue }
        .map(MigrationOperation.init(call:)))
    let down = map["downgrade"]
    for text in down?.at("texts")?.listValue?.compactMap(\.stringValue) ?? [] {
      makes.formUnion(SQLJudge.read(text).makes)
    }
    for item in down?.at("makes")?.listValue ?? [] {
      guard let parts = item.listValue, parts.count == 3, let kind = parts[0].stringValue
      else { continue }
      makes.insert(
        MadeName(kind, table: parts[1].stringValue, name: parts[2].stringValue))
    }
  }
}
