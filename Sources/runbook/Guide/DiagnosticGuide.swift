import RunbookModel

/// What a diagnostic code means, and what to do about it. The texts are Markdown, broken into lines of a terminal.
struct Explanation: Sendable {
  let code: DiagnosticCode
  let severity: Diagnostic.Severity
  /// What is wrong: a phrase without a full stop.
  let title: String
  let meaning: String
  let cure: String
  let example: Example?

  /// A text that gives the code, and no error of another one: a test holds each to it.
  enum Example: Sendable {
    /// Keys of a runbook, without those that it has anyway.
    case yaml(String)
    /// What `confirms` or `runbook eval` is given.
    case expression(String)
    /// A template of the report.
    case template(String)
  }

  init(
    _ number: Int, as severity: Diagnostic.Severity = .error, _ title: String, _ meaning: String,
    cure: String, example: Example? = nil
  ) {
    code = DiagnosticCode(number)
    self.severity = severity
    self.title = title
    self.meaning = meaning
    self.cure = cure
    self.example = example
  }
}

/// The explanations of all diagnostic codes. What `runbook explain` and docs/diagnostics.md say comes from here
/// alone; a test holds the codes of the sources against it.
enum DiagnosticGuide {
  struct Section {
    let title: String
    let explanations: [Explanation]
  }

  static let sections = [
    Section(title: "Files and YAML", explanations: files),
    Section(title: "The file format", explanations: format + inputs),
    Section(title: "Expressions", explanations: expressions),
    Section(title: "Names and phases", explanations: names),
    Section(title: "SQL", explanations: sql),
    Section(title: "Other kinds of step", explanations: kinds),
    Section(title: "Report templates", explanations: templates),
    Section(title: "Drills", explanations: drills),
  ]

  static var all: [Explanation] { sections.flatMap(\.explanations) }

  /// - Parameter word: `RB303`, `rb303` or `303`.
  static func explanation(of word: String) -> Explanation? {
    guard let number = UInt16(digits(of: word)) else { return nil }
    let code = DiagnosticCode(Int(number))
    return all.first { $0.code == code }
  }

  /// Up to three codes that a misspelt one may mean, the likeliest first.
  static func nearest(to word: String) -> [String] {
    let code = "RB\(digits(of: word))"
    var candidates = all.map(\.code.rawValue)
    var found: [String] = []
    while found.count < 3, let near = NearestName.of(code, among: candidates) {
      found.append(near)
      candidates.removeAll { $0 == near }
    }
    return found
  }

  private static func digits(of word: String) -> Substring {
    word.begins(with: "RB") || word.begins(with: "rb")
      ? word.dropFirstScalars(2) : Substring(word)
  }
}
