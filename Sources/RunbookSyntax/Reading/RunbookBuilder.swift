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
