import RunbookModel
import RunbookPostgres

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
