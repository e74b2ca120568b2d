import Foundation
import Testing

/// What the documentation shows is true: its runbooks validate, its commands exist, its links lead somewhere.
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

  @Test(arguments: pages + ["CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md"])
  func leadsToFilesAndHeadingsThatAreThere(_ page: String) throws {
    for link in Document(try Self.text(of: page)).links {
      let parts = link.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
      let folder = (page as NSString).deletingLastPathComponent
      let target = parts[0].isEmpty ? page : "\(folder.isEmpty ? "." : folder)/\(parts[0])"
      guard FileManager.default.fileExists(atPath: "\(PackageFolder.path)/\(target)") else {
        Issue.record("\(page): there is no \(target)")
        continue
      }
      guard parts.count == 2 else { continue }
      let anchors = Document(try Self.text(of: target)).anchors
      #expect(anchors.contains(String(parts[1])), "\(page): \(target) has no #\(parts[1])")
    }
  }

  @Test func theIndexNamesEveryPage() throws {
    let listed =
      Document(try Self.text(of: "docs/README.md")).links
      + Document(try Self.text(of: "docs/decisions/README.md")).links.map { "decisions/\($0)" }
    let files = (FileManager.default.subpaths(atPath: PackageFolder.path + "/docs") ?? [])
      .filter { $0.hasSuffix(".md") || $0.hasSuffix(".json") }
    let missing = Set(files).subtracting(listed)
      .subtracting(["README.md", "decisions/README.md"])
    #expect(missing.sorted() == [])
  }

  @Test func theArchitectureNamesEveryRoom() throws {
    let page = try Self.text(of: "docs/architecture.md")
    let rooms = try Self.text(of: "Package.swift")
      .matches(of: /name: "((?:Runbook|C[A-Z])\w+)"/).map { String($0.output.1) }
      .filter { !$0.hasSuffix("Tests") && $0 != "RunbookTestSupport" }
    #expect(rooms.count > 10)
    #expect(rooms.filter { !page.contains("`\($0)`") } == [])
  }
  /// The types, tests and folders of the package.
  private static let declared: Set<String> = {
    var names: Set<String> = []
    for root in ["Sources", "Tests"].map({ "\(PackageFolder.path)/\($0)" }) {
      for path in FileManager.default.subpaths(atPath: root) ?? [] {
        let name = (path as NSString).lastPathComponent
        names.insert((name as NSString).deletingPathExtension)
        guard name.hasSuffix(".swift") else { continue }
        // What cannot be read declares nothing, and what is missed shows.
        let text = (try? String(contentsOfFile: "\(root)/\(path)", encoding: .utf8)) ?? ""
        for match in text.matches(of: /(?:struct|enum|class|protocol) (\w+)/) {
          names.insert(String(match.output.1))
        }
      }
    }
    return names
  }()

  /// Rooms aside, which are held against `Package.swift`.
  @Test(arguments: pages.filter { $0.hasSuffix("architecture.md") || $0.contains("decisions/") })
  func namesTypesAndTestsThatAreThere(_ page: String) throws {
    let names = try Self.text(of: page)
      .matches(of: /`([A-Z]\w*[a-z]\w*(?:\+\w+)?)(?:\.\w+)?`/).map { String($0.output.1) }
      .filter { !$0.hasPrefix("Runbook") && $0 != "Package" }
    #expect(names.filter { !Self.declared.contains($0) } == [])
  }
}
