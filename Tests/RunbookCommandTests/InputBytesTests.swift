import Foundation
import RunbookModel
import RunbookTestSupport
import Testing

/// What is given to the program is read as bytes, and stored as it is.
@Suite struct InputBytesTests {
  private static let runbook = """
    runbook: bytes
    title: Bytes
    inputs:
      x: {type: string, optional: true}
      kind: {type: enum, values: ["caf\u{E9}"], optional: true}
      key: {type: string, secret: true, optional: true, from: {file: key.txt}}
    detection:
      - id: look
        effect: readOnly
        shell:
          script: printf %s "$VALUE" > value.out; printf %s "$KEY" > key.out
          env:
            VALUE: "${{ has(inputs.x) ? inputs.x : '' }}"
            KEY: "${{ has(inputs.key) ? inputs.key : '' }}"
        confirms: "false"
    verification:
      - {id: fine, effect: readOnly, shell: "true"}
    """

  private func workspace(key: String = "k") throws -> Workspace {
    let workspace = try Workspace()
    try workspace.write(Self.runbook, to: "bytes.yaml")
    try workspace.write(key, to: "key.txt")
    return workspace
  }

  private func bytes(_ workspace: Workspace, _ name: String) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(fileURLWithPath: workspace.path(name))))
  }

  @Test(arguments: [
    "\u{301}", "\u{301}=\u{301}", "\u{600}a", "=", "e\u{301}", "\u{E9}", "", "\u{FE0F}\u{200D}",
    "a\r\n", "שלום",
  ])
  func aValueIsWhatFollowsTheFirstSign(value: String) async throws {
    let workspace = try workspace()
    let output = try await workspace.run(["run", "bytes.yaml", "--set", "x=" + value])
    #expect(output.status == 0, "\(output.all)")
    #expect(try bytes(workspace, "value.out") == Array(value.utf8))
  }

  /// What is to be read and is not there is refused before anything runs, by its name and the system's word.
  @Test(
    arguments: [
      (["x=here"], nil), ([], nil), (["x=nope"], "nope: No such file or directory"),
      (["x=here/below"], "here/below: Not a directory"), (["x=/"], nil),
      (["many=here,nope"], "nope: No such file or directory"), (["many=here,here"], nil),
      (["out=nope"], nil),
    ] as [([String], String?)])
  func aPathThatIsToBeReadIsThere(settings: [String], fault: String?) async throws {
    let workspace = try Workspace()
    try workspace.write("", to: "here")
    try workspace.write(
      """
      runbook: paths
      inputs:
        x: {type: path, optional: true, exists: true}
        many: {type: list, items: path, optional: true, exists: true}
        out: {type: path, optional: true}
      detection:
        - {id: look, effect: readOnly, shell: echo >looked, confirms: "false"}
      """, to: "paths.yaml")
    let output = try await workspace.run(
      ["run", "paths.yaml"] + settings.flatMap { ["--set", $0] })
    #expect(output.status == (fault == nil ? 0 : 64), "\(output.all)")
    #expect(
      FileManager.default.fileExists(atPath: workspace.path("looked")) == (fault == nil))
    guard let fault else { return }
    #expect(output.stderr.holds("error: the input '"))
    #expect(output.stderr.holds("\(workspace.folder)/\(fault)"), "\(output.all)")
  }

  /// What was copied from a report or a screen is not the value.
  @Test(arguments: ["[redacted]", "me:[redacted]@host"])
  func aMarkIsNoValue(value: String) async throws {
    let workspace = try workspace()
    let output = try await workspace.run(["run", "bytes.yaml", "--set", "x=" + value])
    #expect(output.status == 64, "\(output.all)")
    #expect(output.all.holds("'x' holds [redacted], which stands where a secret was taken out"))
  }

  /// A secret in the place of a name is told by its number alone, in every sort of file.
  @Test(arguments: [
    "{x: a, hunter2-Secret: b}", "{\"x\": \"a\", \"hunter2-Secret\": 1}",
    "x: a\n? [hunter2-Secret]\n: 1\n",
    "{x: a, hunter2-Secret: b, hunter2-Secret: c}",
  ])
  func aNameInAFileOfInputsIsNotSaid(_ text: String) async throws {
    let workspace = try workspace()
    try workspace.write(text, to: "in.yaml")
    let output = try await workspace.run(["run", "bytes.yaml", "--inputs", "in.yaml"])
    #expect(output.status != 0)
    #expect(!output.all.holds("hunter2") && !output.all.holds("Secret"), "\(output.all)")
    try workspace.write("{x: a, kinds: b}", to: "in.yaml")
    let near = try await workspace.run(["run", "bytes.yaml", "--inputs", "in.yaml"])
    #expect(near.all.holds("as number 2; did you mean 'kind'?"), "\(near.all)")
  }

  @Test(arguments: [
    ("k", "k"), ("k\n", "k"), ("k\r\n", "k"), ("k\n\n", "k\n"), ("k\r\n\r\n", "k\r\n"),
    ("k\r", "k\r"), ("k\u{301}\r\n", "k\u{301}"), ("k\u{600}\n", "k\u{600}"), ("\r\n", ""),
  ])
  func aFileLosesOneLineBreak(text: String, value: String) async throws {
    let workspace = try workspace(key: text)
    let output = try await workspace.run(["run", "bytes.yaml"])
    #expect(output.status == 0, "\(output.all)")
    #expect(try bytes(workspace, "key.out") == Array(value.utf8))
  }

  @Test func anInputIsGivenOnce() async throws {
    let workspace = try workspace()
    let output = try await workspace.run(["run", "bytes.yaml", "--set", "x=1", "--set", "x=1"])
    #expect(output.status == 64, "\(output.all)")
    #expect(output.stderr.holds("'x' twice, as number 1 and 2"))
  }

  @Test func aVariableOfOtherBytesIsRefused() throws {
    let workspace = try workspace()
    let program = Process()
    program.executableURL = URL(fileURLWithPath: "/bin/sh")
    program.arguments = [
      "-c", "RUNBOOK_INPUT_X=$(printf 'caf\\351') exec \"$0\" run bytes.yaml 2>&1",
      RunningProgram.path,
    ]
    program.currentDirectoryURL = URL(fileURLWithPath: workspace.folder)
    let pipe = Pipe()
    program.standardOutput = pipe
    try program.run()
    let said = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    program.waitUntilExit()
    #expect(program.terminationStatus == 64)
    #expect(said.holds("RUNBOOK_INPUT_X is not UTF-8"), "\(said)")
  }

  @Test func anArgumentOfOtherBytesIsRefused() throws {
    let workspace = try workspace()
    let program = Process()
    program.executableURL = URL(fileURLWithPath: "/bin/sh")
    program.arguments = [
      "-c", "exec \"$0\" run bytes.yaml --set \"x=$(printf 'caf\\351')\" 2>&1", RunningProgram.path,
    ]
    program.currentDirectoryURL = URL(fileURLWithPath: workspace.folder)
    let pipe = Pipe()
    program.standardOutput = pipe
    try program.run()
    let said = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    program.waitUntilExit()
    #expect(program.terminationStatus == 64)
    #expect(said.holds("argument 4 is not UTF-8"), "\(said)")
  }

  @Test func aChoiceIsSpeltAsItIsWritten() async throws {
    let workspace = try workspace()
    let same = try await workspace.run(["run", "bytes.yaml", "--set", "kind=caf\u{E9}"])
    #expect(same.status == 0, "\(same.all)")
    let other = try await workspace.run(["run", "bytes.yaml", "--set", "kind=cafe\u{301}"])
    #expect(other.status == 64, "\(other.all)")
  }

  /// A file of inputs may hold a secret in any place: what is wrong with it is told without a word of it.
  @Test(arguments: [
    ("key: *hunter2secret", "RB018"), ("key: {hunter2secret: 1, hunter2secret: 2}", "RB011"),
    ("key: &hunter2secret [*hunter2secret]", "error"), ("key: [hunter2secret]", "must be text"),
    ("kind: hunter2secret", "must be one of"), ("key: \"hunter2secret", "not YAML"),
    ("key: hunter2secret: x", "not YAML"), ("key: !hunter2secret x", "tags are not read"),
    ("x: {a: hunter2secret}", "must be text"),
  ])
  func whatIsWrongWithAFileTellsNothingOfIt(text: String, message: String) async throws {
    let workspace = try workspace()
    try workspace.write(text + "\n", to: "in.yaml")
    let output = try await workspace.run(["run", "bytes.yaml", "--inputs", "in.yaml"])
    #expect(output.status == 64, "\(output.all)")
    #expect(output.stderr.holds(message), "\(output.all)")
    #expect(!output.all.holds("hunter2"), "\(output.all)")
  }

  @Test func aMisspeltInputOfAFileIsTold() async throws {
    let workspace = try workspace()
    try workspace.write("kye: hunter2secret\n", to: "in.yaml")
    let output = try await workspace.run(["run", "bytes.yaml", "--inputs", "in.yaml"])
    #expect(output.status == 64, "\(output.all)")
    #expect(output.stderr.holds("as number 1") && !output.all.holds("kye"), "\(output.all)")
    #expect(output.stderr.holds("did you mean 'key'?"), "\(output.all)")
    #expect(!output.all.holds("hunter2"))
  }

  @Test(arguments: ["in.yaml", "key.txt"])
  func aFileOfOtherBytesIsRefused(name: String) async throws {
    let workspace = try workspace()
    try workspace.write("x: y\n", to: "in.yaml")
    try (Data("x: caf".utf8) + [0xE9, 0x0A]).write(to: URL(fileURLWithPath: workspace.path(name)))
    let output = try await workspace.run(["run", "bytes.yaml", "--inputs", "in.yaml"])
    #expect(output.status == 64, "\(output.all)")
    #expect(output.stderr.holds("not UTF-8"), "\(output.all)")
    #expect(!FileManager.default.fileExists(atPath: workspace.path("value.out")))
  }

  @Test func aMisspeltInputIsCompared() async throws {
    let workspace = try Workspace()
    try workspace.write(
      Self.runbook.replacingAll("  x: {", with: "  length: {").replacingAll(".x", with: ".length"),
      to: "bytes.yaml")
    let output = try await workspace.run(["run", "bytes.yaml", "--set", "lenght=1"])
    #expect(output.status == 64)
    #expect(output.stderr.holds("did you mean 'length'?"), "\(output.stderr)")
  }

  @Test(arguments: [
    ("recvery", "did you mean 'recovery'?"), ("drop-leftovr", "did you mean 'drop-leftover'?"),
    ("elephant", "its gates: recovery, drop-leftover"), ("", "its gates: "),
    ("recovery\u{301}", "did you mean 'recovery'?"),
  ])
  func aMisspeltGateIsRefused(gate: String, hint: String) async throws {
    let workspace = try Workspace()
    try workspace.write(Example.destructive, to: "greeting.yaml")
    let output = try await workspace.run(
      ["run", "greeting.yaml", "--approve", "recovery", "--approve", gate],
      environment: ["DATABASE_URL": "postgresql://nobody@localhost:1/none"])
    #expect(output.status == 64, "\(output.all)")
    #expect(output.stderr.holds("has no gate"), "\(output.stderr)")
    #expect(output.stderr.holds(hint), "\(output.stderr)")
    #expect(!FileManager.default.fileExists(atPath: workspace.stateFolder))
  }

  /// A step that only reads asks at no gate.
  @Test(arguments: ["missing-table", "table-there"])
  func aStepWithoutAGateIsNoGate(step: String) async throws {
    let workspace = try Workspace()
    try workspace.write(Example.destructive, to: "greeting.yaml")
    let output = try await workspace.run(
      ["run", "greeting.yaml", "--approve", "recovery", "--approve", step],
      environment: ["DATABASE_URL": "postgresql://nobody@localhost:1/none"])
    #expect(output.status == 64, "\(output.all)")
    #expect(
      output.stderr
        == """
        error: the step '\(step)' asks at no gate of its own
          its gates: recovery, drop-leftover

        """)
    #expect(!FileManager.default.fileExists(atPath: workspace.stateFolder))
  }

  @Test func showAndRunSayWhichFileIsMeant() async throws {
    let workspace = try Workspace()
    try workspace.write(Self.runbook, to: "runbooks/bytes/runbook.yaml")
    try workspace.write("k", to: "runbooks/bytes/key.txt")
    let line = "The runbook is \(workspace.path("runbooks/bytes/runbook.yaml"))\n"
    let shown = try await workspace.run(["show", "bytes"])
    #expect(shown.stdout.holds(line), "\(shown.all)")
    let run = try await workspace.run(["run", "bytes"])
    #expect(run.stdout.begins(with: line), "\(run.all)")
    let json = try await workspace.run(["show", "bytes", "--json"]).objects()
    #expect(json.first?["file"] == .string(workspace.path("runbooks/bytes/runbook.yaml")))
    let entries = try await workspace.run(["run", "bytes", "--json"])
    #expect(try !entries.objects().isEmpty)
  }
}
