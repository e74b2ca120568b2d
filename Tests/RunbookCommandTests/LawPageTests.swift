import Foundation
import Testing

/// `docs/laws.md` and the tests agree: every law has tests, and every test of a law has its law there.
struct LawPageTests {
  private static func page() throws -> [Substring] {
    try String(contentsOfFile: "\(PackageFolder.path)/docs/laws.md", encoding: .utf8)
      .split(separator: "\n").filter { $0.hasPrefix("| **L") }
  }

  /// The names of the tests and suites in the package.
  private static let names: Set<String> = {
    let root = "\(PackageFolder.path)/Tests"
    let files = (FileManager.default.subpaths(atPath: root) ?? []).filter { $0.hasSuffix(".swift") }
    return files.reduce(into: []) { names, file in
      let text = (try? String(contentsOfFile: "\(root)/\(file)", encoding: .utf8)) ?? ""
      for match in text.matches(of: /(?:func|struct) (\w+)/) { names.insert(String(match.1)) }
    }
  }()

  @Test func namesTestsThatExist() throws {
    for row in try Self.page() {
      let tests = row.matches(of: /`(l\d+[A-Z]\w+|\w+Tests)`/).map { String($0.1) }
      #expect(!tests.isEmpty, "\(row)")
      for test in tests { #expect(Self.names.contains(test), "there is no \(test)") }
    }
  }

  @Test func hasTheLawOfEveryTest() throws {
    let laws = Set(try Self.page().compactMap { $0.firstMatch(of: /\*\*L(\d+)\*\*/)?.1 })
    #expect(laws.count == 10)
    let tested = Set(Self.names.compactMap { $0.wholeMatch(of: /l(\d+)[A-Z]\w+/)?.1 })
    #expect(tested == laws)
  }
}
