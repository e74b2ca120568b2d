import Foundation
import RunbookModel
import Testing

@testable import runbook

/// The guide to the diagnostic codes is whole and true.
struct DiagnosticGuideTests {
  private static let exampled = DiagnosticGuide.all.filter { $0.example != nil }

  @Test func explainsEveryCodeOfTheSourcesAndNoOther() throws {
    let root = PackageFolder.path + "/Sources"
    let files = FileManager.default.subpaths(atPath: root) ?? []
    var codes: Set<String> = []
    for file in files where file.ends(with: ".swift") {
      let text = try String(contentsOfFile: "\(root)/\(file)", encoding: .utf8)
      for match in text.matches(of: /= DiagnosticCode\((\d+)\)/) {
        let code = DiagnosticCode(try #require(Int(match.output.1))).rawValue
        #expect(codes.insert(code).inserted, "\(code) is given twice, the second time in \(file)")
      }
    }
    #expect(codes.count > 100)
    let explained = DiagnosticGuide.all.map(\.code.rawValue)
    #expect(Set(explained).symmetricDifference(codes).sorted() == [])
    // In order, and none of them twice.
    #expect(explained == codes.sorted())
  }

  @Test func isTheDiagnosticsPage() throws {
    let path = PackageFolder.path + "/docs/diagnostics.md"
    if ProcessInfo.processInfo.environment["RECORD_GOLDEN"] == "1" {
      try DiagnosticsPage.text.write(toFile: path, atomically: true, encoding: .utf8)
      Issue.record("recorded \(path)")
    }
    #expect(try String(contentsOfFile: path, encoding: .utf8) == DiagnosticsPage.text)
  }

  /// Each example gives its code with its severity, and no error of another code.
  @Test func showsExamplesThatAreSo() async throws {
    let workspace = try Workspace()
    var paths: [String] = []
    for explanation in Self.exampled {
      guard let text = Self.runbook(of: explanation) else { continue }
      paths.append(try workspace.write(text, to: "\(explanation.code.rawValue).yaml"))
    }
    let output = try await workspace.run(["validate", "--json"] + paths)
    #expect(output.status == 65)
    let found = Dictionary(grouping: try output.objects()) { object in
      let file = object["file"]?.stringValue ?? ""
      return String((file as NSString).lastPathComponent.prefixOfScalars { $0 != "." })
    }
    #expect(paths.count > 80)
    for explanation in Self.exampled where Self.runbook(of: explanation) != nil {
      let code = explanation.code.rawValue
      let own = found[code, default: []]
      #expect(
        own.contains {
          $0["code"] == .string(code) && $0["severity"] == .string(explanation.severity.rawValue)
        }, "\(code): \(own)")
      #expect(
        own.allSatisfy { $0["severity"] != "error" || $0["code"] == .string(code) },
        "\(code): \(own)")
    }
  }

  @Test(
    arguments: exampled.filter { runbook(of: $0) == nil }.map(\.code.rawValue))
  func showsExamplesOfTemplatesAndValuesThatAreSo(_ code: String) async throws {
    let workspace = try Workspace()
    let arguments: [String]
    switch try #require(DiagnosticGuide.explanation(of: code)?.example) {
    case .yaml: return
    case .expression(let text): arguments = ["eval", text]
    case .template(let text):
      let journal = PackageFolder.path + "/reports/example-auth-tables-dropped.journal"
      let template = try workspace.write(text + "\n", to: "report.md.mustache")
      arguments = ["report", "--journal", journal, "--template", template]
    }
    let output = try await workspace.run(arguments)
    #expect(output.status == 65, "\(output.all)")
    #expect(output.stderr.holds("error[\(code)]"), "\(output.all)")
  }

  /// A whole runbook of an example, with the keys that it leaves out; nil where it is no runbook's.
  private static func runbook(of explanation: Explanation) -> String? {
    let text: String
    switch explanation.example {
    case nil, .template: return nil
    case .yaml(let yaml): text = yaml
    case .expression(let expression):
      // Only an evaluation tells: the expression is well formed.
      if explanation.code == DiagnosticCode(210) { return nil }
      text = """
        detection:
          - id: found
            sql: SELECT 1 AS n
            confirms: |-
              \(expression)
        """
    }
    let rest = [
      ("runbook", " example"),
      ("connections", "\n  main: {kind: postgres, url: \"postgres:///app\"}"),
      ("detection", "\n  - {id: found, sql: SELECT true AS gone, confirms: \"rows[0].gone\"}"),
      ("verification", "\n  - {id: over, sql: SELECT 1 AS one}"),
    ]
    let keys = text.pieces(separatedBy: "\n").map { String($0.prefixOfScalars { $0 != ":" }) }
    let missing = rest.filter { !keys.contains($0.0) }.map { "\($0.0):\($0.1)\n" }
    return missing.joined() + text + "\n"
  }
}
