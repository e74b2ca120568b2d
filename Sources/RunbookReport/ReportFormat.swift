/// What a report can be written as.
public enum ReportFormat: String, Sendable, CaseIterable {
  case markdown, html, json

  /// What templates for it write; nil where there are none.
  public var templates: TemplateFormat? {
    switch self {
    case .markdown: .markdown
    case .html: .html
    case .json: nil
    }
  }
}
