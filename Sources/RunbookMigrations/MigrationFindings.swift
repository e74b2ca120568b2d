import RunbookEngine
package import RunbookModel
import RunbookPostgres

/// What a step tells of the migrations that were read.
package struct MigrationFindings {
  package let files: MigrationFiles
  package let revision: String?
  let since: Timestamp?
  let tables: [String]
  package let owners: TableOwners?
  let application: String?
  var redactor = Redactor.none

  private static let longestSource = 65_536
  private static let mostNotices = 10

  package var values: ValueMap {
    let wanted = files.revisions.filter { one in
      (revision.map { one.id.begins(with: $0) } ?? true) && (since.map { one.time >= $0 } ?? true)
    }
    let culprits = wanted.compactMap(culprit)
    let dropped = culprits.flatMap { $0["dropped_tables"]?.listValue ?? [] }
    var values = ValueMap([
      (
        "revisions",
        .list(wanted.map { .map($0.value(owners: owners, application: application, redactor)) })
      ),
      ("culprits", .list(culprits.map(Value.map))), ("drops", .list(Self.unique(dropped))),
      ("tool", .string(files.tool.rawValue)),
      ("head", .string(files.heads.joined(separator: ", "))),
      ("unreadable", .list(files.unreadable + wanted.flatMap(Self.unreadable))),
      ("undetermined", .list(wanted.flatMap(Self.undetermined))),
    ])
    for (key, isApplied) in [("applied", true), ("pending", false)] {
      values[key] = .list(
        files.revisions.filter { $0.isApplied == isApplied }.map { .string($0.id) })
    }
    return values
  }

  /// What a person has to look at, because it could not be read.
  package func notices(of values: ValueMap) -> [String] {
    let gaps = (values["unreadable"]?.listValue ?? []).map { "cannot be read: \(Self.words($0))" }
    let unknown = (values["undetermined"]?.listValue ?? []).map {
      "is only known when it runs: \(Self.words($0))"
    }
    let all = gaps + unknown
    let rest = all.count - Self.mostNotices
    return files.notices + all.prefix(Self.mostNotices)
      + (rest > 0 ? ["and \(rest) more places of migrations that cannot be read"] : []) + share
  }

  /// Which share was read, where it was not all.
  private var share: [String] {
    let known = files.revisions.count
    let whole = files.revisions.count { $0.unreadable.isEmpty && $0.undetermined.isEmpty }
    let all = known + files.unreadable.count
    guard whole < all else { return [] }
    return [
      "of \(all) files, \(whole) were read whole, \(known - whole) in part,"
        + " and \(files.unreadable.count) not"
    ]
  }

  private static func words(_ gap: Value) -> String {
    let line = gap.at("line")?.intValue.map { " line \($0)" } ?? ""
    let reason = gap.at("reason")?.stringValue ?? gap.at("error")?.stringValue ?? ""
    return "\(gap.at("file")?.stringValue ?? "")\(line): \(reason)"
  }

  private static func unreadable(_ one: MigrationRevision) -> [Value] {
    one.unreadable.map { gap in
      [
        "file": .string(one.file), "path": .string(one.path), "line": .int(gap.line),
        "error": .string("line \(gap.line): \(gap.reason)"), "reason": .string(gap.reason),
        "text": .string(gap.text),
      ]
    }
  }

  private static func undetermined(_ one: MigrationRevision) -> [Value] {
    one.undetermined.map { gap in
      [
        "file": .string(one.file), "revision": .string(one.id), "line": .int(gap.line),
        "reason": .string(gap.reason), "text": .string(gap.text),
      ]
    }
  }

  /// - Returns: nil for a revision that takes away nothing that matters here.
  private func culprit(_ one: MigrationRevision) -> ValueMap? {
    let meant = one.losses.map(\.loss).filter(isMeant)
    guard !meant.isEmpty else { return nil }
    func tables(_ actions: Set<SQLLoss.Action>) -> Value {
      .list(
        Self.unique(
          meant.filter { actions.contains($0.action) && Self.isOfTable($0) }
            .compactMap { $0.table.map(Value.string) }))
    }
    var map = one.value(owners: owners, application: application, redactor)
    map["dropped_tables"] = tables([.drop])
    map["emptied_tables"] = tables([.truncate, .delete])
    map["renamed_tables"] = tables([.rename, .move])
    // A file that went since it was read still has its facts.
    map["source"] = .string(
      (try? MigrationFile.read(one.path).text).map { redactor.head($0, bytes: Self.longestSource) }
        ?? "")
    return map
  }

  private static func isOfTable(_ loss: SQLLoss) -> Bool {
    ["table", "foreign table", "rows"].contains(loss.kind)
  }

  /// Whether the loss is one that is looked for: of a table that is named, of one that another
  /// application owns, or, where neither is said, any table that is dropped.
  private func isMeant(_ loss: SQLLoss) -> Bool {
    if let owners, let application, let owner = owners.owner(of: loss) {
      if owner != application { return loss.kind != "index" && loss.kind != "constraint" }
      if tables.isEmpty { return false }
    }
    switch loss.kind {
    case "database", "owned": return true
    case "schema":
      return tables.isEmpty || tables.contains { TableName(identity: $0).schema == loss.name }
    case _ where Self.isOfTable(loss) || SQLLoss.relations.contains(loss.kind):
      guard let name = loss.table ?? loss.name else { return tables.isEmpty && isPlainDrop(loss) }
      if loss.isInAnySchema, !tables.isEmpty {
        return tables.contains { TableName(identity: $0).name.isIdentical(to: name) }
      }
      let table = TableName(schema: loss.schema ?? "public", name: name)
      return tables.isEmpty ? isPlainDrop(loss) : tables.contains(where: table.isMeant)
    default: return false
    }
  }

  private func isPlainDrop(_ loss: SQLLoss) -> Bool {
    loss.action == .drop && Self.isOfTable(loss)
  }

  private static func unique(_ values: [Value]) -> [Value] {
    var seen: Set<Value> = []
    return values.filter { seen.insert($0).inserted }
  }
}
