/// What an after-action report is written as.
public enum DrillReportFormat: String, Sendable, CaseIterable {
  case markdown, html, json

  /// A file's name ends in it.
  public var fileExtension: String {
    switch self {
    case .markdown: "md"
    case .html: "html"
    case .json: "json"
    }
  }
}
