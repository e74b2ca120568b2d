package import RunbookModel

/// What the server takes a parameter for, as far as a value's text depends on it.
///
/// The type numbers are `pg_type.oid`, as in `ServerValue`.
package enum ParameterForm: Sendable, Hashable {
  case json
  /// An array of JSON values.
  case jsonList
  /// A date or a time that has no zone, or no day to tell the zone's offset of. The server overlooks the offset
  /// in the text of one: https://www.postgresql.org/docs/current/datatype-datetime.html
  case zoneless
  case zonelessList
  case other

  /// - Returns: nil where the type is no built-in one, and a question has to tell.
  package init?(builtIn type: UInt32) {
    switch type {
    case 114, 3802: self = .json
    case 199, 3807: self = .jsonList
    case 1082, 1083, 1114, 1266: self = .zoneless
    case 1115, 1182, 1183, 1270: self = .zonelessList
    // FirstNormalObjectId: https://github.com/postgres/postgres/blob/master/src/include/access/transam.h
    case ..<16384: self = .other
    default: return nil
    }
  }

  private init(of type: UInt32, isList: Bool) {
    let form = Self(builtIn: type) ?? .other
    switch form {
    case .json where isList: self = .jsonList
    case .zoneless where isList: self = .zonelessList
    default: self = form
    }
  }

  /// Asks what types of the database's own rest on: a domain on its base, an array on its elements.
  package static func question(_ types: [UInt32]) -> SQLCommand {
    SQLCommand(
      """
      WITH RECURSIVE kept AS (
        SELECT a AS asked, a AS type, 0 AS depth, false AS is_list
        FROM pg_catalog.unnest($1::pg_catalog.oid[]) AS a
        UNION ALL
        SELECT k.asked,
          CASE WHEN t.typtype OPERATOR(pg_catalog.=) 'd' THEN t.typbasetype ELSE t.typelem END,
          k.depth OPERATOR(pg_catalog.+) 1,
          k.is_list OR t.typtype OPERATOR(pg_catalog.<>) 'd'
        FROM kept k JOIN pg_catalog.pg_type t ON t.oid OPERATOR(pg_catalog.=) k.type
        WHERE t.typtype OPERATOR(pg_catalog.=) 'd'
          OR (NOT k.is_list AND t.typcategory OPERATOR(pg_catalog.=) 'A'
            AND t.typelem OPERATOR(pg_catalog.<>) 0 AND t.typlen OPERATOR(pg_catalog.=) -1))
      SELECT k.asked, k.type, k.is_list FROM kept k ORDER BY k.depth
      """, ["{" + types.map { String($0) }.joined(separator: ",") + "}"])
  }

  /// - Parameter rows: the question's answer; the last row of a type tells.
  package static func answer(_ rows: [[Value]]) -> [UInt32: ParameterForm] {
    var forms: [UInt32: ParameterForm] = [:]
    for row in rows where row.count == 3 {
      guard let asked = row[0].intValue, let type = row[1].intValue, let isList = row[2].boolValue
      else { continue }
      forms[UInt32(truncatingIfNeeded: asked)] = ParameterForm(
        of: UInt32(truncatingIfNeeded: type), isList: isList)
    }
    return forms
  }

  /// The type that has to be said of a parameter of this form, so that the server converts the value as it
  /// converts its own; nil where the one that it infers is right.
  package func type(for value: Value) -> UInt32? {
    switch self {
    case .zoneless: if case .timestamp = value { Self.timestamp } else { nil }
    case .zonelessList: value.holdsTimestamp ? Self.timestampList : nil
    case .json, .jsonList, .other: nil
    }
  }

  /// `timestamp with time zone`, and an array of them.
  private static let (timestamp, timestampList): (UInt32, UInt32) = (1184, 1185)
}

extension Value {
  /// Whether what it is to the server depends on the type that the server takes it for.
  package var isWrittenByType: Bool {
    switch self {
    case .string, .list, .timestamp, .duration: true
    case .null, .bool, .int, .double, .decimal, .map, .incomplete: false
    }
  }

  /// Whether it is a timestamp, or a list with one at any depth.
  package var holdsTimestamp: Bool {
    switch self {
    case .timestamp: true
    case .list(let items): items.contains(where: \.holdsTimestamp)
    default: false
    }
  }
}
