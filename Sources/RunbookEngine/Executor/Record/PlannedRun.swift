public import RunbookModel

extension RunStarted {
  /// The first entry of a run of a plan.
  init(
    _ plan: Plan, _ options: RunOptions, _ redactor: Redactor, kinds: [any StepKind] = []
  ) {
    let runbook = plan.runbook
    self.init(
      toolVersion: options.toolVersion, run: options.run,
      runbook: RunbookRecord(runbook, redactor, options.key),
      inputs: plan.inputs.map(\.record),
      constants: .map(ValueMap(runbook.constants.map { ($0.name, $0.value) })),
      connections: plan.targets.map(\.record),
      planFingerprint: plan.fingerprint(redactor, options.key),
      isSandbox: plan.isSandbox, isDrill: options.isDrill, host: options.host,
      approvals: options.approvals.sorted(), secretCount: redactor.secretCount,
      environment: plan.variables(options.key, kinds))
  }
}

extension RunStarted {
  /// The first entry of a drill in which no step is performed: no inputs, and no connections.
  public static func drill(
    of runbook: Runbook, run: RunID, toolVersion: String, host: String
  ) -> RunStarted {
    let plan = Plan(
      runbook: runbook, inputs: [], targets: [], environment: [:], isSandbox: false)
    var options = RunOptions(
      run: run, actor: Actor(account: ""), host: host, toolVersion: toolVersion, runFolder: "")
    options.isDrill = true
    return RunStarted(plan, options, .none)
  }
}

extension PlanChange {
  /// - Parameters:
  ///   - difference: as `diff -u` writes it.
  ///   - performs: steps that `--perform` named.
  ///   - kinds: by which it is told what scripts read.
  public init(
    to plan: Plan, difference: String, key: RunKey? = nil, performs: [StepID] = [],
    kinds: [any StepKind] = []
  ) {
    let redactor = Redactor(secrets: plan.secrets)
    self.init(
      difference: difference, runbook: RunbookRecord(plan.runbook, redactor, key),
      connections: plan.targets.map(\.record),
      planFingerprint: plan.fingerprint(redactor, key), performs: performs.isEmpty ? nil : performs,
      environment: plan.variables(key, kinds))
  }
}

extension RunbookRecord {
  fileprivate init(_ runbook: Runbook, _ redactor: Redactor, _ key: RunKey?) {
    self.init(
      name: runbook.name, title: runbook.title, severity: runbook.severity, owner: runbook.owner,
      steps: runbook.steps.map { StepRecord($0, key) },
      report: runbook.report.map { FieldValue.fields($0).asValue } ?? .map(ValueMap()),
      folder: runbook.folder, fileName: runbook.fileName,
      sources: runbook.sources.map { source in
        // Of a text that is stored with its secrets taken out, the hash would tell them.
        guard let key, redactor.holdsSecret(source.text) else { return source }
        return SourceFile(path: source.path, text: source.text, digest: key.digest(of: source.text))
      })
  }
}

extension StepRecord {
  fileprivate init(_ step: Step, _ key: RunKey?) {
    let when = step.options.when?.text ?? ""
    self.init(
      id: step.id, title: step.title, phase: step.phase, kind: step.kind, line: step.place.line,
      captures: step.options.captures.map(\.name), fallbacks: Self.fallbacks(of: step),
      when: key?.digest(of: when) ?? Digest.sha256(of: when))
  }

  private static func fallbacks(of step: Step) -> Value? {
    let pairs = step.options.captures.compactMap { capture in
      capture.fallback.map { (capture.name, $0) }
    }
    return pairs.isEmpty ? nil : .map(ValueMap(pairs))
  }
}

extension FieldValue {
  /// The value as data: text as written, templates and expressions not evaluated.
  var asValue: Value {
    switch self {
    case .text(let text): .string(text.text)
    case .bool(let value): .bool(value)
    case .int(let value): .int(value)
    case .duration(let value): .duration(value)
    case .file(_, let contents): .string(contents.text)
    case .data(let value, _): value
    case .list(let items): .list(items.map(\.asValue))
    case .fields(let fields): .map(ValueMap(fields.all.map { ($0.name, $0.value.asValue) }))
    case .step(let step): .string(step.id.rawValue)
    }
  }
}
