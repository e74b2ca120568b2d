import Mustache
import RunbookModel

/// A Mustache template for reports, its names known to be the report's.
///
/// Of Mustache it may use variables, sections, inverted sections, comments and partials. A value is
/// ready for its place in the Markdown; nothing is escaped again. Partials are those of the default
/// template, by their names (`{{> timeline}}`).
public struct ReportTemplate: Sendable {
  /// Only the default one can be a failure, and a test holds that it is none.
  private let parts: Result<Parts, ReportError>
  private let format: TemplateFormat

  /// The text and its partials, each parsed by itself: at every tag Mustache's parser counts the rest of
  /// its text, so that one text of all parts would take many times as long.
  private struct Parts {
    let main: MustacheTemplate
    let partials: MustacheLibrary
  }

  /// Reads a template.
  ///
  /// - Parameters:
  ///   - text: the template's text.
  ///   - file: its name in diagnostics.
  ///   - format: what it writes.
  /// - Throws: `ReportError.template` with each tag that is malformed, each name that the report does
  ///   not have at its place, and each partial that there is not.
  public init(
    loading text: String, file: String = "<template>", for format: TemplateFormat = .markdown
  ) throws(ReportError) {
    let partials = format.markup.partials
    var check = TemplateCheck(partials: partials)
    check.check(text, file: file, stack: [ReportFacts.shape])
    guard check.diagnostics.isEmpty else { throw .template(Diagnostics(check.diagnostics)) }
    self.format = format
    parts = Self.parsed(text, file: file, partials)
    _ = try parts.get()
  }

  private init(defaultFor format: TemplateFormat) {
    self.format = format
    parts = Self.parsed(format.markup.mainSource, file: "<default>", format.markup.partials)
  }

  /// Whether what it writes may end in a comment for the index of reports.
  var carriesComment: Bool { format.carriesComment }

  func render(_ facts: ReportFacts) throws(ReportError) -> String {
    let parts = try parts.get()
    let markup = format.markup
    let text = parts.main.render(
      TemplateNode(fact: facts, markup: markup), library: parts.partials)
    let marks = MarkTexts(
      todo: markup.todo(owner: facts.head.runbook.owner), missing: facts.summary.reasonForNoFacts)
    return marks.filled(in: markup.tidied(text))
  }

  private static func parsed(
    _ text: String, file: String, _ partials: [String: String]
  ) -> Result<Parts, ReportError> {
    do {
      let library = MustacheLibrary(templates: try partials.mapValues(parsed))
      return .success(Parts(main: try parsed(text), partials: library))
    } catch {
      let place = Place(file: file, line: 1, column: 1)
      let message = "the template cannot be read"
      return .failure(
        .template(Diagnostics([Diagnostic(.error, .templateSyntax, message, at: place)])))
    }
  }

  /// Nothing is escaped, and a partial is not moved in as far as its tag is: in Markdown that would
  /// make code of it.
  private static func parsed(_ text: String) throws -> MustacheTemplate {
    let lines = text.lines.map { line in
      let trimmed = line.trimmed
      return trimmed.begins(with: "{{>") && trimmed.ends(with: "}}") ? trimmed : String(line)
    }
    return try MustacheTemplate(
      string: "{{% CONTENT_TYPE:TEXT}}\n" + lines.joined(separator: "\n"))
  }

  /// Puts partials in the place of their tags. Those alone on a line take the line with them.
  private static func expanded(_ text: String, _ partials: [String: String]) -> String {
    text.lines.map { line -> String in
      let trimmed = line.trimmed
      guard trimmed.begins(with: "{{>"), trimmed.ends(with: "}}") else { return String(line) }
      guard let partial = partials[trimmed.dropFirstScalars(3).dropLastScalars(2).trimmed] else {
        return String(line)
      }
      let whole = expanded(partial, partials)
      return whole.ends(with: "\n") ? String(whole.dropLastScalars()) : whole
    }
    .joined(separator: "\n")
  }
}

extension ReportTemplate {
  private static let markdown = ReportTemplate(defaultFor: .markdown)
  private static let html = ReportTemplate(defaultFor: .html)

  /// What reports are written with unless another template is given. Its names are not checked each
  /// time: a test does.
  public static func standard(for format: TemplateFormat) -> ReportTemplate {
    switch format {
    case .markdown: markdown
    case .html: html
    }
  }

  /// The text of the standard template, with its partials put in: a start for a template of one's own.
  public static func standardSource(for format: TemplateFormat) -> String {
    expanded(format.markup.mainSource, format.markup.partials)
  }
}
