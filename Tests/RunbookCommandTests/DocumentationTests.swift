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
        // Its drill practises the whole one, and names steps that were cut away.
        let drill = workspace.path("\(name)/drill.yaml")
        if FileManager.default.fileExists(atPath: drill) {
          try FileManager.default.removeItem(atPath: drill)
        }
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
      var words = [command.first ?? ""].filter { !$0.isEmpty }
      var name = words.joined(separator: " ")
      // A command of commands has one that is meant where none is named.
      for depth in 0..<2 {
        if known[name] == nil {
          let help = try await workspace.run(words + ["--help"])
          #expect(help.status == 0, "\(page): there is no command '\(name)'")
          known[name] = help.stdout
        }
        guard depth == 0, !words.isEmpty, let help = known[name], help.contains("SUBCOMMANDS:")
        else { break }
        let next = command.dropFirst().first.flatMap { help.contains("\n  \($0) ") ? $0 : nil }
        guard let inner = next ?? help.firstMatch(of: /(\w+) \(default\)/).map({ String($0.1) })
        else { break }
        words.append(inner)
        name = words.joined(separator: " ")
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
