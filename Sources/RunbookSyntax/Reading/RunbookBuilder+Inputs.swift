import RunbookModel

extension RunbookBuilder {
  mutating func inputs() -> [Runbook.Input] {
    (fields["inputs"]?.fields?.all ?? []).compactMap { field in
      reader.claim(field, .input)
      if let type = field.value.string {
        return self.type(type, Fields([], at: field.place), field).map {
          Runbook.Input(name: field.name, place: field.place, type: $0)
        }
      }
      guard let keys = field.value.fields, let name = keys["type"]?.string else { return nil }
      return type(name, keys, field).map { input(field, keys, $0) }
    }
  }

  private mutating func input(
    _ field: Fields.Field, _ keys: Fields, _ type: Runbook.InputType
  ) -> Runbook.Input {
    let isSecret = keys["secret"]?.bool ?? false
    if isSecret { checkSecret(keys, type) }
    if !isSecret, case .data(let value, let place)? = keys["default"] {
      checkDefault(value, type, place)
    }
    if keys["exists"] != nil, type != .path, type != .list(.path) {
      reader.report(
        .inputShape, "`exists` belongs to the type path, not \(type.name)",
        keys.place(of: "exists"))
    }
    return Runbook.Input(
      name: field.name, place: field.place, type: type, summary: keys["summary"]?.string,
      isOptional: keys["optional"]?.bool ?? false, isSecret: isSecret,
      mustExist: keys["exists"]?.bool ?? false,
      fallback: keys["default"]?.data, source: source(keys))
  }

  private mutating func type(
    _ name: String, _ keys: Fields, _ field: Fields.Field
  ) -> Runbook.InputType? {
    if name != "enum", keys["values"] != nil {
      reader.report(
        .inputShape, "`values` belongs to the type enum, not \(name)", keys.place(of: "values"))
    }
    if name != "list", keys["items"] != nil {
      reader.report(
        .inputShape, "`items` belongs to the type list, not \(name)", keys.place(of: "items"))
    }
    guard name == "enum" else {
      return name == "list"
        ? .list(Self.plain(keys["items"]?.string ?? "string")) : Self.plain(name)
    }
    let values = (keys["values"]?.items ?? []).compactMap(\.string)
    if values.isEmpty {
      reader.report(
        .inputShape, "the enum `\(field.name)` needs values", field.place,
        hint: "as in {type: enum, values: [blue, green]}")
    }
    return .enumeration(values)
  }

  private static func plain(_ name: String) -> Runbook.InputType {
    switch name {
    case "int": .int
    case "bool": .bool
    case "path": .path
    case "url": .url
    default: .string
    }
  }

  private mutating func checkSecret(_ keys: Fields, _ type: Runbook.InputType) {
    if type != .string {
      reader.report(
        .secretType, "a secret is a string, not \(type.name)", keys.place(of: "type"))
    }
    if keys["default"] != nil {
      reader.report(
        .secretDefault, "a secret has no default", keys.place(of: "default"),
        hint: "it comes from the environment, or from what `from:` names")
    }
  }

  private mutating func checkDefault(
    _ value: Value, _ type: Runbook.InputType, _ place: Place
  ) {
    guard !type.admits(value) else { return }
    var expected = type.name
    if case .enumeration(let values) = type { expected = values.joined(separator: ", ") }
    if case .list(let item) = type { expected = "a list of \(item.name)" }
    reader.report(
      .defaultMismatch, "the default does not fit: expected \(expected), found \(value.typeName)",
      place, hint: value.stringValue == nil ? "put it into quotes if it is text" : nil)
  }

  private mutating func source(_ keys: Fields) -> Runbook.Input.Source? {
    guard let from = keys["from"]?.fields else { return nil }
    let file = from["file"]?.text
    let command = from["command"]?.items.compactMap(\.text)
    switch (file, command) {
    case (let file?, nil): return .file(file)
    case (nil, let command?) where !command.isEmpty: return .command(command)
    default:
      guard from.isWhole else { return nil }
      reader.report(
        .exactlyOne, "`from` names either a `file` or a `command`", keys.place(of: "from"))
      return nil
    }
  }
}

extension Runbook.InputType {
  fileprivate func admits(_ value: Value) -> Bool {
    switch (self, value) {
    case (.string, .string), (.path, .string), (.url, .string), (.int, .int), (.bool, .bool): true
    case (.enumeration(let values), .string(let text)): values.contains(text)
    case (.list(let item), .list(let items)): items.allSatisfy(item.admits)
    default: false
    }
  }
}
