import RunbookExpression
public import RunbookModel

/// Checks what the reader cannot of a drill: names of steps, injects and choices, expressions, and
/// injects that wait for one another.
public struct DrillChecker: Sendable {
  private let kinds: [KindSpec]

  /// - Parameter kinds: what a simulation's results are checked against.
  public init(kinds: [KindSpec] = []) { self.kinds = kinds }

  /// - Returns: nothing for a runbook without a drill.
  public func check(_ runbook: Runbook) -> Diagnostics {
    guard let drill = runbook.drill else { return Diagnostics() }
    var check = DrillCheck(runbook: runbook, drill: drill)
    check.run()
    if let simulation = drill.simulation {
      check.found += SimulationChecker(kinds: kinds).check(simulation, of: runbook).all
    }
    return Diagnostics(check.found).sorted()
  }
}

/// The names that there are of something: each is looked for many times.
private struct Names {
  /// In the file's order, for hints.
  let all: [String]
  private let known: Set<String>

  init(_ all: [String]) {
    self.all = all
    known = Set(all)
  }

  func include(_ name: String) -> Bool { known.contains(name) }
}

private struct DrillCheck {
  let drill: Drill
  let inputs: [Runbook.Input]
  let steps, findings, gates, injects, answerable, modules, objectives, inputNames: Names
  /// Of each inject, by its id.
  let choices: [String: Names]
  var found: [Diagnostic] = []

  init(runbook: Runbook, drill: Drill) {
    self.drill = drill
    inputs = runbook.inputs
    let ids = runbook.steps.map(\.id.rawValue)
    steps = Names(ids)
    findings = Names(
      runbook.steps.filter { $0.options.confirms != nil }.map(\.id.rawValue))
    gates = Names(["recovery"] + ids)
    injects = Names(drill.injects.map(\.id))
    answerable = Names(drill.injects.map(\.id) + drill.allQuestions.map(\.id))
    modules = Names(drill.modules.map(\.id))
    objectives = Names(drill.objectives.map(\.id))
    inputNames = Names(runbook.inputs.map(\.name))
    choices = Dictionary(
      drill.injects.map { ($0.id, Names($0.choices.map(\.id))) },
      uniquingKeysWith: { first, _ in first }
    )
  }

  private static let comparisonFields = Names(DrillScope.comparisonFields)
  private static let drillFields = Names(DrillScope.drillFields)

  mutating func run() {
    for inject in drill.injects { check(inject) }
    for question in drill.allQuestions { checkModule(question.module) }
    for expectation in drill.expectations { check(expectation) }
    if let recovered = drill.recovered { check(recovered) }
    if let surprise = drill.surprise { check(surprise) }
    checkCycles()
    let hasFirst = drill.injects.contains { if case .at = $0.trigger { true } else { false } }
    if !hasFirst {
      report(
        .noFirstInject, "no inject comes at a time, so a drill begins with nothing", drill.place,
        hint: "give the first one `on: start`", .warning)
    }
  }

  private mutating func check(_ inject: Inject) {
    checkModule(inject.module)
    if let condition = inject.condition { check(condition) }
    for choice in inject.choices {
      if let target = choice.leadsTo { require(target, among: injects, "inject") }
    }
    switch inject.trigger {
    case .at, .hand: break
    case .stepStarted(let step), .stepFinished(let step), .stepFailed(let step):
      require(step, among: steps, "step")
    case .finding(let step):
      if require(step, among: steps, "step"), !findings.include(step.text) {
        report(
          .noFinding, "the step '\(step.text)' has no `confirms`, so it finds nothing", step.place)
      }
    case .answer(let other, let choice):
      require(other, among: injects, "inject")
      if let choice { require(choice, ofInject: other) }
    case .inject(let other): require(other, among: injects, "inject")
    }
  }

  private mutating func check(_ expectation: DrillExpectation) {
    if let objective = expectation.objective {
      require(objective, among: objectives, "objective")
    }
    switch expectation.judge {
    case .expression(let source): check(source)
    case .choice(let inject, let choices):
      guard require(inject, among: injects, "inject") else { return }
      for choice in choices { require(choice, ofInject: inject) }
    case .facilitator: break
    }
  }

  private mutating func check(_ surprise: Drill.Surprise) {
    guard let name = surprise.input, require(name, among: inputNames, "input"),
      let input = inputs.first(where: { $0.name == name.text })
    else { return }
    guard case .enumeration(let values) = input.type else { return }
    let known = Names(values)
    for value in surprise.values { require(value, among: known, "value of '\(name.text)'") }
  }

  private mutating func checkModule(_ module: Drill.Name?) {
    if let module { require(module, among: modules, "module") }
  }

  private mutating func require(_ choice: Drill.Name, ofInject name: Drill.Name) {
    guard let known = choices[name.text] else { return }
    require(choice, among: known, "choice of '\(name.text)'")
  }

  @discardableResult
  private mutating func require(
    _ name: Drill.Name, among known: Names, _ sort: String
  ) -> Bool {
    if known.include(name.text) { return true }
    report(
      .unknownDrillName, "there is no \(sort) '\(name.text)'", name.place,
      hint: Self.hint(name.text, known.all))
    return false
  }

  private static func hint(_ name: String, _ known: [String]) -> String? {
    if let near = NearestName.of(name, among: known) { return "did you mean '\(near)'?" }
    return known.isEmpty ? nil : "there is \(known.prefix(12).joined(separator: ", "))"
  }

  private mutating func check(_ source: SourceText) {
    // The reader has said what is wrong with its syntax.
    guard let expression = try? Expression(parsing: source) else { return }
    for reference in expression.references { check(reference) }
  }

  private mutating func check(_ reference: Reference) {
    let (known, what): (Names, String)
    switch reference.name {
    case "injects": (known, what) = (injects, "inject")
    case "answers": (known, what) = (answerable, "inject or question")
    case "steps": (known, what) = (steps, "step")
    case "findings": (known, what) = (findings, "finding")
    case "gates": (known, what) = (gates, "gate")
    case "comparison": (known, what) = (Self.comparisonFields, "field of 'comparison'")
    case "inputs": (known, what) = (inputNames, "input")
    case "drill": (known, what) = (Self.drillFields, "field of 'drill'")
    case let name:
      let message = "nothing is called '\(name)' in a drill"
      let hint = Self.hint(name, DrillScope.roots)
      return report(.unknownDrillName, message, reference.place, hint: hint)
    }
    guard let field = reference.path.first, !known.include(field) else { return }
    report(
      .unknownDrillName, "there is no \(what) '\(field)'", reference.place,
      hint: Self.hint(field, known.all))
  }

  /// Follows what each inject brings, and reports each circle once.
  ///
  /// Without recursion: a chain may be longer than the stack is deep.
  private mutating func checkCycles() {
    let next = drill.bringing
    var isDone: [String: Bool] = [:]
    for inject in drill.injects where isDone[inject.id] == nil {
      var path = [(inject: inject, next: next[inject.id, default: []][...])]
      isDone[inject.id] = false
      while let (current, left) = path.last {
        guard let following = left.first else {
          isDone[current.id] = true
          path.removeLast()
          continue
        }
        path[path.count - 1].next = left.dropFirst()
        if isDone[following.id] == false {
          let circle = path.map(\.inject.id).drop { $0 != following.id } + [following.id]
          report(
            .injectCycle, "injects wait for one another: \(circle.joined(separator: " → "))",
            following.place, hint: "let one of them come at a time, or by hand")
        } else if isDone[following.id] == nil {
          isDone[following.id] = false
          path.append((following, next[following.id, default: []][...]))
        }
      }
    }
  }

  private mutating func report(
    _ code: DiagnosticCode, _ message: String, _ place: Place, hint: String? = nil,
    _ severity: Diagnostic.Severity = .error
  ) {
    found.append(Diagnostic(severity, code, message, at: place, hint: hint))
  }
}

extension Drill {
  /// What each inject brings, by its id, in the file's order.
  fileprivate var bringing: [String: [Inject]] {
    var found: [String: [Inject]] = [:]
    let byID = Dictionary(injects.map { ($0.id, $0) }) { first, _ in first }
    for inject in injects {
      switch inject.trigger {
      case .answer(let name, _), .inject(let name): found[name.text, default: []].append(inject)
      default: break
      }
      for target in inject.choices.compactMap({ $0.leadsTo.flatMap { byID[$0.text] } }) {
        found[inject.id, default: []].append(target)
      }
    }
    return found
  }
}
