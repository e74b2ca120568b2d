import RunbookModel

/// A step while its keys are read.
private struct StepDraft {
  var id: SourceText?
  var title: String?
  var kind: (name: String, key: YAMLKey)?
  var body: Fields?
  var options = StepOptions()
  var unknown: [YAMLKey] = []
}

extension FieldReader {
  mutating func step(_ node: YAMLNode) -> Step? {
    guard case .mapping(let pairs) = node.content else {
      reportShape(node, "a step")
      return nil
    }
    var draft = StepDraft()
    for pair in pairs {
      if let entry = tables.stepKeys[pair.key.text] {
        checkPhase(of: pair)
        if let value = value(pair.value, as: entry.shape, of: entry.name) {
          set(entry.name, pair.key, value, &draft)
        }
      } else if let entry = tables.kindKeys[pair.key.text] {
        setKind(entry, pair, &draft)
      } else {
        draft.unknown.append(pair.key)
      }
    }
    return finished(draft, node, pairs)
  }

  private mutating func finished(
    _ draft: StepDraft, _ node: YAMLNode, _ pairs: [YAMLPair]
  ) -> Step? {
    let place = draft.id?.place ?? pairs.first?.key.place(in: file) ?? node.place(in: file)
    reportUnknownKeys(draft, place)
    if !pairs.contains(where: { $0.key.text == "id" }) {
      report(.missingKey, "a step needs the key `id`", place)
    }
    guard let id = draft.id else { return nil }
    if let first = stepPlaces.updateValue(id.place, forKey: id.text) {
      report(
        .duplicateStep, "there is a step `\(id.text)` already", id.place,
        hint: "the first is in line \(first.line)")
    }
    guard let kind = draft.kind, let body = draft.body else { return nil }
    return Step(
      id: StepID(id.text), title: draft.title ?? id.text, phase: phase, kind: kind.name,
      body: body, place: place, options: draft.options)
  }

  /// Steps of the sandbox may change it.
  private var phase: Phase {
    if case .phase(let phase) = section { phase } else { .recovery }
  }

  private mutating func setKind(
    _ entry: FieldTable.Entry, _ pair: YAMLPair, _ draft: inout StepDraft
  ) {
    let place = pair.key.place(in: file)
    if let first = draft.kind {
      report(
        .severalKinds, "a step has one kind, and this one has `\(first.name)` already", place,
        hint: "make two steps of it")
    }
    let value = value(pair.value, as: entry.shape, of: entry.name)
    guard draft.kind == nil else { return }
    draft.kind = (entry.name, pair.key)
    guard let value else { return }
    draft.body =
      value.fields
      ?? Fields([Fields.Field(name: entry.name, place: place, value: value)], at: place)
  }

  /// Where there is no kind, the first unknown key that is near to no other key is taken for one.
  private mutating func reportUnknownKeys(_ draft: StepDraft, _ place: Place) {
    guard draft.kind == nil || !draft.unknown.isEmpty else { return }
    let kinds = tables.kindKeys.names
    let known = tables.stepKeys.names
    var needsKind = draft.kind == nil
    for key in draft.unknown {
      let nearest = NearestName.of(key.text, among: kinds + known)
      if needsKind, nearest.map(kinds.contains) ?? true, key.text != "<<" {
        needsKind = false
        report(
          .unknownKind, "there is no step kind `\(key.text)`", key.place(in: file),
          hint: nearest.map { "did you mean `\($0)`?" }
            ?? "the kinds are \(kinds.joined(separator: ", "))")
      } else {
        reportUnknown(key, kinds + known, "a step")
      }
    }
    if needsKind {
      report(
        .kindMissing, "this step does not say what it does", place,
        hint: "give it one of the keys \(kinds.joined(separator: ", "))")
    }
  }

  private mutating func checkPhase(of pair: YAMLPair) {
    let phase: Phase? = if case .phase(let phase) = section { phase } else { nil }
    let allowed: String
    switch pair.key.text {
    case "trial" where !(phase?.mayTry ?? false): allowed = "verification and safeguards"
    case "gate" where !(phase?.mayChange ?? false): allowed = "recovery and safeguards"
    case "confirms" where phase != .detection: allowed = "detection"
    default: return
    }
    report(
      .notInPhase, "`\(pair.key.text)` is for steps of \(allowed) only",
      pair.key.place(in: file))
  }

  private mutating func set(
    _ name: String, _ key: YAMLKey, _ value: FieldValue, _ draft: inout StepDraft
  ) {
    switch name {
    case "id": draft.id = value.text
    case "title": draft.title = value.string
    case "when": draft.options.when = value.text
    case "expect": draft.options.expect = value.items.compactMap(\.text)
    case "confirms": draft.options.confirms = value.text
    case "capture": draft.options.captures = captures(value)
    case "connection": draft.options.connection = value.text
    case "trial": draft.options.isTrial = value.bool ?? false
    case "retry": draft.options.retry = retry(value)
    case "timeout": draft.options.timeout = value.duration
    case "deadline": draft.options.deadline = value.duration
    case "gate": draft.options.gate = Self.gate(value)
    case "effect": draft.options.effect = value.string.flatMap(Effect.init)
    default: draft.options.settle = settle(value, key)
    }
  }

  private mutating func captures(_ value: FieldValue) -> [StepOptions.Capture] {
    (value.fields?.all ?? []).compactMap { field in
      claim(field, .capture)
      let fields = field.value.fields
      guard let expression = fields?["value"]?.text ?? field.value.text else { return nil }
      return StepOptions.Capture(
        name: field.name, place: field.place, expression: expression,
        fallback: fields?["default"]?.data)
    }
  }

  private mutating func retry(_ value: FieldValue) -> StepOptions.Retry? {
    guard let fields = value.fields, let every = fields["every"]?.duration else { return nil }
    if fields.isWhole, fields["for"] == nil, fields["attempts"] == nil {
      report(
        .exactlyOne, "`retry` needs an end", fields.place,
        hint: "say `for: 30s`, `attempts: 5`, or both")
    }
    return StepOptions.Retry(
      every: every, within: fields["for"]?.duration,
      attempts: fields["attempts"]?.int.map { Int(clamping: $0) },
      isExponential: fields["backoff"]?.string == "exponential",
      longestPause: fields["longest"]?.duration,
      jitterPercent: Int(clamping: fields["jitter"]?.int ?? 0),
      condition: fields["on"]?.fields.map { retryCondition($0) })
  }

  private mutating func retryCondition(_ fields: Fields) -> StepOptions.RetryCondition {
    let states = fields["sqlstates"]?.items.compactMap(\.text) ?? []
    for state in states where !Self.isSQLState(state.text) {
      report(
        .badChoice, "'\(state.text)' is no SQLSTATE", state.place,
        hint: "an SQLSTATE has five characters (40001), its class the first two (40)")
    }
    return StepOptions.RetryCondition(
      exitCodes: fields["exit_codes"]?.items.compactMap(\.int) ?? [],
      sqlStates: states.map(\.text),
      statuses: fields["statuses"]?.items.compactMap(\.int) ?? [],
      expression: fields["failure"]?.text)
  }

  private static func isSQLState(_ text: String) -> Bool {
    let isLetter = { (byte: UInt8) in
      (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
    }
    return [2, 5].contains(text.utf8.count) && text.utf8.allSatisfy(isLetter)
  }

  private static func gate(_ value: FieldValue) -> StepOptions.Gate? {
    guard let fields = value.fields else {
      return value.bool ?? false ? StepOptions.Gate() : nil
    }
    return StepOptions.Gate(
      approvals: Int(clamping: fields["approvals"]?.int ?? 1),
      question: fields["question"]?.string)
  }

  private mutating func settle(_ value: FieldValue, _ key: YAMLKey) -> Fields? {
    guard let fields = value.fields else { return nil }
    let kinds = fields.all.filter { tables.kindKeys[$0.name] != nil }
    if kinds.count > 1 || (fields.isWhole && kinds.isEmpty) {
      report(
        .exactlyOne, "`settle` has one probe, not \(kinds.count)",
        kinds.dropFirst().first?.place ?? key.place(in: file),
        hint: "give it one of the keys \(tables.kindKeys.names.joined(separator: ", "))")
    }
    if fields.isWhole, fields["done"] == nil, fields["not_done"] == nil {
      report(
        .missingKey, "`settle` needs the key `done` or `not_done`", key.place(in: file))
    }
    return fields
  }
}
