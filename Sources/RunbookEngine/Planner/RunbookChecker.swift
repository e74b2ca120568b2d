import RunbookExpression
public import RunbookModel

/// Checks what the reader cannot: names in expressions, connections, and what each kind knows of its own.
public struct RunbookChecker: Sendable {
  private let kinds: [String: KnownKind]
  private let connectionKinds: [any ConnectionKind]

  /// A kind with what is asked of it at every step.
  private struct KnownKind {
    let kind: any StepKind
    let spec: KindSpec
    let resultNames: Set<String>

    init(_ kind: any StepKind) {
      self.kind = kind
      spec = kind.spec
      resultNames = Set(spec.results.map(\.name))
    }
  }

  /// - Parameter connections: their kinds; of one that is not among them nothing is said.
  public init(kinds: [any StepKind], connections: [any ConnectionKind] = []) {
    connectionKinds = connections
    self.kinds = Dictionary(
      kinds.map { ($0.spec.name, KnownKind($0)) }, uniquingKeysWith: { first, _ in first })
  }

  public func check(_ runbook: Runbook) -> Diagnostics {
    var found = Diagnostics()
    var names = VisibleNames(runbook: runbook)
    for step in runbook.steps {
      check(step, runbook, &names, &found)
    }
    for connection in runbook.connections {
      check(template: connection.url, names, &found)
      check(connection, in: runbook, &found)
    }
    if let report = runbook.report {
      check(authored: .fields(report), names, &found)
    }
    if let sandbox = runbook.sandbox { check(sandbox, runbook, &found) }
    for input in runbook.inputs { checkName(of: input, &found) }
    checkPhases(runbook, &found)
    let credentials = WrittenCredentials(runbook, kinds: kinds.values.map(\.kind))
    found.append(contentsOf: credentials.diagnostics)
    return found.sorted()
  }

  /// What the connection's kind has no use for.
  private func check(
    _ connection: Runbook.Connection, in runbook: Runbook, _ found: inout Diagnostics
  ) {
    guard let kind = connectionKinds.named(connection.kind) else { return }
    if connection.readOnlyRole != nil, !kind.hasRoles {
      found.append(
        Diagnostic(
          .error, .notOfConnection,
          "a '\(kind.name)' connection has no roles: '\(connection.name)' cannot have a "
            + "`read_only_role`", at: connection.place, hint: "take the key away"))
    }
    if let sandbox = runbook.sandbox, !kind.hasSandboxes {
      found.append(
        Diagnostic(
          .error, .notOfConnection,
          "there is no sandbox for a '\(kind.name)' connection, and '\(connection.name)' is one",
          at: sandbox.place, hint: "practise with a copy: give its path as an input"))
    }
  }

  /// A credential that is not declared one is stored and shown.
  private func checkName(of input: Runbook.Input, _ found: inout Diagnostics) {
    guard !input.isSecret, input.type == .string || input.type == .url,
      CredentialName(input.name).meaning == .certain
    else { return }
    found.append(
      Diagnostic(
        .warning, .undeclaredSecret,
        "the input '\(input.name)' is no secret, though its name says so: it is stored and shown",
        at: input.place, hint: "if it is one, declare it with `secret: true`"))
  }

  private func check(
    _ sandbox: Runbook.Sandbox, _ runbook: Runbook, _ found: inout Diagnostics
  ) {
    var names = VisibleNames(runbook: runbook)
    names.roots.insert("sandbox")
    for step in sandbox.fixture { check(step, runbook, &names, &found) }
    for service in sandbox.services {
      for word in service.command { check(template: word, names, &found) }
      for setting in service.environment { check(template: setting.value, names, &found) }
    }
    let inputs = Set(runbook.inputs.map(\.name))
    for setting in sandbox.inputs {
      if !inputs.contains(setting.name) {
        found.append(
          Diagnostic(
            .error, .unknownName, "the runbook has no input '\(setting.name)'", at: setting.place,
            hint: found.isFull(of: .error)
              ? nil
              : NearestName.of(setting.name, among: inputs)
                .map { "did you mean '\($0)'?" }))
      }
      check(template: setting.value, names, &found)
    }
    for step in sandbox.fault { check(step, runbook, &names, &found) }
  }

  private func check(
    _ step: Step, _ runbook: Runbook, _ names: inout VisibleNames, _ found: inout Diagnostics
  ) {
    guard let known = kinds[step.kind] else { return }
    let options = step.options
    if let when = options.when { check(expression: when, names, &found) }
    checkConnection(of: step, known.spec, runbook, names, &found)
    check(.fields(step.body), as: known.spec.type, names, &found)
    names.own = known.resultNames
    for source in options.expect { check(expression: source, names, &found) }
    for capture in options.captures {
      check(expression: capture.expression, names, &found)
      if known.resultNames.contains(capture.name) {
        found.append(
          Diagnostic(
            .error, .nameClash,
            "the capture '\(capture.name)' has the name of a result of '\(step.kind)'",
            at: capture.place, hint: "give the capture another name"))
      }
    }
    names.own.formUnion(options.captures.map(\.name))
    if let confirms = options.confirms { check(expression: confirms, names, &found) }
    if let condition = options.retry?.condition?.expression {
      names.own.insert("failure")
      check(expression: condition, names, &found)
    }
    names.own = []
    found.append(
      contentsOf: known.kind.check(
        step, in: CheckContext(runbook: runbook, valueNames: names.values)))
    checkBlanks(in: known.spec.work, of: step, &found)
    check(probeOf: step, runbook, names, &found)
    names.add(step)
  }

  /// What is white space nowhere but to the eye, in what a program reads.
  private func checkBlanks(in work: WorkSpec, of step: Step, _ found: inout Diagnostics) {
    guard work.language.reader == .program else { return }
    for field in step.body.all where work.keys.contains(field.name) {
      guard let source = field.value.source else { continue }
      let survey = DeceptiveText.blanks(in: source.text, limit: 3)
      for (index, finding) in survey.shown.enumerated() where !found.isFull(of: .warning) {
        let isLast = index == survey.shown.count - 1
        let rest = isLast ? survey.rest.map { "; the text holds \($0)" } ?? "" : ""
        found.append(
          Diagnostic(
            .warning, .deceptiveText, "the text holds \(finding.description)\(rest)",
            at: source.place(atScalar: finding.offset, length: 1), hint: DeceptiveText.hint))
      }
    }
  }

  private func check(
    probeOf step: Step, _ runbook: Runbook, _ names: VisibleNames, _ found: inout Diagnostics
  ) {
    guard let settle = step.options.settle, let probe = step.probe(among: Set(kinds.keys)),
      let known = kinds[probe.kind]
    else { return }
    guard !known.spec.asksAPerson else {
      found.append(
        Diagnostic(
          .error, .probeOfAPerson,
          "`settle` cannot ask a person: an answer is their word, and shows nothing",
          at: probe.place,
          hint: "without `settle` a person decides, by `runbook resolve`"))
      return
    }
    var names = names
    checkConnection(of: probe, known.spec, runbook, names, &found)
    check(.fields(probe.body), as: known.spec.type, names, &found)
    // That a script only reads `settle` declares; of a request its method says otherwise.
    let isDeclared = settle["effect"] != nil || known.spec.work.language == .shell
    found.append(
      contentsOf: known.kind.check(
        isDeclared ? probe : probe.undeclared,
        in: CheckContext(runbook: runbook, valueNames: names.values)))
    checkBlanks(in: known.spec.work, of: probe, &found)
    names.own = known.resultNames
    for key in ["done", "not_done"] {
      if let source = settle[key]?.text { check(expression: source, names, &found) }
    }
  }

  private func checkConnection(
    of step: Step, _ spec: KindSpec, _ runbook: Runbook, _ names: VisibleNames,
    _ found: inout Diagnostics
  ) {
    if let connection = runbook.connection(of: step),
      step.options.connection != nil || spec.usesConnection,
      let kind = connectionKinds.named(connection.kind), !kind.serves(spec)
    {
      found.append(
        Diagnostic(
          .error, .notServed,
          "a '\(step.kind)' step cannot use '\(connection.name)', a '\(kind.name)' connection",
          at: step.options.connection?.place ?? step.place,
          hint: "steps of the kind `sql` can"))
      return
    }
    if let name = step.options.connection {
      guard !names.connections.contains(name.text) else { return }
      let known = found.isFull(of: .error) ? [] : runbook.connections.map(\.name)
      found.append(
        Diagnostic(
          .error, .unknownName, "there is no connection '\(name.text)'",
          at: name.place(atScalar: 0, length: name.text.unicodeScalars.count),
          hint: NearestName.of(name.text, among: known).map { "did you mean '\($0)'?" }
            ?? (known.isEmpty
              ? "declare it under 'connections'" : "there is \(NameList.text(of: known))")))
    } else if spec.usesConnection, runbook.connections.count != 1 {
      found.append(
        Diagnostic(
          .error, .noConnection,
          runbook.connections.isEmpty
            ? "a '\(step.kind)' step needs a connection, and the runbook has none"
            : "the runbook has several connections, and the step names none",
          at: step.place, hint: "declare it under 'connections', or name it with 'connection:'"))
    }
  }

  private func check(
    _ value: FieldValue, as type: FieldType, _ names: VisibleNames, _ found: inout Diagnostics
  ) {
    switch (type, value) {
    case (.expression, .text(let source)): check(expression: source, names, &found)
    case (.template, .text(let source)): check(template: source, names, &found)
    case (.list(let item), .list(let items)):
      for value in items { check(value, as: item, names, &found) }
    case (.oneOrMore(let item), _):
      for value in value.items { check(value, as: item, names, &found) }
    case (.map(let item), .fields(let fields)):
      for field in fields.all { check(field.value, as: item, names, &found) }
    case (.fields(let specs), .fields(let fields)), (.shorthand(_, let specs), .fields(let fields)):
      for field in fields.all {
        guard let spec = specs.first(where: { $0.name == field.name }) else { continue }
        check(field.value, as: spec.type, names, &found)
      }
    case (.either(let types), _):
      for type in types { check(value, as: type, names, &found) }
    default: break
    }
  }

  /// Every text of the report may be a template.
  private func check(
    authored value: FieldValue, _ names: VisibleNames, _ found: inout Diagnostics
  ) {
    switch value {
    case .text(let source): check(template: source, names, &found)
    case .list(let items): for item in items { check(authored: item, names, &found) }
    case .fields(let fields):
      for field in fields.all {
        if field.name == "done", case .text(let source) = field.value {
          check(expression: source, names, &found)
        } else {
          check(authored: field.value, names, &found)
        }
      }
    default: break
    }
  }

  private func check(
    expression source: SourceText, _ names: VisibleNames, _ found: inout Diagnostics
  ) {
    for reference in names.cache.references(of: source) { names.check(reference, &found) }
  }

  private func check(
    template source: SourceText, _ names: VisibleNames, _ found: inout Diagnostics
  ) {
    // The reader has said what is wrong with its syntax.
    guard source.text.holds("${{"), let template = try? Template(parsing: source) else { return }
    for reference in template.references { names.check(reference, &found) }
  }

  private func checkPhases(_ runbook: Runbook, _ found: inout Diagnostics) {
    guard let first = runbook.steps.first(where: { $0.phase == .recovery }) else { return }
    if !runbook.steps.contains(where: { $0.options.confirms != nil }) {
      found.append(
        Diagnostic(
          .error, .neverConfirmed, "no detection step has 'confirms', so recovery could never run",
          at: first.place, hint: "say with 'confirms' which result shows the incident"))
    }
  }
}

extension DiagnosticCode {
  static let unknownName = DiagnosticCode(300)
  static let nameClash = DiagnosticCode(301)
  static let noConnection = DiagnosticCode(302)
  static let neverConfirmed = DiagnosticCode(303)
  static let maybeUndefined = DiagnosticCode(304)
  /// An input whose name is a credential's, and that is declared none.
  public static let undeclaredSecret = DiagnosticCode(305)
  /// A step that its connection's kind does not serve.
  static let notServed = DiagnosticCode(307)
  /// A role or a sandbox, which the connection's kind has not.
  static let notOfConnection = DiagnosticCode(308)
  /// A probe that is answered by a person.
  static let probeOfAPerson = DiagnosticCode(309)
}
