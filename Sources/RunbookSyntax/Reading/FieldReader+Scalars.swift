import RunbookExpression
import RunbookModel

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
