/// What a template writes.
public enum TemplateFormat: String, Sendable, CaseIterable {
  /// GitHub's dialect of Markdown.
  case markdown

  /// Whether it has comments as HTML has them.
  var carriesComment: Bool {
    switch self {
    case .markdown: true
    }
  }

  /// How values are written in it.
  var markup: any Markup {
    switch self {
    case .markdown: Markdown()
    }
  }
}
