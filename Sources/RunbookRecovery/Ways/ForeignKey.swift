package import RunbookModel
import RunbookPostgres

/// A foreign key, as `pg_get_constraintdef` writes it; all names as SQL writes them.
package struct ForeignKey: Sendable, Hashable {
  package let table: String
  package let name: String
  package let columns: [String]
  package let referenced: String
  package let referencedColumns: [String]
  /// `MATCH FULL`: a key that is null in part refers to nothing that could be there.
  package let isFull: Bool
  /// When it is checked, as SQL writes it.
  package let timing: String
  /// Whether it is what a partition has of its parent's.
  package let isInner: Bool

  /// - Returns: nil for any other constraint. What a partition has of its parent's is one, what a parent has of a
  ///   reference to another one's partitions is none.
  package init?(_ object: CatalogObject) {
    let mark = "FOREIGN KEY ("
    guard object.kind == "constraint" || object.kind == "inner constraint",
      let table = object.table,
      object.definition.begins(with: mark)
    else { return nil }
    let text = object.definition.dropFirstScalars(mark.unicodeScalars.count)
    guard let end = text.firstOutsideQuotes(of: ")") else { return nil }
    let rest = text[end...].dropFirstScalars()
    let reference = " REFERENCES "
    guard rest.begins(with: reference) else { return nil }
    let target = rest.dropFirstScalars(reference.unicodeScalars.count)
    guard let open = target.firstOutsideQuotes(of: "("),
      let close = target.firstOutsideQuotes(of: ")"), open < close
    else { return nil }
    self.table = table
    isInner = object.isInner
    name = object.name
    columns = text[..<end].splitOutsideQuotes(by: ",").map(\.trimmingSpaces)
    referenced = String(target[..<open])
    referencedColumns = target[open..<close].dropFirstScalars().splitOutsideQuotes(by: ",")
      .map(\.trimmingSpaces)
    let tail = target[close...]
    isFull = tail.holds(" MATCH FULL")
    timing =
      tail.holds(" INITIALLY DEFERRED")
      ? "DEFERRABLE INITIALLY DEFERRED"
      : tail.holds(" DEFERRABLE") ? "DEFERRABLE INITIALLY IMMEDIATE" : Self.usualTiming
    guard columns.count == referencedColumns.count else { return nil }
  }

  /// Of an archive's entry.
  package init?(_ entry: ArchiveEntry) {
    guard entry.kind == "FK CONSTRAINT", let bare = entry.table,
      let text = entry.definition?.trimming(where: { $0 == "\n" || $0 == ";" }),
      let mark = text.range(ofFirst: "\n    ADD CONSTRAINT ")
    else { return nil }
    let table = text[..<mark.lowerBound].dropping(prefix: "ALTER TABLE ").dropping(prefix: "ONLY ")
    let rest = text[mark.upperBound...]
    let name = String(entry.tag.dropFirstScalars(bare.unicodeScalars.count + 1))
    guard
      let written = [name, SQLQuote.identifier(name)].first(where: {
        rest.begins(with: $0 + " FOREIGN KEY (")
      })
    else { return nil }
    self.init(
      CatalogObject(
        kind: "constraint", identity: "\(table).\(written)", table: String(table),
        definition: String(rest.dropFirstScalars(written.unicodeScalars.count + 1))))
  }

  /// The rows called `child` that refer to a row that is not there.
  ///
  /// - Parameter sources: where the row that is referred to may be, as SQL writes it.
  package func orphanCondition(in sources: [String]) -> String {
    let set = columns.map { "child.\($0) IS NOT NULL" }.joined(separator: isFull ? " OR " : " AND ")
    let match = zip(columns, referencedColumns).map { "parent.\($1) = child.\($0)" }
      .joined(separator: " AND ")
    let absent = sources.map {
      "NOT EXISTS (SELECT 1 FROM \($0) AS parent WHERE \(match))"
    }
    return "(\(set)) AND " + absent.joined(separator: " AND ")
  }

  package var value: Value {
    var map: ValueMap = ValueMap([
      ("table", .string(table)), ("name", .string(name)),
      ("columns", .list(columns.map(Value.string))), ("referenced", .string(referenced)),
      ("referenced_columns", .list(referencedColumns.map(Value.string))), ("full", .bool(isFull)),
    ])
    if timing != Self.usualTiming { map["timing"] = .string(timing) }
    if isInner { map["inner"] = .bool(true) }
    return .map(map)
  }

  private static let usualTiming = "NOT DEFERRABLE"

  package init?(_ value: Value) {
    guard let map = value.mapValue, let table = map["table"]?.stringValue,
      let name = map["name"]?.stringValue, let referenced = map["referenced"]?.stringValue,
      let columns = map["columns"]?.listValue?.compactMap(\.stringValue),
      let referencedColumns = map["referenced_columns"]?.listValue?.compactMap(\.stringValue),
      columns.count == referencedColumns.count, !columns.isEmpty
    else { return nil }
    self.table = table
    self.name = name
    self.referenced = referenced
    self.columns = columns
    self.referencedColumns = referencedColumns
    isFull = map["full"]?.boolValue ?? false
    timing = map["timing"]?.stringValue ?? Self.usualTiming
    isInner = map["inner"]?.boolValue ?? false
  }
}
