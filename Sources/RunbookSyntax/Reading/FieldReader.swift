import RunbookExpression
import RunbookModel

/// Reads nodes by their shapes, and collects all that is wrong.
///
/// Where something is wrong, a reading gives nil or leaves the value out, after a diagnostic.
struct FieldReader {
  /// The part of the file that is read, which says what its steps may do.
  enum Section {
    case phase(Phase)
    case sandbox
    case other
  }

  let file: String
  let tables: FileTables
  var folder: SourceFolder
  var section = Section.other
  var diagnostics = Diagnostics()
  /// The steps of the phases in the file's order: kept here and not in the fields, which would
  /// double them.
  var steps: [Step] = []
  /// The phases in the file's order.
  private(set) var phasePlaces: [(phase: Phase, place: Place)] = []
  var stepPlaces: [String: Place] = [:]
  var names = NameTable()
  /// Texts that are expressions: people write the same conditions over and over, and each is parsed once.
  private var soundExpressions: Set<String> = []

  init(file: String, tables: FileTables, folder: SourceFolder) {
    self.file = file
    self.tables = tables
    self.folder = folder
  }

  /// - Parameter key: the key whose value the node is, for messages.
  mutating func value(_ node: YAMLNode, as shape: Shape, of key: String) -> FieldValue? {
    switch shape {
    case .list(let item): list(node, of: item, shape, key)
    case .map(let item): map(node, of: item, key).map(FieldValue.fields)
    case .fields(let table): fields(node, table, "`\(key)`").map(FieldValue.fields)
    case .shorthand(let only, let item, let table):
      shorthand(node, only, item, table, shape, key)
    case .oneOrMore(let item): oneOrMore(node, of: item, shape, key)
    case .either(let shapes): either(node, shapes, shape, key)
    case .step: step(node).map(FieldValue.step)
    case .data: data(node)
    default: scalar(node, as: shape, of: key)
    }
  }

  /// Reads the file's own keys, each phase's steps with what the phase permits.
  mutating func top(_ root: YAMLNode) -> Fields? {
    fields(root, tables.top, "a runbook")
  }

  mutating func fields(_ node: YAMLNode, _ table: FieldTable, _ owner: String) -> Fields? {
    guard case .mapping(let pairs) = node.content else {
      reportShape(node, "a mapping")
      return nil
    }
    var all: [Fields.Field] = []
    all.reserveCapacity(pairs.count)
    for pair in pairs {
      guard let entry = table[pair.key.text] else {
        reportUnknown(pair.key, table.names, owner)
        continue
      }
      if table === tables.top { enter(pair.key, entry.name) }
      guard let value = value(pair.value, as: entry.shape, of: entry.name) else { continue }
      all.append(Fields.Field(name: entry.name, place: pair.key.place(in: file), value: value))
    }
    for name in table.required where !pairs.contains(where: { $0.key.text == name }) {
      report(
        .missingKey, "\(owner) needs the key `\(name)`",
        pairs.first?.key.place(in: file) ?? node.place(in: file))
    }
    return Fields(
      all, at: pairs.first?.key.place(in: file) ?? node.place(in: file),
      isWhole: all.count == pairs.count)
  }

  private mutating func enter(_ key: YAMLKey, _ name: String) {
    guard let phase = Phase(rawValue: name) else {
      section = name == "sandbox" ? .sandbox : .other
      return
    }
    section = .phase(phase)
    phasePlaces.append((phase, key.place(in: file)))
  }

  private mutating func map(_ node: YAMLNode, of item: Shape, _ key: String) -> Fields? {
    guard case .mapping(let pairs) = node.content else {
      reportShape(node, "a mapping")
      return nil
    }
    let all = pairs.compactMap { pair in
      value(pair.value, as: item, of: pair.key.text).map {
        Fields.Field(name: pair.key.text, place: pair.key.place(in: file), value: $0)
      }
    }
    return Fields(all, at: pairs.first?.key.place(in: file) ?? node.place(in: file))
  }

  private mutating func list(
    _ node: YAMLNode, of item: Shape, _ shape: Shape, _ key: String
  ) -> FieldValue? {
    guard case .sequence(let items) = node.content else {
      reportShape(node, shape.expectation)
      return nil
    }
    if case .step = item, case .phase = section {
      stepPlaces.reserveCapacity(stepPlaces.count + items.count)
      steps.reserveCapacity(steps.count + items.count)
      for item in items {
        if let step = step(item) { steps.append(step) }
      }
      return .list([])
    }
    return .list(items.compactMap { value($0, as: item, of: key) })
  }

  private mutating func oneOrMore(
    _ node: YAMLNode, of item: Shape, _ shape: Shape, _ key: String
  ) -> FieldValue? {
    if case .sequence(let items) = node.content {
      if items.isEmpty { report(.emptyList, "`\(key)` is empty", node.place(in: file)) }
      return .list(items.compactMap { value($0, as: item, of: key) })
    }
    guard shape.fits(node.content), !node.isNull else {
      reportShape(node, shape.expectation)
      return nil
    }
    return value(node, as: item, of: key)
  }

  private mutating func either(
    _ node: YAMLNode, _ shapes: [Shape], _ shape: Shape, _ key: String
  ) -> FieldValue? {
    guard !node.isNull, let first = shapes.first(where: { $0.fits(node.content) }) else {
      reportShape(node, shape.expectation)
      return nil
    }
    return value(node, as: first, of: key)
  }

  private mutating func shorthand(
    _ node: YAMLNode, _ only: String, _ item: Shape, _ table: FieldTable, _ shape: Shape,
    _ key: String
  ) -> FieldValue? {
    if case .mapping = node.content {
      return fields(node, table, "`\(key)`").map(FieldValue.fields)
    }
    guard shape.fits(node.content), !node.isNull else {
      reportShape(node, shape.expectation)
      return nil
    }
    guard let value = value(node, as: item, of: key) else { return nil }
    let place = node.place(in: file)
    return .fields(Fields([Fields.Field(name: only, place: place, value: value)], at: place))
  }

  private mutating func data(_ node: YAMLNode) -> FieldValue {
    var reader = DataReader(file: file)
    let value = reader.value(node)
    diagnostics += reader.diagnostics
    return .data(value, node.place(in: file))
  }
}

extension FieldReader {
  mutating func report(
    _ code: DiagnosticCode, _ message: String, _ place: Place?, hint: String? = nil,
    _ severity: Diagnostic.Severity = .error
  ) {
    diagnostics.append(Diagnostic(severity, code, message, at: place, hint: hint))
  }

  mutating func reportShape(_ node: YAMLNode, _ expectation: String) {
    report(
      .wrongShape, "expected \(expectation), found \(node.shapeName)", node.place(in: file))
  }

  mutating func reportUnknown(_ key: YAMLKey, _ known: [String], _ owner: String) {
    let nearest = diagnostics.isFull(of: .error) ? nil : NearestName.of(key.text, among: known)
    var hint = nearest.map { "did you mean `\($0)`?" }
    if hint == nil, key.text == "<<" { hint = "merge keys are not read; write the keys out" }
    if hint == nil { hint = "the keys are \(known.joined(separator: ", "))" }
    report(
      .unknownKey, "unknown key `\(key.text.excerpt)` in \(owner)", key.place(in: file), hint: hint)
  }
}

extension FieldReader {
  mutating func scalar(_ node: YAMLNode, as shape: Shape, of key: String) -> FieldValue? {
    guard let scalar = node.scalar, !node.isNull, let source = node.sourceText(in: file) else {
      reportShape(node, shape.expectation)
      return nil
    }
    switch shape {
    case .bool: return bool(node, scalar)
    case .int(let range): return int(node, scalar, range)
    case .duration: return duration(node, scalar)
    case .enumeration(let choices): return choice(source, choices, node)
    case .name: return name(source, node)
    case .file: return contents(of: source, node)
    case .expression: return expression(source)
    case .template: return template(source)
    default: return text(source, key)
    }
  }

  private mutating func expression(_ source: SourceText) -> FieldValue? {
    if soundExpressions.contains(source.text) { return .text(source) }
    do throws(Diagnostics) {
      _ = try Expression(parsing: source)
      // What is written once only need not fill the memory.
      if soundExpressions.count < 1000 { soundExpressions.insert(source.text) }
      return .text(source)
    } catch {
      diagnostics += error
      return nil
    }
  }

  private mutating func template(_ source: SourceText) -> FieldValue? {
    guard source.text.utf8.contains(UInt8(ascii: "$")) else { return .text(source) }
    do throws(Diagnostics) {
      _ = try Template(parsing: source)
      return .text(source)
    } catch {
      diagnostics += error
      return nil
    }
  }

  private mutating func text(_ source: SourceText, _ key: String) -> FieldValue? {
    guard let offset = source.text.offsetOfValue else { return .text(source) }
    report(
      .valueInText, "`${{` in `\(key)`, which takes no values",
      source.place(atByte: offset, length: 3),
      hint: "a script takes values through `env:`, SQL by name as in `:name`")
    return nil
  }

  private mutating func bool(_ node: YAMLNode, _ scalar: YAMLScalar) -> FieldValue? {
    if case .value(.bool(let value)) = scalar.value { return .bool(value) }
    report(
      .badBool, "expected true or false, found `\(scalar.text.excerpt)`", node.place(in: file),
      hint: scalar.style == .plain ? "write true or false" : "write it without quotes")
    return nil
  }

  private mutating func int(
    _ node: YAMLNode, _ scalar: YAMLScalar, _ range: ClosedRange<Int64>
  ) -> FieldValue? {
    if case .value(.int(let value)) = scalar.value, range.contains(value) { return .int(value) }
    report(
      .badInteger,
      "expected a whole number from \(range.lowerBound) to \(range.upperBound), "
        + "found `\(scalar.text.excerpt)`", node.place(in: file))
    return nil
  }

  private mutating func duration(_ node: YAMLNode, _ scalar: YAMLScalar) -> FieldValue? {
    if let duration = DurationReader.duration(scalar.text) { return .duration(duration) }
    report(
      .badDuration, "expected a duration above zero, found `\(scalar.text.excerpt)`",
      node.place(in: file), hint: "write it as 500ms, 30s, 5m or 1h30m")
    return nil
  }

  private mutating func choice(
    _ source: SourceText, _ choices: [String], _ node: YAMLNode
  ) -> FieldValue? {
    if choices.contains(source.text) { return .text(source) }
    let nearest = NearestName.of(source.text, among: choices)
    report(
      .badChoice,
      "expected one of \(choices.joined(separator: ", ")), found `\(source.text.excerpt)`",
      node.place(in: file), hint: nearest.map { "did you mean `\($0)`?" })
    return nil
  }

  private mutating func name(_ source: SourceText, _ node: YAMLNode) -> FieldValue? {
    if NameTable.isName(source.text) { return .text(source) }
    report(
      .badName, "`\(source.text.excerpt)` is not a name", node.place(in: file),
      hint: "a name has lower-case letters, digits, `-` and `_`")
    return nil
  }

  private mutating func contents(of path: SourceText, _ node: YAMLNode) -> FieldValue? {
    do throws(FileFailure) {
      return .file(path: path, contents: try folder.contents(of: path.text))
    } catch {
      diagnostics.append(error.diagnostic(at: error.place ?? node.place(in: file)))
      return nil
    }
  }
}

extension String {
  /// The first characters, on one line, for a message.
  var excerpt: String {
    let line = prefixOfScalars { !$0.isNewline }
    return line.unicodeScalars.count > 40 || line.unicodeScalars.count < unicodeScalars.count
      ? line.prefixOfScalars(40) + "…" : String(line)
  }

  /// The byte at which the first `${{` stands.
  fileprivate var offsetOfValue: Int? {
    guard utf8.contains(UInt8(ascii: "$")) else { return nil }
    var seen = 0
    for (offset, byte) in utf8.enumerated() {
      switch (seen, byte) {
      case (_, UInt8(ascii: "$")): seen = 1
      case (1, UInt8(ascii: "{")): seen = 2
      case (2, UInt8(ascii: "{")): return offset - 2
      default: seen = 0
      }
    }
    return nil
  }
}
