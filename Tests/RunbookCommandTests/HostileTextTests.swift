import RunbookModel
import RunbookTestSupport
import Testing

@testable import runbook

/// Whoever can write a title, a message or a name does not steer the terminal of who looks at it.
@Suite(.timeLimit(.minutes(15)))
struct HostileTextTests {
  private static let hostile = "\u{1B}]0;pwned\u{7}\u{1B}[2J\u{202E}\u{9B}31m\u{E0041}\u{2028}"

  /// In YAML's own spelling: the file may hold no control characters.
  private static let escaped = #"\e]0;pwned\a\e[2J\u202E\x9B31m\U000E0041\L"#

  private static let runbook = """
    runbook: hostile
    title: "Title \(escaped)"
    summary: "Summary \(escaped)"
    owner: "Owner \(escaped)"
    detection:
      - id: look
        title: "Step \(escaped)"
        effect: readOnly
        shell: |
          printf 'out \\033[2J\\n'
          printf 'err \\033]0;x\\007' >&2
          exit 3
    """

  let workspace: Workspace

  init() throws {
    workspace = try Workspace()
    try workspace.write(Self.runbook, to: "runbooks/hostile.yaml")
  }

  private func expectHarmless(_ arguments: [String], says words: String? = nil) async throws {
    let output = try await workspace.run(arguments)
    for text in [output.stdout, output.stderr] {
      #expect(TerminalReader.violations(in: text).isEmpty, "\(arguments): \(text.debugDescription)")
    }
    if let words { #expect(output.all.holds(words), "\(arguments): \(output.all)") }
  }

  @Test func noCommandObeysATitle() async throws {
    try await expectHarmless(["list"], says: #"Title \u{1b}]0;pwned\u{7}"#)
    try await expectHarmless(["show", "hostile"], says: #"Owner \u{1b}"#)
    try await expectHarmless(["validate", "hostile"])
    try await expectHarmless(["run", "hostile", "--dry-run"], says: #"Step \u{1b}"#)
    try await expectHarmless(["list", "--json"], says: #"\u202e"#)
    try await expectHarmless(["run", "hostile"], says: #"out \u{1b}[2J"#)
    try await expectHarmless(["status"], says: #"Title \u{1b}"#)
    try await expectHarmless(["status", "--json"])
    try await expectHarmless(["note", "--as", Self.hostile, "x", "y"], says: "nobody sees")
    try await expectHarmless(["note", "x", Self.hostile])
    try await expectHarmless(["resume"])
    try await expectHarmless(["runs"])
    try await expectHarmless(["retry", "--step", "look"])
    try await expectHarmless(["abandon", "--reason", Self.hostile, "--yes"])
  }

  @Test func noCommandEchoesAnArgumentThatSteers() async throws {
    for command in [
      ["show"], ["run"], ["validate"], ["explain"], ["status"], ["eval"], ["drill"], ["new"],
      ["report"],
      ["report", "--format"], ["--no-such"], ["runs", "--state"], ["run", "hostile", "--set"],
      ["report", "verify"], ["report", "edit", "--set"], ["eval", "--vars"], ["resolve", "x"],
    ] {
      try await expectHarmless(command + [Self.hostile])
    }
    try await expectHarmless(["show", "--x" + Self.hostile])
  }

  @Test func theLineOfADiagnosticIsShownAndNotObeyed() async throws {
    try workspace.write("runbook: bad\nwhne: \"\(Self.hostile)\"\n", to: "runbooks/bad.yaml")
    try await expectHarmless(["validate", "bad"])
    try workspace.write(
      "runbook: bad\ntitle: x # \u{202E}\nwhne\u{202E}: \"\u{2066}\"\n", to: "runbooks/bad.yaml")
    try await expectHarmless(["validate", "bad"], says: #"\u{202e}"#)
  }

  /// SQL that looks otherwise than it is read (CVE-2021-42574).
  @Test func warnsOfTextThatLooksOtherwise() async throws {
    try workspace.write(
      """
      runbook: trojan
      connections: {main: {kind: postgres, url: "postgresql:///x"}}
      detection:
        - id: look
          sql: SELECT 'שלום 👩‍👩‍👧' AS word
          confirms: "rows[0].word == '\u{200B}'"
      recovery:
        - {id: mend, sql: {file: mend.sql}}
      """, to: "runbooks/trojan/runbook.yaml")
    try workspace.write(
      "DELETE FROM users\n  WHERE name = '\u{202E} \u{2066}keep\u{2069}';\n",
      to: "runbooks/trojan/mend.sql")
    let output = try await workspace.run(["validate", "trojan"])
    #expect(output.status == 0, "\(output.all)")
    #expect(output.all.holds("warning[RB140]: the text holds U+202E"), "\(output.all)")
    #expect(output.all.holds("mend.sql:2:17"), "\(output.all)")
    #expect(output.all.holds("runbook.yaml:6:"), "\(output.all)")
    #expect(!output.all.holds("runbook.yaml:5:"), "\(output.all)")
    let shown = try await workspace.run(["run", "trojan", "--dry-run"])
    #expect(shown.stdout.holds("warning: line 2 holds U+202E"), "\(shown.all)")
    #expect(TerminalReader.violations(in: shown.all).isEmpty)
  }

  /// What PostgreSQL makes one name of, and a shell one word, nobody can tell from two; a title's no-break
  /// space is a person's own.
  @Test func showsAndWarnsOfWhatIsNoBlankToTheProgram() async throws {
    try workspace.write(
      """
      runbook: blanks
      title: "Attention\u{202F}: 10\u{A0}€"
      connections: {main: {kind: postgres, url: "postgresql:///x"}}
      detection:
        - {id: look, title: "Combien\u{A0}?", sql: SELECT 1 AS a, confirms: "rows[0].a == 1"}
      recovery:
        - id: mend
          sql: |
            DELETE FROM t
              WHERE a =\u{A0}1 OR b\u{3000}= 2
        - {id: tidy, shell: {file: tidy.sh}, effect: mutating}
      """, to: "runbooks/blanks/runbook.yaml")
    try workspace.write("echo a\u{2009}b\n", to: "runbooks/blanks/tidy.sh")
    let output = try await workspace.run(["validate", "blanks"])
    #expect(output.status == 0, "\(output.all)")
    for place in ["runbook.yaml:10:18", "runbook.yaml:10:25", "tidy.sh:1:7"] {
      #expect(output.all.holds(place), "\(place) \(output.all)")
    }
    let warnings = output.all.pieces(separatedBy: "\n").filter { $0.holds("[RB140]") }
    #expect(warnings.count == 3, "\(output.all)")
    #expect(output.all.holds("WHERE a =\\u{a0}1 OR b\\u{3000}= 2"), "\(output.all)")
    let shown = try await workspace.run(["run", "blanks", "--dry-run"])
    #expect(shown.stdout.holds("WHERE a =\\u{a0}1 OR b\\u{3000}= 2"), "\(shown.all)")
    #expect(shown.stdout.holds("warning: line 2 holds U+00A0, which looks like a blank"))
    #expect(shown.stdout.holds("echo a\\u{2009}b"), "\(shown.all)")
    #expect(shown.stdout.holds("Combien\u{A0}?"), "\(shown.all)")
  }

  /// At a gate whatever is no title may be meant for a program: a body, a header, a file's name, a value.
  @Test func showsEveryBlankOfAGateByItsNumber() {
    let texts = [
      "POST http://h/a\u{A0}b", "X-A: b\u{202F}c", "\n{\"a\u{2003}b\": 1}",
      "read /var/log/a\u{3000}b.log",
      "Type\u{1680}this",
    ]
    let items = texts.enumerated().map { index, text in
      GateItem(
        step: StepID("s\(index)"), title: "Pr\u{EA}t\u{A0}?", fate: .willRun,
        effect: .mutating, connection: nil,
        work: [
          WorkItem(
            language: index < 3 ? .http : .text, text: text,
            parameters: [.init(name: "v\u{A0}w", value: "x\u{205F}y")], effect: .mutating)
        ])
    }
    let shown = WorkText().gate(
      GateOpened(
        gate: "recovery", steps: items, identities: [], approvals: 1, question: "Sur\u{A0}?",
        digest: .zero, changes: ["file a\u{A0}b has changed"]), isSandbox: false
    ).map(\.plain).joined(separator: "\n")
    let left = shown.unicodeScalars.filter {
      $0.properties.generalCategory == .spaceSeparator && $0 != " "
    }
    #expect(left.count == items.count && left.allSatisfy { $0 == "\u{A0}" }, "\(shown)")
    #expect(shown.holds("a\\u{2003}b") && shown.holds("Sur\\u{a0}?"), "\(shown)")
  }

  /// What leaves the printer holds its own styles and line breaks alone.
  @Test func nothingPassesThePrinter() {
    let failure = Property().firstFailure { generator in
      let text = HostileText.text(&generator)
      let other = HostileText.text(&generator)
      let styled: StyledText = "\(text, .red) \(block: other)\n\(other)"
      for isColored in [true, false] {
        let shown = Console.rendered(styled.styled(.dim), isColored)
        guard TerminalReader.violations(in: shown).isEmpty else {
          return "\(text.debugDescription) \(other.debugDescription)"
        }
        guard isColored || !shown.unicodeScalars.contains("\u{1B}") else { return "colour" }
      }
      var table = Table(["A", "B"])
      table.append([text, other])
      let breaks = table.text.plain.utf8.count { $0 == 0x0A }
      return breaks == 1 ? nil : "a cell of two lines: \(text.debugDescription)"
    }
    #expect(failure == nil)
  }

  /// However much is hidden, a gate's warning begins with what turns the text, and counts the rest.
  @Test func aGateCountsWhatIsHidden() {
    let text = "a\u{AD}b\u{AD}c\u{AD}d\u{AD}e\nf\u{202E}g"
    let work = WorkItem(language: .sql, text: text, effect: .mutating)
    let warnings = WorkText().lines(of: [work], indent: "").map(\.plain)
      .filter { $0.begins(with: "warning") }
    #expect(
      warnings == [
        "warning: line 2 holds U+202E, which turns the direction of the text",
        "warning: line 1 holds U+00AD, which nobody sees",
        "warning: line 1 holds U+00AD, which nobody sees",
        "warning: it holds 2 more such characters",
      ])
  }
}
