/// What an after-action report is written as.
public enum DrillReportFormat: String, Sendable, CaseIterable {
  case markdown, html, json
}
