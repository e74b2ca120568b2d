import ArgumentParser
import RunbookModel

struct ExplainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract: "Say what a diagnostic code means, and what to do about it.",
    discussion: """
      Without a code all of them are listed.

        runbook explain RB303
      """)

  @Argument(help: "Codes, such as RB303; 303 will do.")
  var codes: [String] = []

  @Flag(help: "All explanations as one page of Markdown: docs/diagnostics.md.")
  var markdown = false

  func validate() throws {
    guard markdown, !codes.isEmpty else { return }
    throw ValidationError("--markdown writes the whole page: it takes no codes")
  }

  func run() throws {
    let console = Console.current(.current())
    if markdown { return console.print(document: DiagnosticsPage.text) }
    if codes.isEmpty { return list(console) }
    let explanations = try codes.map { try explanation(of: $0, console) }
    console.print(explanations.map(text).joined(separator: "\n"), terminator: "")
  }

  private func explanation(of word: String, _ console: Console) throws -> Explanation {
    if let explanation = DiagnosticGuide.explanation(of: word) { return explanation }
    console.printError("error: there is no diagnostic '\(word)'")
    let near = DiagnosticGuide.nearest(to: word)
    console.printError(
      near.isEmpty
        ? "  'runbook explain' lists all of them"
        : "  near it: \(near.joined(separator: ", ")); 'runbook explain' lists all of them")
    throw ExitStatus.usage.code
  }

  private func list(_ console: Console) {
    for (index, section) in DiagnosticGuide.sections.enumerated() {
      if index > 0 { console.print("") }
      console.print("\(section.title, .bold)")
      for explanation in section.explanations {
        console.print("  \(explanation.code.rawValue)  \(explanation.title)\(explanation.remark)")
      }
    }
  }

  private func text(of explanation: Explanation) -> StyledText {
    let head = "\(explanation.code.rawValue): \(explanation.title)\(explanation.remark)"
    var text: StyledText = """
      \(head, .bold)

      \(block: explanation.meaning)

      What to do: \(block: explanation.cure)

      """
    guard let example = explanation.example else { return text }
    text += "\nAn example that gives it:\n\n"
    for line in example.text.pieces(separatedBy: "\n", omittingEmptySubsequences: false) {
      text += "    \(code: line)\n"
    }
    return text
  }
}
