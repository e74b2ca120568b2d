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
  /// - Throws: `ReportError.template` with each tag that is malformed, each name that the report does
  ///   not have at its place, and each partial that there is not.
  public init(loading text: String, file: String = "<template>") throws(ReportError) {
    try self.init(loading: text, file: file, partials: Self.defaultPartials)
  }

  init(loading text: String, file: String, partials: [String: String]) throws(ReportError) {
    var check = TemplateCheck(partials: partials)
    check.check(text, file: file, stack: [ReportFacts.shape])
    guard check.diagnostics.isEmpty else { throw .template(Diagnostics(check.diagnostics)) }
    parts = Self.parsed(text, file: file, partials)
    _ = try parts.get()
  }

  private init(parts: Result<Parts, ReportError>) { self.parts = parts }

  func render(_ facts: ReportFacts) throws(ReportError) -> String {
    let parts = try parts.get()
    return parts.main.render(facts.object, library: parts.partials)
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
      return trimmed.hasPrefix("{{>") && trimmed.hasSuffix("}}") ? trimmed : String(line)
    }
    return try MustacheTemplate(
      string: "{{% CONTENT_TYPE:TEXT}}\n" + lines.joined(separator: "\n"))
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

  /// What reports are written with unless another template is given. Its names are not checked each
  /// time: a test does.
  public static let `default` = ReportTemplate(
    parts: parsed(defaultText, file: "incident.md.mustache", defaultPartials))

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
