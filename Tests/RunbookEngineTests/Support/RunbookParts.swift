import RunbookModel

/// Parts of a runbook, as a reader would make them.
func source(_ text: String, line: Int = 1) -> SourceText {
  SourceText(text, at: Place(file: "runbook.yaml", line: line, column: 10), layout: .line)
}

func step(
  _ id: String, _ phase: Phase, kind: String = "shell", text: String? = nil, line: Int = 1,
  _ change: (inout StepOptions) -> Void = { _ in }
) -> Step {
  let place = Place(file: "runbook.yaml", line: line, column: 5)
  var options = StepOptions()
  change(&options)
  return Step(
    id: StepID(id), title: "Step \(id)", phase: phase, kind: kind,
    body: Fields(
      [Fields.Field(name: "text", place: place, value: .text(source(text ?? id, line: line)))],
      at: place),
    place: place, options: options)
}

/// A `settle:` that asks by the kind `probe`.
func settle(
  done: String? = nil, notDone: String? = nil, asking text: String = "ask"
) -> Fields {
  let place = Place(file: "runbook.yaml", line: 1, column: 1)
  let field = { (name: String, value: FieldValue) in
    Fields.Field(name: name, place: place, value: value)
  }
  var fields = [
    field("probe", .fields(Fields([field("text", .text(source(text)))], at: place)))
  ]
  if let done { fields.append(field("done", .text(source(done)))) }
  if let notDone { fields.append(field("not_done", .text(source(notDone)))) }
  return Fields(fields, at: place)
}

func capture(_ name: String, _ expression: String, fallback: Value? = nil) -> StepOptions.Capture {
  StepOptions.Capture(
    name: name, place: Place(file: "runbook.yaml", line: 1, column: 1),
    expression: source(expression), fallback: fallback)
}

func runbook(
  _ steps: [Step], inputs: [Runbook.Input] = [], connections: [Runbook.Connection] = [],
  constants: [Runbook.Constant] = [], sandbox: Runbook.Sandbox? = nil, deadline: Duration? = nil,
  text: String = "runbook: example\n"
) -> Runbook {
  Runbook(
    name: "example", title: "An example", severity: .high, inputs: inputs,
    connections: connections, constants: constants,
    steps: steps.enumerated()
      .sorted { ($0.element.phase, $0.offset) < ($1.element.phase, $1.offset) }.map(\.element),
    sandbox: sandbox, deadline: deadline,
    sources: [SourceFile(path: "runbook.yaml", text: text)],
    folder: "/runbooks/example", fileName: "runbook.yaml")
}

func connection(_ name: String = "main", url: String = "postgres://h/db") -> Runbook.Connection {
  Runbook.Connection(
    name: name, place: Place(file: "runbook.yaml", line: 1, column: 1), kind: "postgres",
    url: source(url))
}

func input(
  _ name: String, _ type: Runbook.InputType = .string, isSecret: Bool = false
) -> Runbook.Input {
  Runbook.Input(
    name: name, place: Place(file: "runbook.yaml", line: 1, column: 1), type: type,
    isOptional: true, isSecret: isSecret)
}
