import Mustache
import RunbookModel

/// A Mustache template for reports, its names known to be the report's.
///
/// Of Mustache it may use variables, sections, inverted sections, comments and partials. A value is
/// ready for its place in the Markdown; nothing is escaped again. Partials are those of the default
/// template, by their names (`{{> timeline}}`).
public struct ReportTemplate: Sendable {
  /// The text with its partials put in.
  public let source: String
  /// Only the default one can be a failure, and a test holds that it is none.
  private let template: Result<MustacheTemplate, ReportError>

  /// Reads a template.
  ///
  /// - Parameters:
  ///   - text: the template's text.
  ///   - file: its name in diagnostics.
  /// - Throws: `ReportError.template` with each tag that is malformed, each name that the report does
  ///   not have at its place, and each partial that there is not.
  public init(loading text: String, file: String = "<template>") throws(ReportError) {
    try self.init(loading: text, file: file, partials: Self.defaultPartials)
  }

  init(loading text: String, file: String, partials: [String: String]) throws(ReportError) {
    var check = TemplateCheck(partials: partials)
    check.check(text, file: file, stack: [ReportFacts.shape])
    guard check.diagnostics.isEmpty else { throw .template(Diagnostics(check.diagnostics)) }
    source = Self.expanded(text, partials)
    do {
      template = .success(try MustacheTemplate(string: "{{% CONTENT_TYPE:TEXT}}\n" + source))
    } catch {
      let place = Place(file: file, line: 1, column: 1)
      throw .template(
        Diagnostics([
          Diagnostic(.error, .templateSyntax, "the template cannot be read", at: place)
        ]))
    }
  }

  private init(failed error: ReportError) {
    source = ""
    template = .failure(error)
  }

  func render(_ facts: ReportFacts) throws(ReportError) -> String {
    try template.get().render(facts.object)
  }

  /// Puts partials in the place of their tags. Those alone on a line take the line with them.
  private static func expanded(_ text: String, _ partials: [String: String]) -> String {
    text.lines.map { line -> String in
      let trimmed = line.trimmed
      guard trimmed.hasPrefix("{{>"), trimmed.hasSuffix("}}") else { return String(line) }
      guard let partial = partials[trimmed.dropFirst(3).dropLast(2).trimmed] else {
        return String(line)
      }
      let whole = expanded(partial, partials)
      return whole.hasSuffix("\n") ? String(whole.dropLast()) : whole
    }
    .joined(separator: "\n")
  }
}

extension ReportTemplate {
  /// The text of the default template, with its partials put in: a start for a template of one's own.
  public static var defaultSource: String { expanded(defaultText, defaultPartials) }

  /// What reports are written with unless another template is given.
  public static let `default` = loadedDefault()

  private static func loadedDefault() -> ReportTemplate {
    do throws(ReportError) {
      return try ReportTemplate(loading: defaultText, file: "incident.md.mustache")
    } catch {
      return ReportTemplate(failed: error)
    }
  }

  private static var defaultText: String {
    String(decoding: PackageResources.incident_md_mustache, as: UTF8.self)
  }

  /// The default template's parts by name.
  static var defaultPartials: [String: String] {
    let parts: [(String, [UInt8])] = [
      ("head", PackageResources.head_mustache),
      ("summary", PackageResources.summary_mustache),
      ("key_times", PackageResources.key_times_mustache),
      ("timeline", PackageResources.timeline_mustache),
      ("impact", PackageResources.impact_mustache),
      ("root_cause", PackageResources.root_cause_mustache),
      ("data_loss", PackageResources.data_loss_mustache),
      ("resolution", PackageResources.resolution_mustache),
      ("safeguards", PackageResources.safeguards_mustache),
      ("prevention", PackageResources.prevention_mustache),
      ("lessons", PackageResources.lessons_mustache),
      ("action_items", PackageResources.action_items_mustache),
      ("verification", PackageResources.verification_mustache),
      ("responders", PackageResources.responders_mustache),
      ("sign_off", PackageResources.sign_off_mustache),
      ("recovery_commands", PackageResources.recovery_commands_mustache),
      ("evidence", PackageResources.evidence_mustache),
      ("provenance", PackageResources.provenance_mustache),
    ]
    return Dictionary(uniqueKeysWithValues: parts.map { ($0, String(decoding: $1, as: UTF8.self)) })
  }
}
