import RunbookModel

/// What stands behind a name of the report's JSON: the part of JSON Schema that it needs.
indirect enum JSONForm: Sendable {
  case text, number, flag
  /// RFC 3339, in UTC.
  case time
  /// Its name ends in `_seconds`.
  case seconds
  /// Its name ends in `_bytes`.
  case bytes
  case texts
  /// A step's status, or an attempt's.
  case status
  /// `E4` or `J12`.
  case reference
  case actor, actors
  /// What the runbook's author wrote, in Markdown: a text, a list, or named parts.
  case authored
  /// Objects with any values.
  case rows
  /// Any JSON.
  case value
  case work
  case optional(JSONForm)
  case list(JSONForm)
  case object([JSONMember])
}

/// A name of an object in the report's JSON.
struct JSONMember: Sendable {
  let name: String
  let form: JSONForm
}

extension JSONForm {
  /// What a name of this form ends in: the unit of a bare number.
  var suffix: String {
    switch self {
    case .seconds: "_seconds"
    case .bytes: "_bytes"
    case .optional(let form): form.suffix
    default: ""
    }
  }
}

extension Presented {
  /// What tools read of such a fact.
  static var members: [JSONMember] {
    fields.filter { $0.audience != .people }.map {
      JSONMember(name: $0.name + $0.schema.suffix, form: $0.schema)
    }
  }
}
