package import RunbookModel
import RunbookPostgres

/// A database held against what it was.
///
/// Where only some tables count, their own objects do, and what cannot be without them: a view that
/// reads them, another table's foreign key to them.
package struct CatalogComparison: Sendable {
  package let expected: CatalogSnapshot
  package let actual: CatalogSnapshot
  /// Those that count, by identity; of a partitioned one its partitions count, too.
  package let tables: [String]
  /// What counts of the expected objects.
  package let objects: [CatalogObject]
  /// What of these is not there at all under its name.
  package let missing: [CatalogObject]
  /// In the order of the tables; what is no table's comes last.
  package let findings: [CatalogFinding]
  /// Tables that refer to those that count, and so lose their rows by `TRUNCATE … CASCADE`.
  package let referring: [String]
  /// Names that were asked for and that the expected catalogue does not have.
  package let unknown: [String]

  private let actualObjects: [CatalogObject.Key: CatalogObject]

  /// - Parameter names: tables as a runbook names them; nil means everything.
  package init(expected: CatalogSnapshot, actual: CatalogSnapshot, names: [String]?) {
    self.expected = expected
    self.actual = actual
    let all = expected.objects.filter { $0.kind == "table" }.map(\.identity)
    let tree = TableTree(expected.objects)
    tables =
      names.map { names in
        let asked = tree.withPartitions(
          ExactSet(all.filter { names.contains(where: TableName(identity: $0).isMeant) }))
        return all.filter(asked.contains)
      } ?? all
    unknown = (names ?? []).filter { name in
      !all.contains { TableName(identity: $0).isMeant(by: name) }
    }
    let actualObjects = Dictionary(actual.objects.map { ($0.outerKey, $0) }) { first, _ in first }
    self.actualObjects = actualObjects
    let outer = expected.objects.filter { !$0.isInner }
    objects = names == nil ? outer : Self.scope(of: ExactSet(tables), in: outer)
    missing = objects.filter { actualObjects[$0.key] == nil }
    referring = tree.withPartitions(Self.referring(to: ExactSet(tables), in: expected))
      .subtracting(ExactSet(tables)).sorted()
    findings =
      CatalogFindings(
        expected: expected, actual: actual, tables: tables, referring: referring, objects: objects,
        missing: missing, actualObjects: actualObjects, tree: tree
      ).all
  }

  /// The tables' objects, and what uses them, views on views included.
  private static func scope(
    of tables: ExactSet, in objects: [CatalogObject]
  ) -> [CatalogObject] {
    var names = tables
    while true {
      let more = objects.filter {
        $0.kind == "view" && !names.contains($0.identity) && !names.isDisjoint(with: $0.uses)
      }
      guard !more.isEmpty else { break }
      names.formUnion(more.map(\.identity))
    }
    let isOfView = { (object: CatalogObject) in
      names.contains { object.kind == "grant" && object.identity.begins(with: "view \($0) to ") }
    }
    return objects.filter { object in
      object.belongs(toOneOf: tables) || names.contains(object.identity)
        || !names.isDisjoint(with: object.uses) || isOfView(object)
    }
  }

  /// Over any number of references.
  package static func referring(to tables: ExactSet, in snapshot: CatalogSnapshot) -> ExactSet {
    let keys = snapshot.objects.filter { $0.kind == "constraint" && !$0.uses.isEmpty }
    var found = tables
    while true {
      let more = keys.filter { !found.isDisjoint(with: $0.uses) }.compactMap(\.table)
      guard !found.isSuperset(of: more) else { return found.subtracting(tables) }
      found.formUnion(more)
    }
  }

  package func findings(_ fate: CatalogFinding.Fate) -> [CatalogFinding] {
    findings.filter { $0.fate == fate }
  }

  /// Whether anything is lost.
  package var isDamaged: Bool { findings.contains { $0.fate.isDamage } }

  /// Of the objects that count, those that are exactly as they were.
  package var equalCount: Int {
    objects.count { actualObjects[$0.key]?.isDefined(as: $0) ?? false }
  }

  /// What the compared tables have and did not have before.
  package var added: [CatalogObject] {
    let known = Set(expected.objects.map(\.outerKey))
    let inScope = ExactSet(tables)
    return actual.objects.filter { object in
      !known.contains(object.key) && !object.isInner
        // Of what a snapshot of before was not asked for, and an archive's own server cannot make, it is not known
        // whether it is new.
        && !CatalogObject.laterKinds.contains(object.kind)
        && (tables.count == expected.tables.count || object.belongs(toOneOf: inScope))
    }
  }
}
