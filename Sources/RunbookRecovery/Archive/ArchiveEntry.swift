import RunbookModel
import RunbookPostgres

/// An entry of an archive's table of contents.
package struct ArchiveEntry: Sendable, Hashable {
  package let id: Int
  /// `TABLE`, `TABLE DATA`, `FK CONSTRAINT`, …
  package let kind: String
  /// nil for what is in no schema.
  package let schema: String?
  /// Its name without quotes, a constraint's behind its table's, a function's with its arguments' types; of a
  /// remark what it is on.
  let tag: String
  /// nil for what nobody owns.
  package var owner: String?
  /// What its data begin with: of rows the COPY, of a sequence's place the whole statement.
  var filling: String?
  var dependencies: [Int] = []
  /// The statements that make it; nil where they are its data, or none.
  package var definition: String?
  /// Of what is on a table: the table's name.
  var table: String?

  package enum Section: Sendable { case before, data, after, attach, last }

  /// Whether it says something of what it depends on, and comes with that.
  package var isRemark: Bool { ["COMMENT", "ACL", "SECURITY LABEL"].contains(kind) }

  /// Whether it is on a table, a view or a domain, whose name its tag begins with.
  package var isPart: Bool {
    ["CONSTRAINT", "FK CONSTRAINT", "CHECK CONSTRAINT", "TRIGGER", "POLICY", "RULE"].contains(kind)
  }

  package var mayHaveParts: Bool {
    ["TABLE", "FOREIGN TABLE", "VIEW", "MATERIALIZED VIEW", "DOMAIN"].contains(kind)
  }

  /// When its part of the script comes: references and triggers last, so that rows can be looked at
  /// between. A partition brings its own keys and indexes: without them its parent makes others when it is attached.
  package var section: Section {
    switch kind {
    case "TABLE DATA", "SEQUENCE SET", "BLOB", "BLOBS", "BLOB METADATA", "BLOB DATA",
      "STATISTICS DATA":
      .data
    case "CONSTRAINT", "INDEX", "CHECK CONSTRAINT": .after
    case "TABLE ATTACH", "INDEX ATTACH": .attach
    case "FK CONSTRAINT", "TRIGGER", "RULE", "STATISTICS", "POLICY", "ROW SECURITY",
      "EVENT TRIGGER", "PUBLICATION", "PUBLICATION TABLE", "PUBLICATION TABLES IN SCHEMA",
      "MATERIALIZED VIEW DATA":
      .last
    default: .before
    }
  }

  /// What it is called in a catalogue snapshot; nil for what is no object there.
  package var objectName: String? {
    if isPart {
      let name = table.map { [$0, String(tag.dropFirstScalars($0.unicodeScalars.count + 1))] }
      return archiveName(
        kind.ends(with: "CONSTRAINT") ? "constraint" : kind.lowercased(), name ?? [tag])
    }
    switch kind {
    // A base type is in no snapshot: whether it is there is not known.
    case "TYPE" where definition?.holds("\n    INTERNALLENGTH") ?? false: return nil
    case "TABLE", "FOREIGN TABLE": return archiveName("table", [tag])
    case "VIEW", "MATERIALIZED VIEW": return archiveName("view", [tag])
    case "SEQUENCE", "INDEX", "STATISTICS", "TYPE", "DOMAIN", "SCHEMA", "EXTENSION":
      return archiveName(kind.lowercased(), [tag])
    case "COLLATION", "TEXT SEARCH CONFIGURATION", "TEXT SEARCH DICTIONARY", "TEXT SEARCH PARSER",
      "TEXT SEARCH TEMPLATE", "SERVER", "FOREIGN DATA WRAPPER", "CONVERSION", "OPERATOR", "CAST":
      return archiveName(kind.lowercased(), [tag])
    case "FUNCTION", "PROCEDURE", "AGGREGATE":
      return archiveName(kind.lowercased(), [String(tag[..<routineEnd])])
    default: return nil
    }
  }

  /// Of a routine: where its arguments begin. Their types' names are in quotes where they hold a parenthesis, and its
  /// own name is not.
  private var routineEnd: String.Index {
    var isQuoted = false
    for index in tag.unicodeScalars.indices.reversed() {
      if tag.unicodeScalars[index] == "\"" { isQuoted.toggle() }
      if tag.unicodeScalars[index] == "(", !isQuoted { return index }
    }
    return tag.endIndex
  }

  private func archiveName(_ kind: String, _ names: [String]) -> String {
    ([kind] + [schema].compactMap(\.self) + names).joined(separator: CatalogObject.nameSeparator)
  }
}

extension CatalogObject {
  /// No name has it in it.
  package static let nameSeparator = "\0"

  /// As `ArchiveEntry.objectName`.
  package var archiveName: String {
    // Two types make its name.
    if kind == "cast" { return "cast" + Self.nameSeparator + identity }
    let isRoutine = ["function", "procedure", "aggregate", "operator"].contains(kind)
    let end = isRoutine ? identity.firstOutsideQuotes(of: "(") : nil
    let parts = TableName.parts(of: String(identity[..<(end ?? identity.endIndex)]))
    return ([outerKey.kind] + parts).joined(separator: Self.nameSeparator)
  }
}
