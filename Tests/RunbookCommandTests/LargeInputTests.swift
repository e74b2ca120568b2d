import Foundation
import RunbookModel
import Testing

/// `validate` on large files of every sort: it ends, and says no more than a person can read. What takes
/// the square of its input's size does not end within a minute at this one.
@Suite struct LargeInputTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let text: @Sendable (Int) -> String
  }

  private static let head =
    "runbook: r\ntitle: t\nconnections:\n  main: {kind: postgres, url: x}\n"
  private static let tail = "verification:\n  - {id: v, sql: SELECT 1}\n"

  private static func repeated(
    _ count: Int, _ separator: String = "", _ piece: (Int) -> String
  ) -> String {
    (0..<count).map(piece).joined(separator: separator)
  }

  private static func top(
    _ name: String, _ text: @escaping @Sendable (Int) -> String
  ) -> Case {
    Case(testDescription: name) { head + text($0) + tail }
  }

  private static func step(
    _ name: String, _ text: @escaping @Sendable (Int) -> String
  ) -> Case {
    Case(testDescription: name) { count in
      head + "inputs: {x: string}\nverification:\n  - id: v\n    sql: SELECT 1\n" + text(count)
    }
  }

  private static func steps(
    _ name: String, _ text: @escaping @Sendable (Int) -> String
  ) -> Case {
    Case(testDescription: name) { head + "verification:\n" + repeated($0, "", text) }
  }

  private static func sql(
    _ name: String, _ text: @escaping @Sendable (Int) -> String
  ) -> Case {
    Case(testDescription: name) { count in
      head + "inputs: {x: string}\nverification:\n  - id: v\n    sql: |\n" + text(count)
    }
  }

  static let cases = [
    top("keys on one line") { "constants: {\(repeated($0, ", ") { "k\($0): \($0)" })}\n" },
    top("unknown keys on one line") {
      "inputs: {\(repeated($0, ", ") { "k\($0): {tpye: x}" })}\n"
    },
    top("one key many times on one line") {
      "constants: {\(repeated($0, ", ") { _ in "a: 1" })}\n"
    },
    top("one key many times") { "constants:\n" + repeated($0) { _ in "  a: 1\n" } },
    top("unknown keys") { repeated($0) { "zz\($0): 1\n" } },
    top("lists as keys") { "constants: {a: {\(repeated($0, ", ") { _ in "[a]: 1" })}}\n" },
    top("tags") { "constants: {a: [\(repeated($0, ", ") { _ in "!x a" })]}\n" },
    top("words") { "summary: " + repeated($0, " ") { _ in "word" } + "\n" },
    top("quotes in quotes") { "summary: '" + repeated($0) { _ in "it''s " } + "'\n" },
    top("escapes") { "summary: \"" + repeated($0) { _ in "\\u0301\\\"" } + "\"\n" },
    top("aliases of a long text") { count in
      "constants:\n  a: &a \"\(repeated(count) { _ in "x" })\"\n  b: ["
        + repeated(min(count, 5000), ", ") { _ in "*a" } + "]\n"
    },
    top("anchors") { "constants:\n" + repeated($0) { "  k\($0): &a\($0) \($0)\n" } },
    top("brackets") { "constants: {a: " + repeated($0) { _ in "[" } + "\n" },
    top("inputs") { "inputs:\n" + repeated($0) { "  k\($0): string\n" } },
    top("inputs of a sandbox that there are not") {
      "inputs:\n" + repeated($0) { "  k\($0): string\n" } + "sandbox:\n  inputs:\n"
        + repeated($0) { "    z\($0): x\n" }
    },
    top("values on one line") {
      "report:\n  impact: |\n    \(repeated($0) { _ in "${{ 1 }} " })\n"
    },
    top("values of unknown names on one line") {
      "report:\n  impact: |\n    \(repeated($0) { "${{ inputs.y\($0) }} " })\n"
    },
    top("values of unknown names") {
      "report:\n  impact: |\n" + repeated($0) { "    ${{ inputs.y\($0) }}\n" }
    },
    top("values without an end") {
      "report:\n  impact: |\n    " + repeated($0) { _ in "${{ 'a " } + "\n"
    },
    top("comments") { repeated($0) { _ in "# x\n" } },
    top("a long comment") { "#" + repeated($0) { _ in "          " } + "\n" },
    step("a long expression") {
      "    expect: " + repeated($0, " && ") { _ in "inputs.x == '1'" } + "\n"
    },
    step("unknown names in one expression") {
      "    expect: " + repeated($0, " && ") { "inputs.x\($0) == 1" } + "\n"
    },
    step("functions that there are not") {
      "    expect: size([\(repeated($0, ", ") { "f\($0)(1)" })]) == 1\n"
    },
    step("quotes in an expression") {
      "    expect: \"" + repeated($0) { _ in "'' + " } + "'' == ''\"\n"
    },
    step("parentheses") { "    expect: " + repeated($0) { _ in "(" } + "\n" },
    step("minus signs") { "    expect: 1 " + repeated($0) { _ in "- " } + "1 == 1\n" },
    step("items") { "    expect: size([\(repeated($0, ", ") { "\($0)" })]) == 1\n" },
    step("captures of one step") {
      "    capture:\n" + repeated($0) { "      c\($0): row_count\n" }
    },
    steps("steps") { "  - {id: v\($0), sql: SELECT 1}\n" },
    steps("steps of one id") { _ in "  - {id: v, sql: SELECT 1}\n" },
    steps("captures") { "  - {id: v\($0), sql: SELECT 1, capture: {c\($0): row_count}}\n" },
    steps("names that nobody gave beside captures") {
      "  - {id: v\($0), sql: SELECT 1, capture: {c\($0): row_count}, expect: z\($0) > 1}\n"
    },
    steps("connections that there are not") {
      "  - {id: v\($0), sql: SELECT 1, connection: d\($0)}\n"
    },
    Case(testDescription: "connections") { count in
      "runbook: r\ntitle: t\nconnections:\n"
        + repeated(count) { "  c\($0): {kind: postgres, url: x}\n" } + "verification:\n"
        + repeated(count) { "  - {id: v\($0), sql: SELECT 1, connection: c\($0)}\n" }
    },
    sql("parameters") { "      SELECT " + repeated($0, ", ") { _ in ":x" } + "\n" },
    sql("parameters that there are not") {
      "      SELECT " + repeated($0, ", ") { ":z\($0)" } + "\n"
    },
    sql("statements that write") { repeated($0) { "      DELETE FROM t\($0);\n" } },
    sql("statements that write, on one line") {
      "      " + repeated($0) { "DELETE FROM t\($0);" } + "\n"
    },
  ]

  @Test(.timeLimit(.minutes(15)), arguments: cases)
  func isReadInTimeAndReportedInBounds(_ large: Case) async throws {
    let workspace = try Workspace()
    try workspace.write(large.text(8000), to: "r.yaml")
    let output = try await workspace.run(["validate", "r.yaml"])
    let said = String(decoding: output.stderr.utf8.prefix(2000), as: UTF8.self)
    #expect([0, 65].contains(output.status), "\(said)")
    #expect(output.stdout.utf8.count < 100_000)
  }

  @Test func saysHowManyMoreThereAre() async throws {
    let workspace = try Workspace()
    try workspace.write(
      Self.head + "constants:\n" + Self.repeated(1001) { _ in "  a: 1\n" } + Self.tail,
      to: "r.yaml")
    let shown = try await workspace.run(["validate", "r.yaml"])
    #expect(shown.status == 65)
    #expect(shown.stdout.ends(with: "\nand 900 more errors\n\n1000 errors\n\n"), "\(shown.all)")
    let lines = try await workspace.run(["validate", "--json", "r.yaml"]).objects()
    #expect(lines.count == 101)
    #expect(lines.last?["code"] == "RB022")
    #expect(lines.last?["message"]?.stringValue?.begins(with: "and 900 more errors") == true)
  }
}

/// What a gate shows of a very long statement.
@Suite struct LongStatementTests {
  @Test func aGateShowsItsBeginningAndEnd() async throws {
    let workspace = try Workspace()
    let literal = String(repeating: "ä0123456789", count: 300_000)
    try workspace.write(
      """
      runbook: long
      title: A long statement
      inputs:
        value: {type: string}
      detection:
        - id: d
          effect: readOnly
          shell: "true"
          confirms: "true"
      recovery:
        - id: r
          shell:
            script: |
              : 'begin \(literal) end'
              echo last
            env: {V: "${{ inputs.value }}"}
      """, to: "long.yaml")
    try workspace.write(
      "{\"value\": \"\(String(repeating: "v", count: 500_000))\"}", to: "inputs.json")
    let output = try await workspace.run(["run", "long.yaml", "--inputs", "inputs.json"])
    #expect(output.status == 75, "\(output.stderr)")
    #expect(output.stdout.utf8.count < 40_000)
    #expect(output.stdout.holds(": 'begin ä0123456789"))
    #expect(output.stdout.holds("ä0123456789 end'\n      echo last\n"))
    let hidden =
      12 * 300_000 + ": 'begin ".utf8.count + " end'\necho last\n".utf8.count - (16 << 10)
    let near = (hidden - 3...hidden + 3).contains { number in
      output.stdout.holds("… \(number) bytes are not shown here; `runbook journal` has the whole …")
    }
    #expect(near, "\(output.stdout.suffixOfScalars(6000))")
    #expect(output.stdout.holds("-- :V = \"vvv"))
    let journal = try await workspace.run(["journal"])
    #expect(journal.stdout.holds(literal))
  }
}
