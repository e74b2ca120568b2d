import RunbookModel

/// Makes a runbook from the fields of its file, and checks what concerns several of them.
struct RunbookBuilder {
  var reader: FieldReader
  let fields: Fields
  let source: SourceFile
  let folder: String
  let fileName: String
  /// What came of reading `drill.yaml`, where there is one.
  var drillFile: DrillFile?
  /// Data files that were read, as many constants may be parts of one; nil for what cannot be read.
  var dataFiles = ExactMap<Value?>()

  /// The runbook, or nil after a diagnostic in the reader.
  mutating func runbook() -> Runbook? {
    let inputs = inputs()
    let constants = constants()
    let connections = connections()
    let steps = steps()
    let drill = drill()
    checkPhases()
    guard let name = fields["runbook"]?.string else { return nil }
    return Runbook(
      name: name, title: fields["title"]?.string ?? name, summary: fields["summary"]?.string,
      severity: fields["severity"]?.string.flatMap(Severity.init) ?? .high,
      owner: fields["owner"]?.string, inputs: inputs, connections: connections,
      constants: constants, steps: steps, report: fields["report"]?.fields, sandbox: sandbox(),
      drill: drill, drillSources: drillFile?.sources ?? [],
      deadline: fields["deadline"]?.duration, sources: [source] + reader.folder.files,
      folder: folder, fileName: fileName)
  }

  /// By phase; nothing is copied where the file has the phases in their order.
  private func steps() -> [Step] {
    let phases = reader.phasePlaces.map(\.phase)
    return phases == phases.sorted()
      ? reader.steps
      : phases.sorted().flatMap { phase in reader.steps.filter { $0.phase == phase } }
  }

  private func steps(of key: String, in fields: Fields) -> [Step] {
    (fields[key]?.items ?? []).compactMap(\.step)
  }

  private mutating func connections() -> [Runbook.Connection] {
    (fields["connections"]?.fields?.all ?? []).compactMap { field in
      if !NameTable.isIdentifier(field.name.replacingAll("-", with: "_")) {
        reader.report(
          .badName, "`\(field.name.excerpt)` is not a name", field.place,
          hint: "the name of a connection has letters, digits, `-` and `_`")
      }
      guard let keys = field.value.fields, let url = keys["url"]?.text else { return nil }
      return Runbook.Connection(
        name: field.name, place: field.place, kind: keys["kind"]?.string ?? "postgres", url: url,
        readOnlyRole: keys["read_only_role"]?.string,
        keepsReceipts: keys["receipts"]?.string != "none")
    }
  }

  private mutating func checkPhases() {
    let place = fields.place(of: "runbook")
    let phases = reader.phasePlaces.map(\.phase)
    if reader.steps.isEmpty {
      guard !reader.diagnostics.hasErrors else { return }
      return reader.report(
        .noSteps, "the runbook has no steps", place,
        hint: "a runbook has `detection`, `recovery` and `verification`")
    }
    if let recovery = reader.phasePlaces.first(where: { $0.phase == .recovery }),
      !phases.contains(.detection), reader.steps.contains(where: { $0.phase == .recovery })
    {
      reader.report(
        .noDetection, "there is `recovery` without `detection`",
        recovery.place, hint: "recovery runs only when a detection step `confirms`")
    }
    if !phases.contains(.verification) {
      reader.report(
        .noVerification, "the runbook has no `verification`", place,
        hint: "without it a run cannot show that the incident is over", .warning)
    }
  }

  private func sandbox() -> Runbook.Sandbox? {
    guard let keys = fields["sandbox"]?.fields else { return nil }
    return Runbook.Sandbox(
      place: fields.place(of: "sandbox"), inputs: settings(keys["inputs"]),
      settings: settings(keys["settings"]), fixture: steps(of: "fixture", in: keys),
      services: (keys["services"]?.fields?.all ?? []).compactMap(service),
      fault: steps(of: "fault", in: keys))
  }

  private func service(_ field: Fields.Field) -> Runbook.Sandbox.Service? {
    guard let keys = field.value.fields else { return nil }
    return Runbook.Sandbox.Service(
      name: field.name, place: field.place,
      command: (keys["command"]?.items ?? []).compactMap(\.text),
      environment: settings(keys["env"]))
  }

  private func settings(_ value: FieldValue?) -> [Runbook.Sandbox.Setting] {
    (value?.fields?.all ?? []).compactMap { field in
      field.value.text.map {
        Runbook.Sandbox.Setting(name: field.name, place: field.place, value: $0)
      }
    }
  }
}

extension RunbookBuilder {
  mutating func constants() -> [Runbook.Constant] {
    (fields["constants"]?.fields?.all ?? []).compactMap { field in
      reader.claim(field, .constant)
      guard let written = field.value.data else { return nil }
      guard let source = DataSource(written) else {
        return Runbook.Constant(name: field.name, place: field.place, value: written)
      }
      return value(of: source, for: field).map {
        Runbook.Constant(name: field.name, place: field.place, value: $0)
      }
    }
  }

  /// The part of a file beside the runbook that a constant is.
  private mutating func value(of source: DataSource, for field: Fields.Field) -> Value? {
    let whole = dataFiles[source.file] ?? document(source.file, for: field)
    dataFiles[source.file] = .some(whole)
    return whole.flatMap { part(of: $0, source, for: field) }
  }

  private mutating func document(_ file: String, for field: Fields.Field) -> Value? {
    do throws(FileFailure) {
      let text = try reader.folder.contents(of: file).text
      do throws(Diagnostics) {
        return try YAMLDocument.value(of: text, file: file)
      } catch {
        reader.diagnostics += error
      }
    } catch {
      reader.diagnostics.append(error.diagnostic(at: error.place ?? field.place))
    }
    return nil
  }

  private mutating func part(
    of whole: Value, _ source: DataSource, for field: Fields.Field
  ) -> Value? {
    var value = whole
    for key in source.path {
      guard let next = value.mapValue?[key] else {
        let known = value.mapValue?.keys.compactMap(\.stringValue) ?? []
        let nearest = NearestName.of(key, among: known).map { "did you mean `\($0)`?" }
        reader.report(
          .missingKey, "`\(source.file)` has no `\(key)` where `\(field.name)` looks for it",
          field.place,
          hint: nearest
            ?? (known.isEmpty ? nil : "the keys there are \(NameList.text(of: known))"))
        return nil
      }
      value = next
    }
    return value
  }
}

/// A constant that is read from a YAML file: `{file: owners.yaml, at: [owners, backend]}`.
private struct DataSource {
  let file: String
  let path: [String]

  /// - Returns: nil for a mapping that is no such thing, but a value of its own.
  init?(_ value: Value) {
    guard let map = value.mapValue, let file = map["file"]?.stringValue,
      map.keys.allSatisfy({ $0 == "file" || $0 == "at" })
    else { return nil }
    let path = map["at"].map { at in at.listValue ?? [at] } ?? []
    guard path.allSatisfy({ $0.stringValue != nil }) else { return nil }
    self.file = file
    self.path = path.compactMap(\.stringValue)
  }
}

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
