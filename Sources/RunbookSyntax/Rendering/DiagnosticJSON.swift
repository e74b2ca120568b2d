public import RunbookModel

extension Diagnostic {
  /// The diagnostic as one line of JSON: `severity`, `code`, `message`, then `file`, `line`,
  /// `column` and `length` where there is a place, and `hint` where there is one.
  public var json: String {
    var map = ValueMap([
      ("severity", .string(severity.rawValue)), ("code", .string(code.rawValue)),
      ("message", .string(message)),
    ])
    if let place {
      map["file"] = .string(place.file)
      map["line"] = .int(Int64(place.line))
      map["column"] = .int(Int64(place.column))
      map["length"] = .int(Int64(place.length))
    }
    if let hint { map["hint"] = .string(hint) }
    return Value.map(map).json
  }
}
