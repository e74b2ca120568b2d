import ArgumentParser
import Foundation
import RunbookModel
import RunbookReport
import RunbookSyntax

extension ReportFormat {
  /// The format that a report is in.
  init(of text: String) {
    let start = text.dropScalars(while: \.isWhitespace)
    self =
      start.begins(with: "<!") || start.begins(with: "<html")
      ? .html : start.begins(with: "{") ? .json : .markdown
  }

  /// A report in this format.
  ///
  /// - Parameter path: a template of the user's own; nil is the program's.
  /// - Throws: `ReportError.template`, and a usage error for a file that cannot be read.
  func text(of report: IncidentReport, template path: String?) throws -> String {
    guard let path, let templates else { return try report.text(as: self) }
    guard let data = FileManager.default.contents(atPath: path) else {
      throw ValidationError("cannot read the template \(path)")
    }
    guard let source = String(validating: data, as: UTF8.self) else {
      throw ValidationError("the template \(path) is not UTF-8")
    }
    let template = try ReportTemplate(loading: source, file: path, for: templates)
    return try report.text(template: template)
  }
}

extension Console {
  /// Prints why there is no report, and ends.
  ///
  /// - Parameter template: the user's own, if there was one.
  func fail(_ error: ReportError, template: String?) throws -> Never {
    switch error {
    case .emptyJournal:
      printError("error: the journal has no entries")
      throw ExitStatus.badFile.code
    case .damagedJournal(let sequence, let reason):
      printError("error: the journal is damaged: entry \(sequence): \(reason)")
      throw ExitStatus.badFile.code
    case .template(let diagnostics):
      // A template that cannot be read has been reported by now.
      let text = template.flatMap { try? String(contentsOfFile: $0, encoding: .utf8) } ?? ""
      let renderer = DiagnosticRenderer(sources: [template ?? "": text])
      printError(renderer.render(diagnostics))
      throw ExitStatus.invalidRunbook.code
    }
  }

  /// Says where a finished report looks as if it held a secret.
  func warnOfSecrets(in report: String, _ name: String) {
    let findings = SecretScan.findings(in: report)
    for finding in findings.prefix(10) {
      printError("warning: \(name):\(finding.line): this looks like \(finding.what)")
    }
    guard !findings.isEmpty else { return }
    if findings.count > 10 { printError("  … and \(findings.count - 10) lines more") }
    printError(
      "  nothing had declared it as a secret: an input with `secret: true` is never stored")
  }
}
