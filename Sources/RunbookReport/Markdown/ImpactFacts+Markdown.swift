import RunbookModel

extension ImpactFacts: Presented {
  static let fields: [Field<Self>] = [
    .text("text") { $0.impact.map { Markdown.block($0) } ?? Mark.missing },
    .flag("has_findings") { !$0.findings.isEmpty },
    .list("findings") { $0.findings },
    .flag("has_unconfirmed") { !$0.unconfirmed.isEmpty },
    .list("unconfirmed") { $0.unconfirmed },
    .text("detection") { $0.detection.map { Markdown.block($0) } ?? Mark.missing },
    .text("communications") { $0.communications.map { Markdown.block($0) } ?? Mark.missing },
  ]
}

extension ImpactFacts.Finding: Presented {
  static let fields: [Field<Self>] = [
    .text("step") { Markdown.code($0.step.rawValue) },
    .text("title") { Markdown.prose($0.title) },
    .text("time") { Markdown.time($0.at) },
    .text("clock") { $0.at.clock },
    .text("reference") { Markdown.reference($0.reference) },
    .text("found") { facts in
      facts.captures.isEmpty
        ? nil
        : facts.captures.map { "\(Markdown.code($0.name)): \(Markdown.values($0.value))" }
          .joined(separator: "; ")
    },
  ]
}

extension Markdown {
  /// A captured value on one line; a list's values each by itself.
  static func values(_ value: Value) -> String {
    switch value {
    case .list(let values) where values.isEmpty: "none"
    case .list(let values):
      values.prefix(30).map { code($0.displayText) }.joined(separator: ", ")
        + (values.count > 30 ? " and \(values.count - 30) more" : "")
    case .string(let text): quote(text)
    default: code(value.displayText)
    }
  }

  /// An authored part in a table's cell.
  static func tableText(_ block: AuthoredBlock) -> String {
    headline(block).replacing("|", with: "\\|")
  }
}
