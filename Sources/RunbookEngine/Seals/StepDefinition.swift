import RunbookModel

/// What a step is made of, as it stands in the runbook: by that it is told whether what an attempt has shown is
/// of the step as it is now.
///
/// | of the step                                                       | belongs to it    |
/// | ----------------------------------------------------------------- | ---------------- |
/// | title, kind, phase, what is behind the kind's key, files included  | yes              |
/// | `when`, `expect`, `confirms`, `capture`, `settle`, `effect`, …     | yes              |
/// | constants, and inputs that are not secret, which it names          | by their values  |
/// | its connection: the name                                           | yes              |
/// | its connection: where that leads, as whom                          | where it only reads |
/// | how often, how long, and with whose approval it is tried           | no               |
/// | its place in the file, the environment, what other steps captured  | no               |
struct StepDefinition {
  private let parts: [String]

  init(of step: Step, _ binder: Binder) {
    let plan = binder.plan
    let connection = binder.usesConnection(step) ? plan.connection(of: step) : nil
    let own =
      [
        "kind \(step.kind)", "phase \(step.phase.rawValue)", "title \(step.title)",
        "body \(Self.text(of: .fields(step.body)))", "connection \(connection?.name ?? "-")",
      ] + Self.parts(of: step.options)
    let text = own.joined(separator: "\n")
    let constants = plan.runbook.constants
      .filter { text.holds($0.name) || Self.takesAllConstants(text) }
      .map { "constant \($0.name) \($0.value.json)" }
    let inputs = plan.inputs.filter { !$0.declaration.isSecret && text.holds($0.declaration.name) }
      .map { "input \($0.declaration.name) \(($0.value ?? .null).json)" }
    parts = own + constants + inputs + Self.target(of: step, connection, in: plan)
  }

  func digest(_ key: RunKey?) -> Digest {
    var hasher = key.hasher
    for part in parts { hasher.update(Self.piece(part)) }
    return hasher.finalize()
  }

  /// Whether it reads them otherwise than one by one.
  private static func takesAllConstants(_ text: String) -> Bool {
    text.pieces(separatedBy: "constants", omittingEmptySubsequences: false).dropFirst()
      .contains { !$0.begins(with: ".") }
  }

  /// What has been changed stays where it was changed, wherever the connection leads since.
  private static func target(
    of step: Step, _ connection: Runbook.Connection?, in plan: Plan
  ) -> [String] {
    guard !step.phase.mayChange, let connection else { return [] }
    let target = plan.targets.first { $0.connection.name.isIdentical(to: connection.name) }
    return [
      "target \(connection.kind) \(connection.readOnlyRole ?? "-") \(target?.display ?? "-")"
    ]
  }

  private static func parts(of options: StepOptions) -> [String] {
    let single: [(String, String?)] = [
      ("when", options.when?.text), ("confirms", options.confirms?.text),
      ("trial", options.isTrial ? "true" : nil),
      ("effect", options.effect?.rawValue),
      ("settle", options.settle.map { text(of: .fields($0)) }),
    ]
    var parts = single.compactMap { name, text in text.map { "\(name) \($0)" } }
    for expectation in options.expect { parts.append("expect \(expectation.text)") }
    for capture in options.captures {
      let fallback = capture.fallback?.json ?? "-"
      parts.append("capture \(capture.name) \(piece(capture.expression.text)) \(fallback)")
    }
    return parts
  }

  private static func text(of value: FieldValue) -> String {
    switch value {
    case .text(let text): piece(text.text)
    case .bool(let value): "\(value)"
    case .int(let value): "\(value)"
    case .duration(let value): "\(value)"
    case .file(let path, let contents): "file \(piece(path.text)) \(piece(contents.text))"
    case .data(let value, _): piece(value.json)
    case .list(let items): "[\(items.map { text(of: $0) }.joined(separator: ","))]"
    case .fields(let fields): "{\(texts(of: fields).joined(separator: ","))}"
    case .step(let step):
      "step \(piece(step.kind)) \(piece(step.title)) \(text(of: .fields(step.body))) "
        + parts(of: step.options).map { piece($0) }.joined(separator: ",")
    }
  }

  /// However they are ordered in the file.
  private static func texts(of fields: Fields) -> [String] {
    let sorted = fields.all.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    return sorted.map { "\(piece($0.name)) \(text(of: $0.value))" }
  }

  /// So that two texts side by side are no third.
  private static func piece(_ text: String) -> String { "\(text.utf8.count):\(text)" }
}
