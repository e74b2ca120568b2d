package import RunbookModel

/// A table that has another name now.
package struct TableRename: Sendable, Hashable {
  package let identity: String
  /// Whether one of its keys or indexes still has its name; otherwise its columns alone speak for it.
  package let isCertain: Bool
}

/// Finds tables again that were renamed or moved to another schema.
package struct TableRenames {
  package let expected: CatalogSnapshot
  package let actual: CatalogSnapshot

  /// - Parameter missing: identities of tables.
  /// - Returns: by the old identity; no table is found twice.
  package func find(_ missing: [String]) -> ExactMap<TableRename> {
    guard !missing.isEmpty else { return [:] }
    let known = expected.tables
    var left = actual.tables.filter { !known.contains($0) }.sorted()
    var found = ExactMap<TableRename>()
    for table in missing.sorted() {
      let shape = Self.shape(of: table, in: expected)
      let names = Self.names(of: table, in: expected)
      let alike = left.filter { Self.shape(of: $0, in: actual).isIdentical(to: shape) }
      let named = alike.first { !Self.names(of: $0, in: actual).isDisjoint(with: names) }
      // A copy (`CREATE TABLE … AS`) has the columns, too, and neither keys nor their names.
      let same = alike.first {
        Self.constraints(of: $0, in: actual)
          .isIdentical(to: Self.constraints(of: table, in: expected))
      }
      guard let other = named ?? same else { continue }
      left.removeAll { $0.isIdentical(to: other) }
      found[table] = TableRename(identity: other, isCertain: named != nil)
    }
    return found
  }

  /// Columns by place, name, type and whether they may be null: defaults may name what was renamed.
  private static func shape(of table: String, in snapshot: CatalogSnapshot) -> [String] {
    snapshot.objects.lazy.filter { $0.kind == "column" && $0.belongs(to: table) }.map { column in
      let type = column.definition.prefix(before: " DEFAULT ")
      return "\(column.name) \(type)"
    }.sorted { $0.isBeforeExactly($1) }
  }

  private static func names(of table: String, in snapshot: CatalogSnapshot) -> ExactSet {
    ExactSet(
      snapshot.objects.filter {
        $0.belongs(to: table) && ($0.kind == "constraint" || $0.kind == "index")
      }.map(\.name))
  }

  private static func constraints(of table: String, in snapshot: CatalogSnapshot) -> [String] {
    snapshot.objects.lazy.filter { $0.kind == "constraint" && $0.belongs(to: table) }
      .map(\.definition).sorted { $0.isBeforeExactly($1) }
  }
}

extension String {
  fileprivate func prefix(before mark: String) -> Substring {
    range(ofFirst: mark).map { self[..<$0.lowerBound] } ?? self[...]
  }
}

extension [String] {
  /// Whether all texts are the same, byte for byte.
  func isIdentical(to other: [String]) -> Bool {
    count == other.count && zip(self, other).allSatisfy { $0.isIdentical(to: $1) }
  }
}
