import RunbookModel

/// A line of an archive's table of contents.
struct ArchiveEntry: Sendable, Hashable {
  let id: Int
  /// `TABLE`, `TABLE DATA`, `FK CONSTRAINT`, …
  let kind: String
  /// nil for what is in no schema.
  let schema: String?
  /// Its name, as `pg_restore --list` prints it: without quotes, a constraint's behind its table's.
  let tag: String
  var dependencies: [Int] = []

  /// Kinds of two words and more; all others have one.
  private static let longKinds = [
    "ACCESS METHOD", "BLOB DATA", "BLOB METADATA", "CHECK CONSTRAINT", "DATABASE PROPERTIES",
    "DEFAULT ACL", "EVENT TRIGGER", "FK CONSTRAINT", "FOREIGN DATA WRAPPER", "FOREIGN SERVER",
    "FOREIGN TABLE", "INDEX ATTACH", "LARGE OBJECT", "MATERIALIZED VIEW DATA",
    "MATERIALIZED VIEW", "OPERATOR CLASS", "OPERATOR FAMILY", "PROCEDURAL LANGUAGE",
    "PUBLICATION TABLES IN SCHEMA", "PUBLICATION TABLE", "ROW SECURITY", "SECURITY LABEL",
    "SEQUENCE OWNED BY", "SEQUENCE SET", "SERVER", "STATISTICS DATA", "SUBSCRIPTION TABLE",
    "TABLE ATTACH", "TABLE DATA", "TEXT SEARCH CONFIGURATION", "TEXT SEARCH DICTIONARY",
    "TEXT SEARCH PARSER", "TEXT SEARCH TEMPLATE", "USER MAPPING",
  ]

  /// Reads `215; 1259 16386 TABLE public user postgres`.
  init?(line: Substring) {
    guard let mark = line.index(ofFirst: ";"), let id = Int(line[..<mark]) else { return nil }
    let fields = line[mark...].dropFirstScalars().dropFirstScalars()
      .pieces(separatedBy: " ", maxSplits: 2, omittingEmptySubsequences: false)
    guard fields.count == 3, Int(fields[0]) != nil, Int(fields[1]) != nil else { return nil }
    let rest = fields[2]
    let long = Self.longKinds.first { rest.begins(with: $0 + " ") }
    let kind = long ?? String(rest.prefixOfScalars { $0 != " " })
    let names = rest.dropFirstScalars(kind.unicodeScalars.count + 1)
      .pieces(separatedBy: " ", maxSplits: 1, omittingEmptySubsequences: false)
    guard names.count == 2 else { return nil }
    self.id = id
    self.kind = kind
    schema = names[0] == "-" ? nil : String(names[0])
    // The last word is the owner; `pg_restore` prints none for a few kinds, and a space all the same.
    let end = names[1].index(ofLast: " ") ?? names[1].endIndex
    tag = String(names[1][..<end])
  }

  enum Section: Sendable { case before, data, after, last }

  /// Whether it says something of what it depends on, and comes with that.
  var isRemark: Bool { ["COMMENT", "ACL", "SECURITY LABEL"].contains(kind) }

  /// When its part of the script comes: references and triggers last, so that rows can be looked at
  /// between.
  var section: Section {
    switch kind {
    case "TABLE DATA", "SEQUENCE SET", "BLOBS", "BLOB DATA", "STATISTICS DATA": .data
    case "CONSTRAINT", "INDEX", "INDEX ATTACH", "CHECK CONSTRAINT": .after
    case "FK CONSTRAINT", "TRIGGER", "RULE", "STATISTICS", "POLICY", "ROW SECURITY",
      "EVENT TRIGGER", "PUBLICATION", "PUBLICATION TABLE", "PUBLICATION TABLES IN SCHEMA",
      "MATERIALIZED VIEW DATA":
      .last
    default: .before
    }
  }

  /// What it is called in a catalogue snapshot: kind, schema and names, divided by spaces; nil for what
  /// is no object there.
  var objectName: String? {
    let known: String? =
      switch kind {
      case "TABLE", "FOREIGN TABLE": "table"
      case "VIEW", "MATERIALIZED VIEW": "view"
      case "SEQUENCE", "INDEX", "STATISTICS", "TYPE", "DOMAIN", "TRIGGER", "POLICY", "RULE",
        "CONSTRAINT":
        kind.lowercased()
      case "FK CONSTRAINT", "CHECK CONSTRAINT": "constraint"
      case "SCHEMA", "EXTENSION": kind.lowercased()
      case "FUNCTION", "PROCEDURE", "AGGREGATE": kind.lowercased()
      default: nil
      }
    guard let known else { return nil }
    let name =
      kind == "FUNCTION" || kind == "PROCEDURE" || kind == "AGGREGATE"
      ? String(tag.prefixOfScalars { $0 != "(" }) : tag
    return ([known] + [schema].compactMap { $0 } + [name]).joined(separator: " ")
  }
}

extension CatalogObject {
  /// As `ArchiveEntry.objectName`.
  var archiveName: String {
    let parts = TableName.parts(of: String(identity.prefixOfScalars { $0 != "(" }))
    return ([kind] + parts).joined(separator: " ")
  }
}
