import Foundation
import RunbookModel
import Testing

@testable import RunbookReport

@Suite struct ReportTemplateTests {
  /// The messages of what is wrong with a template, each with its line and column.
  private func faults(of text: String) -> [String] {
    do throws(ReportError) {
      _ = try ReportTemplate(loading: text, file: "t")
      return []
    } catch {
      guard case .template(let diagnostics) = error else { return ["\(error)"] }
      return diagnostics.all.map { diagnostic in
        let place = diagnostic.place.map { "\($0.line):\($0.column)" } ?? "-"
        return "\(place) \(diagnostic.code.rawValue) \(diagnostic.hint ?? diagnostic.message)"
      }
    }
  }

  @Test(arguments: [
    ("{{title}}", [String]()),
    ("a\n {{titel}}", ["2:2 RB701 did you mean `title`?"]),
    ("{{#head}}{{run}} {{title}}{{/head}}", []),
    ("{{run}}", ["1:1 RB701 the report has no name `run` here"]),
    (
      "{{#timeline}}{{#groups}}{{headnig}}{{/groups}}{{/timeline}}",
      ["1:25 RB701 did you mean `heading`?"]
    ),
    ("{{head}}", ["1:1 RB701 write `{{#head}}…{{/head}}`"]),
    ("{{#head}}{{/haed}}", ["1:10 RB700 `{{/haed}}` stands where `{{/head}}` was expected"]),
    ("{{#head}}", ["1:1 RB700 section `head` is not closed"]),
    ("{{/head}}", ["1:1 RB700 `{{/head}}` closes no section"]),
    ("{{title", ["1:1 RB700 a tag without its `}}` on the same line"]),
    ("{{> hed}}", ["1:1 RB702 did you mean `head`?"]),
    ("{{> timeline}}", []),
    (
      "{{=<% %>=}}",
      ["1:1 RB703 use variables, sections, inverted sections, partials and comments"]
    ),
    ("{{{title}}} {{&title}} {{! any\nthing {{title }}", []),
    ("{{! open", ["1:1 RB700 `{{!` without its `}}`"]),
    ("{{}}", ["1:1 RB701 the report has no name `` here"]),
  ])
  func checksNamesWhenLoaded(_ text: String, _ wanted: [String]) {
    #expect(faults(of: text) == wanted)
  }

  @Test func refusesSectionsThatLieTooDeep() {
    let text = String(repeating: "{{#head}}", count: 2_000)
    #expect(faults(of: text) == ["1:289 RB700 sections lie deeper than 32 in one another"])
  }

  /// The standard templates are not checked when a report is written: this does.
  @Test(arguments: [(TemplateFormat.markdown, ReportFormat.markdown), (.html, .html)])
  func printsADefaultThatLoadsAndWritesTheSame(
    _ templates: TemplateFormat, _ format: ReportFormat
  ) throws {
    var journal = Incident.begun()
    Incident.timeline(&journal)
    let report = try IncidentReport(entries: journal.entries)
    let source = ReportTemplate.standardSource(for: templates)
    let own = try ReportTemplate(loading: source, for: templates)
    #expect(!source.holds("{{>"))
    #expect(try report.text(template: own) == report.text(as: format))
  }

  @Test func embedsEveryPartial() throws {
    let folder = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../../templates/partials").standardizedFileURL
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.path())
    let embedded = Dictionary(
      uniqueKeysWithValues: Markdown().partials.map { ("\($0).mustache", $1) }
        + HTML().partials.map { ("\($0).html.mustache", $1) })
    #expect(Set(files) == Set(embedded.keys))
    for (name, text) in embedded {
      #expect(try String(contentsOf: folder.appending(path: name), encoding: .utf8) == text)
    }
  }

  /// What one format says, the other says too; only HTML can draw.
  @Test func namesTheSameInBothFormats() {
    func names(_ format: TemplateFormat) -> Set<String> {
      let tags = TemplateTags(ReportTemplate.standardSource(for: format), file: "t").tags
      return Set(tags.map(\.name))
    }
    let (markdown, html) = (names(.markdown), names(.html))
    #expect(markdown.subtracting(html) == [])
    #expect(html.subtracting(markdown) == ["anchor", "bar", "durations", "has_cuts", "picture"])
  }

  @Test func writesATeamsOwnTemplate() throws {
    let template = try ReportTemplate(
      loading: "{{#head}}{{status}} {{#owner}}by {{.}}{{/owner}}{{/head}}\n{{> sign_off}}\n")
    let markdown = try IncidentReport(entries: Incident.begun().entries).text(
      template: template)
    #expect(markdown.begins(with: "IN PROGRESS by platform\n## Sign-off\n"))
  }
}
