import RunbookModel

extension RunbookBuilder {
  /// The drill of the section `drill:`, else of the file beside the runbook.
  mutating func drill() -> Drill? {
    if let file = drillFile {
      reader.diagnostics += file.diagnostics
      if fields["drill"] != nil {
        reader.report(
          .twoDrills, "there is a `drill` here, and a file drill.yaml beside the runbook",
          fields.place(of: "drill"), hint: "keep one of them")
      }
      return file.fields.map { drill($0, at: file.place) }
    }
    return fields["drill"]?.fields.map { drill($0, at: fields.place(of: "drill")) }
  }

  private mutating func drill(_ keys: Fields, at place: Place) -> Drill {
    let drill = Drill(
      title: keys["title"]?.string ?? "", place: place, scope: keys["scope"]?.string,
      scenario: keys["scenario"]?.string, objectives: items(keys["objectives"]),
      roles: items(keys["roles"]), modules: items(keys["modules"]),
      questions: items(keys["questions"]), hotWash: items(keys["hot_wash"]),
      injects: list(keys["injects"]).compactMap { inject($0) },
      expectations: list(keys["expectations"]).compactMap { expectation($0) },
      recovered: keys["recovered"]?.text, surprise: surprise(keys),
      simulation: simulation(keys))
    refuseDoubles("objective", drill.objectives.map { ($0.id, $0.place) })
    refuseDoubles("role", drill.roles.map { ($0.id, $0.place) })
    refuseDoubles("module", drill.modules.map { ($0.id, $0.place) })
    // Answers name an inject or a question alike.
    refuseDoubles(
      "inject or question",
      drill.injects.map { ($0.id, $0.place) } + drill.allQuestions.map { ($0.id, $0.place) })
    refuseDoubles("expectation", drill.expectations.map { ($0.id, $0.place) })
    for inject in drill.injects {
      refuseDoubles("choice", inject.choices.map { ($0.id, $0.place) })
    }
    return drill
  }

  mutating func refuseDoubles(_ sort: String, _ names: [(id: String, place: Place)]) {
    var seen: [String: Place] = [:]
    for (id, place) in names {
      guard let first = seen.updateValue(place, forKey: id) else { continue }
      reader.report(
        .duplicateDrillName, "there is a \(sort) `\(id)` already", place,
        hint: "it is in line \(first.line)")
    }
  }

  private func list(_ value: FieldValue?) -> [Fields] {
    (value?.items ?? []).compactMap(\.fields)
  }

  private func name(_ value: FieldValue?) -> Drill.Name? {
    value?.text.map {
      Drill.Name($0.text, at: $0.place(atScalar: 0, length: $0.text.unicodeScalars.count))
    }
  }

  private func items(_ value: FieldValue?) -> [Drill.Item] {
    list(value).compactMap { keys in
      guard let id = name(keys["id"]), let text = keys["text"]?.string else { return nil }
      return Drill.Item(id: id.text, place: id.place, text: text, module: name(keys["module"]))
    }
  }

  private mutating func surprise(_ keys: Fields) -> Drill.Surprise? {
    guard let parts = keys["surprise"]?.fields, let within = parts["within"]?.duration else {
      return nil
    }
    let values = (parts["values"]?.items ?? []).compactMap { name($0) }
    if parts.isWhole, (parts["input"] == nil) != values.isEmpty {
      reader.report(
        .exactlyOne, "`input` and `values` belong together: what breaks is one of the values",
        parts.place)
    }
    return Drill.Surprise(
      place: parts.place, within: StoryTime(within), input: name(parts["input"]), values: values)
  }

  private func modes(_ keys: Fields) -> [DrillMode]? {
    keys["modes"]?.items.compactMap { $0.string.flatMap(DrillMode.init) }
  }

  private mutating func inject(_ keys: Fields) -> Inject? {
    let trigger = trigger(keys)
    guard let id = name(keys["id"]), let text = keys["text"]?.string else { return nil }
    return Inject(
      id: id.text, place: id.place, title: keys["title"]?.string ?? id.text,
      module: name(keys["module"]), trigger: trigger,
      delay: keys["after"]?.duration.map(StoryTime.init) ?? .start,
      jitter: keys["jitter"]?.duration.map(StoryTime.init) ?? .start,
      condition: keys["when"]?.text, sender: keys["from"]?.string,
      channel: keys["channel"]?.string, text: text, artefact: artefact(keys),
      choices: list(keys["choices"]).compactMap { choice($0) },
      expected: keys["expected"]?.string, hints: (keys["hints"]?.items ?? []).compactMap(\.string),
      notes: keys["notes"]?.string, modes: modes(keys))
  }

  private func choice(_ keys: Fields) -> Inject.Choice? {
    guard let id = name(keys["id"]), let text = keys["text"]?.string else { return nil }
    return Inject.Choice(
      id: id.text, place: id.place, text: text, leadsTo: name(keys["leads_to"]))
  }

  private mutating func trigger(_ keys: Fields) -> Inject.Trigger {
    let on = keys["on"]
    if let at = keys["at"]?.duration {
      if on != nil {
        reader.report(
          .exactlyOne, "an inject comes `at` a time or `on` an event", keys.place(of: "on"))
      }
      return .at(StoryTime(at))
    }
    if let word = on?.string { return word == "start" ? .at(.start) : .hand }
    guard let event = on?.fields else { return .hand }
    return self.event(event)
  }

  private mutating func event(_ keys: Fields) -> Inject.Trigger {
    let named = keys.all.filter { $0.name != "is" }
    guard keys.isWhole else { return .hand }
    guard named.count == 1, let only = named.first, let name = name(only.value) else {
      reader.report(
        .exactlyOne, "`on` names one event",
        keys.place, hint: "one of started, finished, failed, finding, answer, inject")
      return .hand
    }
    if only.name != "answer", keys["is"] != nil {
      reader.report(
        .exactlyOne, "`is` belongs to `answer`, not to `\(only.name)`", keys.place(of: "is"))
    }
    switch only.name {
    case "started": return .stepStarted(name)
    case "finished": return .stepFinished(name)
    case "failed": return .stepFailed(name)
    case "finding": return .finding(name)
    case "answer": return .answer(name, choice: self.name(keys["is"]))
    default: return .inject(name)
    }
  }

  private mutating func artefact(_ keys: Fields) -> Inject.Artefact? {
    if let text = keys["artefact"]?.string { return Inject.Artefact(title: nil, text: text) }
    guard let parts = keys["artefact"]?.fields else { return nil }
    let title = parts["title"]?.string
    switch (parts["file"], parts["text"]?.string) {
    case (.file(let path, let contents)?, nil):
      return Inject.Artefact(title: title ?? path.text, text: contents.text)
    case (nil, let text?): return Inject.Artefact(title: title, text: text)
    default:
      guard parts.isWhole else { return nil }
      reader.report(
        .exactlyOne, "an artefact has either a `file` or a `text`", keys.place(of: "artefact"))
      return nil
    }
  }

  private mutating func expectation(_ keys: Fields) -> DrillExpectation? {
    guard let id = name(keys["id"]), let title = keys["title"]?.string,
      let judge = judge(keys, id.place)
    else { return nil }
    let improvement = keys["improvement"]?.fields.flatMap { parts in
      parts["action"]?.string.map {
        DrillExpectation.Improvement(
          action: $0, owner: parts["owner"]?.string, due: parts["due"]?.string)
      }
    }
    return DrillExpectation(
      id: id.text, place: id.place, title: title, objective: name(keys["objective"]),
      points: Int(keys["points"]?.int ?? 1),
      deadline: keys["deadline"]?.duration.map(StoryTime.init), judge: judge,
      improvement: improvement, modes: modes(keys))
  }

  private mutating func judge(_ keys: Fields, _ place: Place) -> DrillExpectation.Judge? {
    var judges: [DrillExpectation.Judge] = []
    if let source = keys["expect"]?.text { judges.append(.expression(source)) }
    if let parts = keys["choice"]?.fields, let inject = name(parts["inject"]) {
      judges.append(
        .choice(inject: inject, choices: (parts["is"]?.items ?? []).compactMap { name($0) }))
    }
    if let words = keys["facilitator"]?.string { judges.append(.facilitator(words)) }
    if judges.count == 1 { return judges[0] }
    let isBroken = ["expect", "choice", "facilitator"].contains { keys[$0] != nil }
    if judges.count > 1 || (!isBroken && keys.isWhole) {
      reader.report(
        .exactlyOne, "an expectation is judged by one of `expect`, `choice` and `facilitator`",
        place)
    }
    return nil
  }
}

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
