import Foundation
import Testing

/// What the documentation shows is true: its runbooks validate, its commands exist.
struct DocumentationTests {
  private static let pages: [String] = {
    let docs = FileManager.default.subpaths(atPath: PackageFolder.path + "/docs") ?? []
    return ["README.md"] + docs.filter { $0.hasSuffix(".md") }.sorted().map { "docs/\($0)" }
  }()

  private static func text(of page: String) throws -> String {
    try String(contentsOfFile: "\(PackageFolder.path)/\(page)", encoding: .utf8)
  }

  @Test func findsThePages() {
    #expect(Self.pages.count > 4)
  }

  @Test(arguments: pages)
  func showsRunbooksThatValidate(_ page: String) async throws {
    for text in Document(try Self.text(of: page)).runbooks {
      let workspace = try Workspace()
      let name = text.firstMatch(of: /runbook: ([a-z0-9_-]+)/).map { String($0.output.1) } ?? ""
      // An example that is a runbook cut short may name the files that are beside the whole one.
      let whole = "\(PackageFolder.path)/runbooks/\(name)"
      if FileManager.default.fileExists(atPath: whole) {
        try FileManager.default.copyItem(atPath: whole, toPath: workspace.path(name))
      }
      let path = try workspace.write(text, to: "\(name)/runbook.yaml")
      let output = try await workspace.run(["validate", path])
      #expect(output.status == 0, "\(page): \(output.all)")
    }
  }

  @Test(arguments: pages)
  func showsCommandsThatExist(_ page: String) async throws {
    let workspace = try Workspace()
    var known: [String: String] = [:]
    for command in Document(try Self.text(of: page)).commands {
      let name = command.first ?? ""
      if known[name] == nil {
        let help = try await workspace.run(name.isEmpty ? ["--help"] : [name, "--help"])
        #expect(help.status == 0, "\(page): there is no command '\(name)'")
        known[name] = help.stdout
        // A command's commands, of which one may be left out.
        for inner in help.stdout.matches(of: /\n  ([a-z-]+) (?:\(default\)| ) +/)
        where !name.isEmpty {
          known[name]? += try await workspace.run([name, String(inner.output.1), "--help"]).stdout
        }
      }
      for flag in command.dropFirst() where flag.hasPrefix("-") {
        let isKnown =
          known[name]?.contains(flag.prefix { $0 != "=" }) == true
          // The argument parser's own flag, which no help names.
          || flag == "--generate-completion-script"
        #expect(isKnown, "\(page): 'runbook \(name)' has no \(flag)")
      }
    }
  }
}
