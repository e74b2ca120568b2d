package import RunbookModel
import RunbookPostgres

/// One thing that a database's catalogue holds.
package struct CatalogObject: Sendable, Hashable {
  /// `table`, `column`, `constraint`, `index`, `trigger`, `sequence`, `view`, `grant`, …
  package let kind: String
  /// Its name with schema and table, quoted where SQL needs it: unique within its kind.
  package let identity: String
  /// The table that it belongs to and goes with, if any.
  package let table: String?
  /// Tables without which it cannot be: those a view reads, the one that a foreign key refers to.
  let uses: [String]
  /// All that makes it what it is, in PostgreSQL's own words: two databases hold the same object
  /// when these texts are the same.
  package let definition: String

  /// For a column: what adds it again, and after that, one by one, what can only come when its values
  /// are there. For a table: what gives it again what is no object of its own, its place in a parent and row security.
  package let remake: [String]

  package init(
    kind: String, identity: String, table: String? = nil, uses: [String] = [], definition: String,
    remake: [String] = []
  ) {
    self.kind = kind
    self.identity = identity
    self.table = table
    self.uses = uses
    self.definition = definition
    self.remake = remake
  }

  /// What names it in a database.
  package struct Key: Hashable, Comparable {
    package let kind: String
    package let identity: String

    package static func == (left: Key, right: Key) -> Bool {
      left.kind.isIdentical(to: right.kind) && left.identity.isIdentical(to: right.identity)
    }

    package func hash(into hasher: inout Hasher) {
      hasher.combine(ExactText(kind))
      hasher.combine(ExactText(identity))
    }

    package static func < (left: Key, right: Key) -> Bool {
      left.kind.isIdentical(to: right.kind)
        ? left.identity.isBeforeExactly(right.identity) : left.kind < right.kind
    }
  }

  /// Whether it is one of the table's, or the table itself.
  package func belongs(to table: String) -> Bool { self.table?.isIdentical(to: table) ?? false }

  package func belongs(toOneOf tables: ExactSet) -> Bool {
    table.map { tables.contains($0) } ?? false
  }

  package func isDefined(as other: CatalogObject) -> Bool {
    definition.isIdentical(to: other.definition)
  }

  /// Kinds that snapshots of before do not have.
  package static let laterKinds: Set<String> = [
    "collation", "operator", "operator class", "conversion", "text search configuration",
    "text search dictionary", "text search parser", "text search template", "foreign data wrapper",
    "server", "language", "cast",
  ]

  package var key: Key { Key(kind: kind, identity: identity) }

  /// Whether PostgreSQL made it of a part of a parent's, for a partition or a child. It comes and goes with that.
  package var isInner: Bool { kind.begins(with: Self.inner) }

  private static let inner = "inner "

  /// What names it where inner objects are not told apart, as in snapshots of before.
  package var outerKey: Key {
    guard isInner else { return key }
    return Key(
      kind: kind.ends(with: "reference") ? "constraint" : String(kind.dropping(prefix: Self.inner)),
      identity: identity)
  }

  /// The last part of its name, as SQL writes it.
  package var name: String { identity.droppingQualifier }

  package var value: Value {
    var map = ValueMap()
    map["kind"] = .string(kind)
    map["identity"] = .string(identity)
    if let table { map["table"] = .string(table) }
    if !uses.isEmpty { map["uses"] = .list(uses.map(Value.string)) }
    map["definition"] = .string(definition)
    if !remake.isEmpty { map["remake"] = .list(remake.map(Value.string)) }
    return .map(map)
  }

  package init?(_ value: Value) {
    guard let map = value.mapValue, let kind = map["kind"]?.stringValue,
      let identity = map["identity"]?.stringValue, let definition = map["definition"]?.stringValue
    else { return nil }
    self.init(
      kind: kind, identity: identity, table: map["table"]?.stringValue,
      uses: map["uses"]?.listValue?.compactMap(\.stringValue) ?? [], definition: definition,
      remake: map["remake"]?.listValue?.compactMap(\.stringValue) ?? [])
  }
}

extension String {
  /// `public."my table"` as `"my table"`: points within quotes divide nothing.
  package var droppingQualifier: String {
    var isQuoted = false
    var name = String.UnicodeScalarView()
    for scalar in unicodeScalars {
      if scalar == "\"" { isQuoted.toggle() }
      if scalar == ".", !isQuoted { name = String.UnicodeScalarView() } else { name.append(scalar) }
    }
    return String(name)
  }
}

extension CatalogObject {
  /// Of a column: its place among the table's.
  package var position: Int { Int(definition.prefixOfScalars { $0 != ":" }) ?? 0 }

  /// Whether it is a table whose rows are those of its partitions.
  package var isPartitioned: Bool { kind == "table" && definition.begins(with: "partitioned by ") }

  /// Whether it is a table whose rows are on another server.
  package var isForeign: Bool { kind == "table" && definition.begins(with: "foreign; ") }

  /// Whether it is a table that holds some of a partitioned one's rows.
  package var isPartition: Bool {
    guard kind == "table", !uses.isEmpty else { return false }
    return definition.splitOutsideQuotes(by: ";").map(\.trimmingSpaces).contains {
      $0 == "DEFAULT" || $0.begins(with: "FOR VALUES ")
    }
  }

  package var isMaterialized: Bool { kind == "view" && definition.begins(with: "materialized ") }
}

extension String {
  /// `public` of `public."my table"`, as SQL writes it.
  package var qualifier: String {
    let name = droppingQualifier
    guard name.unicodeScalars.count < unicodeScalars.count else { return "" }
    return String(dropLastScalars(name.unicodeScalars.count + 1))
  }
}

extension CatalogObject {
  /// What makes a part of a standing table again, by its definition alone; nothing where that does not
  /// tell.
  package var statements: [String] {
    switch kind {
    case "constraint":
      table.map { ["ALTER TABLE \($0) ADD CONSTRAINT \(name) \(definition)"] } ?? []
    case "index", "trigger", "statistics": [definition]
    case "grant": grantStatements
    case "comment": commentStatements
    default: []
    }
  }

  /// `documents` on `table public.docs`, `table column public.docs.id` or `table constraint c on public.docs`, as
  /// `pg_identify_object` writes them.
  private var commentStatements: [String] {
    let sorts = [
      ("table column ", "COLUMN"), ("table constraint ", "CONSTRAINT"), ("table ", "TABLE"),
      ("foreign table ", "FOREIGN TABLE"), ("view column ", "COLUMN"), ("view ", "VIEW"),
      ("materialized view ", "MATERIALIZED VIEW"), ("index ", "INDEX"), ("sequence ", "SEQUENCE"),
      ("trigger ", "TRIGGER"), ("policy ", "POLICY"), ("rule ", "RULE"), ("type ", "TYPE"),
      ("schema ", "SCHEMA"), ("function ", "FUNCTION"), ("procedure ", "PROCEDURE"),
      ("statistics object ", "STATISTICS"),
    ]
    guard let sort = sorts.first(where: { identity.begins(with: $0.0) }) else { return [] }
    return [
      "COMMENT ON \(sort.1) \(identity.dropping(prefix: sort.0)) IS \(SQLQuote.literal(definition))"
    ]
  }

  /// What a grant is on: `table public.t` of `table public.t to reader`.
  package var grantedObject: Substring? {
    guard kind == "grant" else { return nil }
    // A name with the word in it is in quotes.
    var isQuoted = false
    var end: String.Index?
    for index in identity.utf8.indices {
      if identity.utf8[index] == UInt8(ascii: "\"") { isQuoted.toggle() }
      if !isQuoted, identity.utf8[index...].starts(with: " to ".utf8) { end = index }
    }
    return end.map { identity[..<$0] }
  }

  /// `select, update with grant option` on `table public.t to reader`.
  private var grantStatements: [String] {
    guard let object = grantedObject, let space = object.index(ofFirst: " ") else { return [] }
    let kind = object[..<space]
    guard kind != "column" else { return [] }
    let place = kind == "view" ? "TABLE" : kind.uppercased()
    let role = identity.dropFirstScalars(object.unicodeScalars.count + 4)
    let mark = " with grant option"
    let all = definition.pieces(separatedBy: ", ").map(String.init)
    let plain = all.filter { !$0.ends(with: mark) }
    let granting = all.filter { $0.ends(with: mark) }.map {
      String($0.dropLastScalars(mark.unicodeScalars.count))
    }
    return [(plain, ""), (granting, " WITH GRANT OPTION")].filter { !$0.0.isEmpty }.map {
      "GRANT \($0.0.joined(separator: ", ").uppercased()) ON \(place) \(object[space...].dropFirstScalars())"
        + " TO \(role)\($0.1)"
    }
  }
}
