import RunbookModel

extension RunbookBuilder {
  /// What the steps of a drill bring back, as it stands in the drill or in the file that it names.
  mutating func simulation(_ keys: Fields) -> Simulation? {
    switch keys["simulate"] {
    case .fields(let parts): simulation(of: parts, at: keys.place(of: "simulate"))
    case .file(let path, let contents): simulation(of: contents, in: path.text)
    default: nil
    }
  }

  private mutating func simulation(of contents: SourceText, in file: String) -> Simulation? {
    let (root, found) = YAMLComposer.compose(contents.text, file: file)
    var reader = FieldReader(file: file, tables: reader.tables, folder: reader.folder)
    reader.diagnostics = found
    let parts = root.flatMap { reader.fields($0, reader.tables.simulation, "a simulation") }
    self.reader.diagnostics += reader.diagnostics
    return parts.flatMap { simulation(of: $0, at: $0.place) }
  }

  private mutating func simulation(of parts: Fields, at place: Place) -> Simulation {
    Simulation(
      place: place, inputs: given(parts["inputs"]),
      steps: (parts["steps"]?.fields?.all ?? []).map { field in
        Simulation.Script(
          step: Drill.Name(field.name, at: field.place),
          attempts: field.value.items.compactMap(\.fields).map { attempt($0) })
      })
  }

  private func given(_ value: FieldValue?) -> [Simulation.Given] {
    (value?.fields?.all ?? []).compactMap { field in
      field.value.data.map { Simulation.Given(Drill.Name(field.name, at: field.place), $0) }
    }
  }

  private mutating func attempt(_ keys: Fields) -> Simulation.Attempt {
    let results = given(keys["result"]) + keys.all.compactMap(Self.shorthand)
    refuseDoubles("result", results.map { ($0.name.text, $0.name.place) })
    if keys.isWhole, keys["fail"] == nil, keys["code"] != nil {
      reader.report(
        .exactlyOne, "`code` belongs to `fail`, which is not there", keys.place(of: "code"))
    }
    return Simulation.Attempt(
      results: results,
      failure: keys["fail"]?.string.map { Simulation.Failure($0, code: keys["code"]?.string) },
      delay: keys["delay"]?.duration.map(StoryTime.init) ?? .start)
  }

  private static func shorthand(_ field: Fields.Field) -> Simulation.Given? {
    SimulationSpec.shorthands[field.name].map { name in
      Simulation.Given(Drill.Name(name, at: field.place), field.value.plain)
    }
  }
}

extension FieldValue {
  /// The value of a key whose type is text, a number or a list of data.
  fileprivate var plain: Value {
    switch self {
    case .text(let source): .string(source.text)
    case .int(let number): .int(number)
    case .data(let value, _): value
    case .list(let items): .list(items.map(\.plain))
    default: .null
    }
  }
}
