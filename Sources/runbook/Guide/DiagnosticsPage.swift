import RunbookModel

/// docs/diagnostics.md: the whole guide as one page of Markdown.
enum DiagnosticsPage {
  static var text: String {
    ([introduction] + DiagnosticGuide.sections.map(section)).joined(separator: "\n")
  }

  private static let introduction = """
    # Diagnostics

    What the program says about a runbook, an expression, a report's template or a drill has a code. Codes are stable and
    are never given to anything else. `runbook explain RB303` shows the same text in the terminal.

    This page is made by `runbook explain --markdown` from the program's own table. Every example gives its code: a test
    holds it to that.

    """

  private static func section(_ section: DiagnosticGuide.Section) -> String {
    "## \(section.title)\n\n" + section.explanations.map(entry).joined(separator: "\n")
  }

  private static func entry(_ explanation: Explanation) -> String {
    var text = """
      ### \(explanation.code.rawValue): \(explanation.title)\(explanation.remark)

      \(explanation.meaning)

      **What to do:** \(explanation.cure)

      """
    if let example = explanation.example {
      text += "\n```\(example.language)\n\(example.text)\n```\n"
    }
    return text
  }
}

extension Explanation {
  /// What a heading says besides the title.
  var remark: String {
    switch severity {
    case .error: ""
    case .warning: " (warning)"
    case .note: " (note)"
    }
  }
}

extension Explanation.Example {
  var text: String {
    switch self {
    case .yaml(let text), .expression(let text), .template(let text): text
    }
  }

  fileprivate var language: String {
    switch self {
    case .yaml: "yaml"
    case .expression: "cel"
    case .template: "mustache"
    }
  }
}
