/// What a template writes.
public enum TemplateFormat: String, Sendable, CaseIterable {
  /// GitHub's dialect of Markdown.
  case markdown
  /// One file that loads nothing and needs no script.
  case html

  /// Whether it has comments as HTML has them.
  var carriesComment: Bool {
    switch self {
    case .markdown: true
    case .html: false
    }
  }

  /// How values are written in it.
  var markup: any Markup {
    switch self {
    case .markdown: Markdown()
    case .html: HTML()
    }
  }
}
