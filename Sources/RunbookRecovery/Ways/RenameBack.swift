import RunbookModel
import RunbookPostgres

/// The statements that give renamed schemas, tables and columns, and what belongs to them, their names back.
package struct RenameBack {
  package let damage: CatalogDamage
  package let live: CatalogSnapshot

  package var statements: [String] {
    damage.renamedSchemas.inOrder.map { "ALTER SCHEMA \($0.value) RENAME TO \($0.key)" }
      + damage.renamed.inOrder.flatMap { was, now in
        damage.renamedSchemas[was.qualifier] == nil ? table(was, now) + parts(was, now) : []
      }
      + damage.renamedColumns.map { "ALTER TABLE \($0[0]) RENAME COLUMN \($0[2]) TO \($0[1])" }
  }

  /// Whether a missing object is there again after these.
  package func covers(_ object: CatalogObject) -> Bool {
    if object.table.map({ damage.renamed[$0] != nil }) ?? false { return true }
    for names in damage.renamedColumns {
      let (was, now) = ("\(names[0]).\(names[1])", "\(names[0]).\(names[2])")
      if object.kind == "column", object.identity.isIdentical(to: was) { return true }
      if isThere(object, was, as: now) { return true }
    }
    return damage.renamedSchemas.contains { was, now in
      object.kind == "schema" && object.identity.isIdentical(to: was)
        || isThere(object, "schema \(was)", as: "schema \(now)")
        || isThere(object, "\(was).", as: "\(now).")
    }
  }

  private func isThere(_ object: CatalogObject, _ was: String, as now: String) -> Bool {
    guard object.identity.holds(was) else { return false }
    let name = object.identity.replacingAll(was, with: now)
    return live.objects.contains {
      $0.kind == object.kind && $0.identity.isIdentical(to: name)
    }
  }

  private func table(_ was: String, _ now: String) -> [String] {
    let old = TableName(identity: was)
    let new = TableName(identity: now)
    var statements: [String] = []
    var current = now
    if !old.schema.isIdentical(to: new.schema) {
      let schema = was.dropLastScalars(was.droppingQualifier.unicodeScalars.count + 1)
      statements.append("ALTER TABLE \(now) SET SCHEMA \(schema)")
      current = "\(schema).\(now.droppingQualifier)"
    }
    if !old.name.isIdentical(to: new.name) {
      statements.append("ALTER TABLE \(current) RENAME TO \(was.droppingQualifier)")
    }
    return statements
  }

  /// Constraints and indexes that were renamed along with their table: known by what they are.
  private func parts(_ was: String, _ now: String) -> [String] {
    let lost = damage.missing.filter { $0.belongs(to: was) }
    let there = live.objects.filter { $0.belongs(to: now) }
    var statements: [String] = []
    for object in lost where ["constraint", "index", "trigger"].contains(object.kind) {
      guard
        !there.contains(where: { $0.kind == object.kind && $0.name.isIdentical(to: object.name) })
      else {
        continue
      }
      let wanted = Self.essence(of: object, table: was)
      let taken = ExactSet(lost.map(\.name))
      let other = there.first {
        $0.kind == object.kind && !taken.contains($0.name)
          && Self.essence(of: $0, table: now).isIdentical(to: wanted)
      }
      guard let other else { continue }
      switch object.kind {
      case "index": statements.append("ALTER INDEX \(other.identity) RENAME TO \(object.name)")
      case "trigger":
        statements.append("ALTER TRIGGER \(other.name) ON \(was) RENAME TO \(object.name)")
      default:
        statements.append("ALTER TABLE \(was) RENAME CONSTRAINT \(other.name) TO \(object.name)")
      }
    }
    return statements
  }

  /// A definition without the names.
  private static func essence(of object: CatalogObject, table: String) -> String {
    object.definition.replacing(object.name, with: "", maxReplacements: 1)
      .replacingAll(table, with: "")
  }
}
