import Mustache
import RunbookEngine
import RunbookModel

/// A page about drills: facts put into a template, each text in them made safe for the page's language.
struct DrillPage {
  enum Sort: String {
    case afterActionMarkdown = "after-action.md.mustache"
    case afterActionHTML = "after-action.html.mustache"
    case historyHTML = "drill-history.html.mustache"
  }

  private let sort: Sort

  init(_ sort: Sort) { self.sort = sort }

  /// - Parameters:
  ///   - facts: a map; templates name its keys.
  ///   - drawings: SVG that is ready for its place, by name.
  /// - Throws: `cannotRead` when the template, which is a part of the program, is malformed.
  func text(of facts: Value, drawings: [String: String] = [:]) throws(StoreError) -> String {
    do {
      let template = try Self.parsed(source)
      let partials = MustacheLibrary(templates: try Self.partials.mapValues(Self.parsed))
      var context = PageForm(isHTML: sort != .afterActionMarkdown).context(of: facts)
      context.merge(drawings) { $1 }
      return Self.tidied(template.render(context, library: partials))
    } catch {
      throw StoreError(.cannotRead, subject: sort.rawValue, "the template is malformed")
    }
  }

  private var source: [UInt8] {
    switch sort {
    case .afterActionMarkdown: PackageResources.after_action_md_mustache
    case .afterActionHTML: PackageResources.after_action_html_mustache
    case .historyHTML: PackageResources.drill_history_html_mustache
    }
  }

  /// The style is the incident report's own.
  private static let partials: [String: [UInt8]] = [
    "style": PackageResources.style_html_mustache,
    "drill_style": PackageResources.drill_style_html_mustache,
    "drill_head": PackageResources.drill_head_html_mustache,
  ]

  /// Nothing is escaped: the form has done so.
  private static func parsed(_ source: [UInt8]) throws -> MustacheTemplate {
    try MustacheTemplate(
      string: "{{% CONTENT_TYPE:TEXT}}\n" + String(decoding: source, as: UTF8.self))
  }

  /// One empty line where lists left several, and one line feed at the end.
  private static func tidied(_ text: String) -> String {
    var lines: [Substring] = []
    for line in text.pieces(separatedBy: "\n", omittingEmptySubsequences: false) {
      if line.isEmpty, lines.last?.isEmpty ?? true { continue }
      lines.append(line)
    }
    while lines.last?.isEmpty == true { lines.removeLast() }
    return lines.joined(separator: "\n") + "\n"
  }
}
