import RunbookModel

/// Holds JSON against a schema: the part of JSON Schema 2020-12 that the report's schema uses, and an
/// object with `properties` may have no others.
struct SchemaCheck {
  private let root: Value

  init(_ root: Value) { self.root = root }

  func faults(of value: Value) -> [String] { faults(of: value, root, at: "") }

  private func faults(of value: Value, _ schema: Value, at path: String) -> [String] {
    guard let schema = schema.mapValue else { return ["\(path): no schema"] }
    let place = path.isEmpty ? "/" : path
    if let reference = schema["$ref"]?.stringValue {
      let name = String(reference.dropFirstScalars("#/$defs/".unicodeScalars.count))
      guard let target = root.mapValue?["$defs"]?.mapValue?[name] else {
        return ["\(place): there is no \(reference)"]
      }
      return faults(of: value, target, at: path)
    }
    if let constant = schema["const"] { return constant == value ? [] : ["\(place): not const"] }
    if let cases = schema["enum"]?.listValue {
      return cases.contains(value) ? [] : ["\(place): not in enum"]
    }
    if let others = schema["anyOf"]?.listValue {
      let tried = others.map { faults(of: value, $0, at: path) }
      return tried.contains([]) ? [] : tried.min { $0.count < $1.count } ?? []
    }
    var found = typeFaults(of: value, schema["type"], at: place)
    if schema["format"] == "date-time", Timestamp(rfc3339: value.stringValue ?? "") == nil {
      found.append("\(place): no date-time")
    }
    if let items = value.listValue, let itemSchema = schema["items"] {
      found += items.enumerated().flatMap { faults(of: $1, itemSchema, at: "\(path)/\($0)") }
    }
    if let map = value.mapValue { found += memberFaults(of: map, schema, at: path) }
    return found
  }

  private func memberFaults(of map: ValueMap, _ schema: ValueMap, at path: String) -> [String] {
    let place = path.isEmpty ? "/" : path
    var found = (schema["required"]?.listValue ?? []).filter { map[$0] == nil }.map {
      "\(place): \($0.displayName) is missing"
    }
    for (key, value) in map.pairs {
      let inner = "\(path)/\(key.displayName)"
      if let property = schema["properties"]?.mapValue?[key] {
        found += faults(of: value, property, at: inner)
      } else if let others = schema["additionalProperties"] {
        found += faults(of: value, others, at: inner)
      } else if schema["properties"] != nil {
        found.insert("\(place): \(key.displayName) is unknown", at: 0)
      }
    }
    return found
  }

  private func typeFaults(of value: Value, _ type: Value?, at place: String) -> [String] {
    guard let type else { return [] }
    let names = (type.listValue ?? [type]).compactMap(\.stringValue)
    return names.contains { isOf($0, value) }
      ? [] : ["\(place): not \(names.joined(separator: " or "))"]
  }

  private func isOf(_ type: String, _ value: Value) -> Bool {
    switch (type, value) {
    case ("string", .string), ("integer", .int), ("number", .int), ("number", .double),
      ("number", .decimal),
      ("boolean", .bool), ("array", .list), ("object", .map), ("null", .null):
      true
    default: false
    }
  }
}

extension Value {
  fileprivate var displayName: String { stringValue ?? json }
}
