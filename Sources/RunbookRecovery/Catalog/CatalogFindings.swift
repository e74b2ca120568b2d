import RunbookModel
import RunbookPostgres

/// Tells apart what became of the tables and of what hung on them.
package struct CatalogFindings {
  package let expected: CatalogSnapshot
  package let actual: CatalogSnapshot
  package let tables: [String]
  package let referring: [String]
  package let objects: [CatalogObject]
  package let missing: [CatalogObject]
  package let actualObjects: [CatalogObject.Key: CatalogObject]
  /// Of the expected tables.
  package let tree: TableTree

  /// That a table has so much fewer rows is nothing that its use explains.
  private static let share: Int64 = 5

  package var all: [CatalogFinding] {
    let renames = TableRenames(expected: expected, actual: actual).find(
      missing.filter { $0.kind == "table" }.map(\.identity))
    let gone = ExactSet(missing.filter { $0.kind == "table" }.map(\.identity))
    let asked = ExactSet(tables)
    let beside = ExactSet(referring)
    var found: [CatalogFinding] = []
    for table in objects where table.kind == "table" && asked.contains(table.identity) {
      if let rename = renames[table.identity] {
        found.append(renamed(table, rename))
      } else if gone.contains(table.identity) {
        found.append(dropped(table))
      } else {
        found += ofStanding(table)
      }
    }
    let others = expected.objects.filter { $0.kind == "table" && beside.contains($0.identity) }
    found += others.compactMap(emptied)
    found += objects.filter { $0.isMaterialized && actualObjects[$0.key] != nil }
      .compactMap(rows)
    found += dependents(without: gone)
    return found + failing(without: gone)
  }

  private func renamed(_ table: CatalogObject, _ rename: TableRename) -> CatalogFinding {
    let now = TableName(identity: rename.identity).shown
    return CatalogFinding(
      fate: .renamed, object: table, foundAs: rename.identity, isCertain: rename.isCertain,
      detail: "\(shown(table)) is called \(now) now"
        + (rename.isCertain ? "" : ", as far as its columns tell"))
  }

  private func dropped(_ table: CatalogObject) -> CatalogFinding {
    let rows = expected.rows[table.identity]?.count
    let count = objects.count { $0.belongs(to: table.identity) }
    guard !table.definition.isEmpty else {
      return CatalogFinding(
        fate: .dropped, object: table,
        detail: "\(shown(table)) is gone; what the backup has of it could not be made elsewhere")
    }
    return CatalogFinding(
      fate: .dropped, object: table,
      detail: "\(shown(table)) is gone, with \(count - 1) objects of its own"
        + (rows.map { " and \($0) rows" } ?? ""))
  }

  private func ofStanding(_ table: CatalogObject) -> [CatalogFinding] {
    var found: [CatalogFinding] = []
    let columns = missing.filter { $0.kind == "column" && $0.belongs(to: table.identity) }
    for column in columns {
      let other = renameCandidate(of: column)
      let isCertain = other.map { isCalled($0, column, of: table) } ?? false
      found.append(
        CatalogFinding(
          fate: .columnLost, object: column, foundAs: other?.name, isCertain: isCertain,
          detail: "\(shown(table)) has no column \(column.name)"
            + (other.map {
              isCertain ? "; it is called \($0.name) now" : "; a new column \($0.name) has its type"
            } ?? "")))
    }
    if let finding = rows(of: table) { found.append(finding) }
    let properties = lostProperties(of: table)
    found += properties
    let changes = objects.filter { object in
      guard object.belongs(to: table.identity), let now = actualObjects[object.key],
        object.kind != "table" || properties.isEmpty
      else { return false }
      return !now.isDefined(as: object) && !isMoved(object, now, columns)
    }
    found += changes.map { object in
      CatalogFinding(
        fate: .changed, object: object,
        detail: "the \(object.kind) \(object.identity) is not as it was: "
          + "\(actualObjects[object.key]?.definition ?? "") instead of \(object.definition)")
    }
    let hasLost = missing.contains { $0.belongs(to: table.identity) }
    if found.isEmpty, !hasLost {
      found.append(
        CatalogFinding(
          fate: .intact, object: table, detail: "\(shown(table)) \(rowWords(of: table))"))
    }
    return found
  }

  /// What is known of the rows of a table that is defined as it was.
  private func rowWords(of table: CatalogObject) -> String {
    let defined = "is defined as it was"
    guard let were = expected.rows[table.identity], let are = actual.rows[table.identity],
      let before = were.count, let now = are.count
    else { return "\(defined); its rows were not compared" }
    if let change = were.change(to: are) {
      guard change == (0, 0) else {
        return
          "\(defined); of its \(before) rows \(change.gone) are gone, and \(change.new) are new"
      }
      switch were.numbering ?? are.numbering {
      case .contents: return "is as it was"
      case .keys, nil: return "\(defined), with rows of the same keys"
      }
    }
    guard were.counting != .estimated, are.counting != .estimated else {
      return "\(defined); its rows were estimated"
    }
    return before == now
      ? "\(defined), with as many rows" : "\(defined); it has \(now) rows and had \(before)"
  }

  /// What became of a table's rows; nil where nobody asked, and where they are there as far as numbers tell.
  private func rows(of table: CatalogObject) -> CatalogFinding? {
    let (were, are) = (expected.rows[table.identity], actual.rows[table.identity])
    guard are?.counting != CatalogSnapshot.Counting.none else { return nil }
    if table.isMaterialized, are?.reason == CatalogQuery.unfilled, let were,
      were.reason != CatalogQuery.unfilled
    {
      return CatalogFinding(
        fate: .emptied, object: table, detail: "\(shown(table)) holds nothing; it was filled")
    }
    // Each of its partitions speaks for itself.
    let isSum = tree.isPartitioned(table.identity)
    guard let before = were?.count, let now = are?.count else {
      guard !isSum else { return nil }
      let reason =
        are?.count == nil
        ? "its rows were not counted: \(are?.reason ?? "nothing tells why")"
        : "how many rows it had is not known: \(were?.reason ?? "they were not counted then")"
      return CatalogFinding(
        fate: .undetermined, object: table, detail: "\(shown(table)): \(reason)")
    }
    if let finding = emptied(table) { return finding }
    let gone = were.flatMap { were in
      are.flatMap { were.numbers(with: $0) }.map { Int64(Set($0.own).subtracting($0.others).count) }
    }
    let isAllNew = before > 0 && gone == before && were?.numbering == .keys
    let isFewer = before > now && (before - now) * Self.share >= before
    guard isAllNew || isFewer, !table.isMaterialized else { return nil }
    return CatalogFinding(
      fate: .rowsLost, object: table,
      detail: "\(shown(table)) has \(now) rows; it had \(before)"
        + (gone.map { ", of which \($0) are gone" } ?? ""))
  }

  /// What a statement of its own gives back.
  private func lostProperties(of table: CatalogObject) -> [CatalogFinding] {
    guard let now = actualObjects[table.key] else { return [] }
    return table.remake.filter { statement in
      !now.remake.contains { $0.isIdentical(to: statement) }
        // A partition with other bounds is none that can be attached.
        && !table.uses.contains { parent in
          statement.holds(" \(parent)") && now.uses.contains { $0.isIdentical(to: parent) }
            && !statement.ends(with: " ROW LEVEL SECURITY")
        }
    }.map { statement in
      let what =
        if statement.ends(with: " ENABLE ROW LEVEL SECURITY") {
          "has no row security any more"
        } else if statement.ends(with: " FORCE ROW LEVEL SECURITY") {
          "has no row security for its owner any more"
        } else {
          "is no part of \(table.uses.map { TableName(identity: $0).shown }.joined(separator: ", ")) any more"
        }
      return CatalogFinding(
        fate: .propertyLost, object: table, cure: statement, detail: "\(shown(table)) \(what)")
    }
  }

  private func emptied(_ table: CatalogObject) -> CatalogFinding? {
    let before = expected.rows[table.identity]?.count ?? 0
    guard before > 0, actual.rows[table.identity]?.count == 0 else { return nil }
    return CatalogFinding(
      fate: .emptied, object: table, detail: "\(shown(table)) has no row; it had \(before)")
  }

  /// A column behind a lost one has another number, and is as it was otherwise.
  private func isMoved(
    _ object: CatalogObject, _ now: CatalogObject, _ lost: [CatalogObject]
  ) -> Bool {
    guard object.kind == "column", !lost.isEmpty else { return false }
    return object.definition.dropScalars { $0 != ":" }
      .isIdentical(to: now.definition.dropScalars { $0 != ":" })
  }

  /// A column of the same type that was not there before.
  private func renameCandidate(of column: CatalogObject) -> CatalogObject? {
    let known = ExactSet(expected.objects.filter { $0.kind == "column" }.map(\.identity))
    return actual.objects.first {
      $0.kind == "column" && column.table.map($0.belongs(to:)) ?? false
        && !known.contains($0.identity) && $0.isDefined(as: column)
    }
  }

  /// Whether it is the column under another name: a new one stands behind all others, and no index has it.
  private func isCalled(
    _ other: CatalogObject, _ column: CatalogObject, of table: CatalogObject
  ) -> Bool {
    let own = objects.filter { $0.belongs(to: table.identity) }
    let later = own.filter { $0.kind == "column" && $0.position > column.position }
    if !later.isEmpty, later.allSatisfy({ actualObjects[$0.key]?.position == $0.position }) {
      return true
    }
    return own.contains { part in
      guard part.kind == "index" || part.kind == "constraint", let now = actualObjects[part.key],
        !now.isDefined(as: part)
      else { return false }
      return part.definition.replacingAll(column.name, with: other.name)
        .isIdentical(to: now.definition)
    }
  }

  /// What is gone without its table, or with another's.
  private func dependents(without gone: ExactSet) -> [CatalogFinding] {
    let lost = missing.filter { $0.kind != "grant" }.map { "\($0.kind) \($0.identity) to " }
    return missing.compactMap { object in
      guard object.kind != "table", object.kind != "column",
        !object.belongs(toOneOf: gone),
        object.kind != "grant" || !lost.contains(where: { object.identity.begins(with: $0) })
      else { return nil }
      let reason = object.uses.filter { gone.contains($0) }.map { TableName(identity: $0).shown }
      let of = object.table.map { " of \(TableName(identity: $0).shown)" } ?? ""
      return CatalogFinding(
        fate: .dependentLost, object: object,
        detail:
          "the \(object.kind) \(object.isNamedByItself ? object.name : object.identity)\(of) is gone"
          + (reason.isEmpty ? "" : ", which used \(reason.joined(separator: ", "))"))
    }
  }

  /// Functions that name a table that is gone: PostgreSQL keeps no record of what a body uses.
  private func failing(without gone: ExactSet) -> [CatalogFinding] {
    let names = gone.map { TableName(identity: $0).name }.sorted()
    guard !names.isEmpty else { return [] }
    let routines = actual.objects.filter { $0.kind == "function" || $0.kind == "procedure" }
    return routines.compactMap { routine in
      let words = SQLWords.identifiers(in: routine.definition)
      guard let name = names.first(where: { words.contains($0) }) else { return nil }
      let users = actual.objects.filter {
        $0.kind == "trigger" && $0.definition.holds(routine.callName)
      }
      let triggers = users.map { "\($0.name) on \(TableName(identity: $0.table ?? "").shown)" }
      return CatalogFinding(
        fate: .dependentLost, object: routine,
        detail: "the \(routine.kind) \(routine.identity) names \(name), and fails when it is used"
          + (triggers.isEmpty ? "" : " by \(triggers.joined(separator: ", "))"),
        isStillThere: true)
    }
  }

  private func shown(_ object: CatalogObject) -> String {
    TableName(identity: object.identity).shown
  }
}

extension CatalogObject {
  /// Grants and comments are named by what they are on.
  fileprivate var isNamedByItself: Bool { kind != "grant" && kind != "comment" }

  /// A routine as a trigger calls it: without the types of its arguments.
  fileprivate var callName: String { "EXECUTE FUNCTION \(identity.prefixOfScalars { $0 != "(" })(" }
}
