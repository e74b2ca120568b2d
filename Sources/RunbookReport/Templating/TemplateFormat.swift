/// What a template writes.
public enum TemplateFormat: String, Sendable, CaseIterable {
  /// GitHub's dialect of Markdown.
  case markdown

  /// How values are written in it.
  var markup: any Markup {
    switch self {
    case .markdown: Markdown()
    }
  }
}
