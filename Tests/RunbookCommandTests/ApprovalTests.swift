import Foundation
import RunbookModel
import RunbookTestSupport
import Testing

/// What was approved from one terminal is what the next one runs, with the built program.
@Suite(.timeLimit(.minutes(15)))
struct ApprovalTests {
  private let workspace: Workspace

  init() throws { workspace = try Workspace() }

  /// - Parameter shell: the keys of the recovery's one step.
  private func hold(_ shell: String, environment: [String: String] = [:]) async throws -> String {
    try workspace.write(
      """
      runbook: example
      detection:
        - {id: look, shell: "true", effect: readOnly, confirms: "true"}
      recovery:
        - id: fix
          effect: mutating
          shell:
      \(shell)
      verification:
        - {id: check, shell: "true", effect: readOnly}
      """, to: "example.yaml")
    let held = try await workspace.run(["run", "example.yaml"], environment: environment)
    #expect(held.status == 75, "\(held.all)")
    let runs = try await workspace.run(["runs", "--json"])
    let id = try #require(try runs.objects().first?["run"]?.stringValue)
    let approved = try await workspace.run(["approve", id, "recovery", "--yes"])
    #expect(approved.status == 0, "\(approved.all)")
    return id
  }

  private func expectAsked(_ why: String, _ id: String, environment: [String: String] = [:])
    async throws
  {
    let resumed = try await workspace.run(["resume", id], environment: environment)
    #expect(resumed.status == 75, "\(resumed.all)")
    #expect(resumed.stdout.holds("It is not what was approved"), "\(resumed.all)")
    #expect(resumed.stdout.holds(why), "\(resumed.all)")
    #expect(!FileManager.default.fileExists(atPath: workspace.path("ran")))
  }

  /// Whatever is bound is visible: how a script is run, what it is given, and what ends its lines.
  @Test func theGateShowsHowAScriptIsRun() async throws {
    try workspace.write("true\r\n", to: "fix.sh")
    _ = try await hold(
      """
            file: fix.sh
            interpreter: [bash, -e]
            working_directory: /tmp
            stdin: some input
            env: {TARGET: staging}
      """)
    let text = try await workspace.run(["run", "example.yaml"]).stdout
    for words in [
      #"-- run by: ["bash","-e"]"#, #"-- in the folder: "/tmp""#,
      #"-- standard input: "some input""#, "-- the approval binds these variables:", "TARGET",
    ] { #expect(text.holds(words), "\(words): \(text)") }
    #expect(!text.holds("      true\n"), "\(text)")
  }

  @Test func aChangedFileThatTheScriptRunsIsAskedAnew() async throws {
    try workspace.write("echo staging > ran\n", to: "fix.sh")
    let id = try await hold("      script: sh ./fix.sh")
    try workspace.write("echo production > ran\n", to: "fix.sh")
    try await expectAsked("fix: file ./fix.sh is another", id)
  }

  @Test func aChangedVariableThatTheScriptReadsIsAskedAnew() async throws {
    let id = try await hold(
      "      script: echo \"$TARGET\" > ran", environment: ["TARGET": "staging"])
    try await expectAsked(
      "fix: environment TARGET is another", id, environment: ["TARGET": "production"])
  }

  /// What is found at one step is not all that a new approval is of.
  @Test func allThatIsAnotherSinceTheApprovalIsNamed() async throws {
    try workspace.write("echo a > ran-a\n", to: "a.sh")
    try workspace.write("echo b > ran-b\n", to: "b.sh")
    try workspace.write(
      """
      runbook: example
      detection:
        - {id: look, shell: "true", effect: readOnly, confirms: "true"}
      recovery:
        - {id: a, title: First, shell: sh ./a.sh, effect: mutating}
        - {id: b, shell: sh ./b.sh, effect: mutating}
        - {id: c, shell: echo "$TARGET" > ran-c, effect: mutating}
      verification:
        - {id: check, shell: "true", effect: readOnly}
      """, to: "example.yaml")
    let staging = ["TARGET": "staging"]
    let held = try await workspace.run(["run", "example.yaml"], environment: staging)
    let id = try #require(
      try await workspace.run(["runs", "--json"]).objects().first?["run"]?.stringValue)
    #expect(held.status == 75, "\(held.all)")
    func approve() async throws {
      let approved = try await workspace.run(
        ["approve", id, "recovery", "--yes"], environment: staging)
      #expect(approved.status == 0, "\(approved.all)")
    }
    try await approve()
    try workspace.write("echo other > ran-a\n", to: "a.sh")
    try workspace.write("echo other > ran-b\n", to: "b.sh")
    let changed = try await workspace.run(["resume", id], environment: ["TARGET": "production"])
    #expect(changed.status == 75, "\(changed.all)")
    for words in [
      "a: file ./a.sh is another", "b: file ./b.sh is another", "c: environment TARGET is another",
    ] { #expect(changed.stdout.holds(words), "\(words): \(changed.all)") }
    try await approve()
    // Also where it was a person's own change that led to it.
    try workspace.write("echo third > ran-b\n", to: "b.sh")
    let text = try String(contentsOfFile: workspace.path("example.yaml"), encoding: .utf8)
    try workspace.write(
      text.replacingAll("title: First", with: "title: The first"), to: "example.yaml")
    let accepted = try await workspace.run(
      ["resume", id, "--accept-changes"], environment: staging)
    #expect(accepted.status == 75, "\(accepted.all)")
    #expect(accepted.stdout.holds("b: file ./b.sh is another"), "\(accepted.all)")
    for name in ["ran-a", "ran-b", "ran-c"] {
      #expect(!FileManager.default.fileExists(atPath: workspace.path(name)))
    }
  }

  /// What steps read of the environment belongs to the run, like its inputs.
  @Test func aChangedValueOfTheEnvironmentIsRefused() async throws {
    let staging = ["TARGET": "staging"]
    let id = try await hold(
      """
            script: echo "$WHERE" > ran
            env: {WHERE: "${{ env.TARGET }}"}
      """, environment: staging)
    for other in [["TARGET": "production"], [:]] as [[String: String]] {
      let refused = try await workspace.run(["resume", id], environment: other)
      #expect(refused.status == 65, "\(refused.all)")
      #expect(refused.stderr.holds("env.TARGET is not what it was when the run began"))
      #expect(refused.stderr.holds("export NAME=VALUE"), "\(refused.all)")
    }
    let accepted = try await workspace.run(
      ["resume", id, "--accept-changes"], environment: ["TARGET": "production"])
    #expect(accepted.status == 75, "\(accepted.all)")
    #expect(!FileManager.default.fileExists(atPath: workspace.path("ran")))
    // As it was accepted it is what counts from then on.
    #expect(try await workspace.run(["resume", id], environment: staging).status == 65)
    let done = try await workspace.run(
      ["resume", id, "--approve", "recovery"], environment: ["TARGET": "production"])
    #expect(done.status == 0, "\(done.all)")
  }

  /// A check that leads elsewhere proves nothing.
  @Test func whatACheckReadsOfTheEnvironmentIsHeldToo() async throws {
    try workspace.write(
      """
      runbook: example
      detection:
        - {id: look, shell: "true", effect: readOnly, confirms: "true"}
      recovery:
        - {id: fix, shell: "true", effect: mutating}
      verification:
        - {id: check, http: {get: "${{ env.SITE }}"}, when: env.MODE == 'all'}
      """, to: "example.yaml")
    let before = ["SITE": "http://127.0.0.1:1/", "MODE": "all"]
    #expect(try await workspace.run(["run", "example.yaml"], environment: before).status == 75)
    for other in [["SITE": "http://127.0.0.1:2/"], ["MODE": "none"]] {
      let refused = try await workspace.run(
        ["resume", "--approve", "recovery"], environment: before.merging(other) { $1 })
      #expect(refused.status == 65, "\(refused.all)")
      #expect(refused.stderr.holds("env.\(other.keys.first ?? "") is not what it was"))
    }
    #expect(
      try await workspace.run(["resume", "--approve", "recovery"], environment: before).status != 65
    )
  }

  /// So does a check whose script names a variable, or whose programs are led by some.
  @Test(arguments: [
    (#"test "$SITE" = one"#, "SITE"), (#"test "${SITE:-}" = one"#, "SITE"),
    ("sh ./check.sh", "SITE"), ("which psql", "PGHOST"),
  ])
  func whatAScriptOfACheckNamesIsHeldToo(_ script: String, _ name: String) async throws {
    try workspace.write("test \"$SITE\" = one\n", to: "check.sh")
    try workspace.write(
      """
      runbook: example
      detection:
        - {id: look, shell: "true", effect: readOnly, confirms: "true"}
      recovery:
        - {id: fix, shell: "true", effect: mutating}
      verification:
        - id: check
          effect: readOnly
          shell: \(script)
      """, to: "example.yaml")
    let before = [name: "one", "OTHER": "one"]
    #expect(try await workspace.run(["run", "example.yaml"], environment: before).status == 75)
    let refused = try await workspace.run(
      ["resume", "--approve", "recovery"], environment: before.merging([name: "two"]) { $1 })
    #expect(refused.status == 65, "\(refused.all)")
    #expect(refused.stderr.holds("env.\(name) is not what it was"), "\(refused.all)")
    // What no script names is nobody's.
    let done = try await workspace.run(
      ["resume", "--approve", "recovery"], environment: before.merging(["OTHER": "two"]) { $1 })
    #expect(done.stdout.holds("check"), "\(done.all)")
    #expect(done.status != 65, "\(done.all)")
  }

  /// An approval that has lapsed counts again for what it was given for.
  @Test func whatIsSetBackIsAsItWasApproved() async throws {
    let staging = ["TARGET": "staging"]
    let id = try await hold("      script: echo \"$TARGET\" > ran", environment: staging)
    try await expectAsked(
      "fix: environment TARGET is another", id, environment: ["TARGET": "production"])
    let done = try await workspace.run(["resume", id], environment: staging)
    #expect(done.status == 0, "\(done.all)")
    #expect(done.stdout.holds("it is again what "), "\(done.all)")
    #expect(!done.stdout.holds("TARGET is another"), "\(done.all)")
    #expect(try String(contentsOfFile: workspace.path("ran"), encoding: .utf8) == "staging\n")
    #expect(try await workspace.run(["verify-journal", id]).status == 0)
  }

  /// A refusal in between ends what was approved before.
  @Test func aRefusalInBetweenLetsNothingCountAgain() async throws {
    let staging = ["TARGET": "staging"]
    let id = try await hold("      script: echo \"$TARGET\" > ran", environment: staging)
    try await expectAsked(
      "fix: environment TARGET is another", id, environment: ["TARGET": "production"])
    for arguments in [["--refuse", "--yes"], ["--withdraw", "--reason", "a mistake"]] {
      let output = try await workspace.run(["approve", id, "recovery"] + arguments)
      #expect(output.status == 0, "\(output.all)")
    }
    let held = try await workspace.run(["resume", id], environment: staging)
    #expect(held.status == 75, "\(held.all)")
  }

  /// Whoever approves is told where the run would not go on.
  @Test func whoApprovesInAnotherEnvironmentIsTold() async throws {
    let id = try await hold(
      "      script: echo \"$TARGET\" > ran", environment: ["TARGET": "staging"])
    #expect(
      try await workspace.run(["approve", id, "recovery", "--withdraw", "--reason", "again"])
        .status == 0)
    let other = try await workspace.run(
      ["approve", id, "recovery", "--yes"], environment: ["TARGET": "production"])
    #expect(
      other.stdout.holds("This environment is not the one that the gate was shown in: TARGET"))
    #expect(
      try await workspace.run(["approve", id, "recovery", "--withdraw", "--reason", "again"])
        .status == 0)
    let same = try await workspace.run(
      ["approve", id, "recovery", "--yes"], environment: ["TARGET": "staging"])
    #expect(!same.stdout.holds("This environment is not"), "\(same.all)")
  }

  /// Typed while detection ran, it is no answer to a question that came later; and what destroys wants
  /// what only its own screen shows.
  @Test func whatWasTypedBeforeTheQuestionIsNoAnswer() throws {
    let pipe = try workspace.makePipe("pipe")
    try workspace.write(
      """
      runbook: example
      detection:
        - {id: look, shell: "cat \(pipe)", effect: readOnly, confirms: "true"}
      recovery:
        - {id: fix, shell: "echo fixed > ran", effect: mutating}
        - {id: drop, shell: "echo dropped > ran", effect: destructive}
      verification:
        - {id: check, shell: "true", effect: readOnly}
      """, to: "example.yaml")
    let program = try TerminalProgram(["run", "example.yaml"], in: workspace, environment: [:])
    try program.await("look")
    try program.type("yes\nyes\n")
    try FileHandle(forWritingAtPath: pipe)?.close()
    try program.await("destroys: ")
    try program.await("' to approve 'recovery'")
    let code = try #require(program.shown.firstMatch(of: /Type '(approve [0-9a-f]{4})'/)).1
    // What is asked is explained, and shown again, and stands.
    try program.type("?\n")
    try program.await("Ctrl-D  nothing is decided")
    try program.await("' to approve 'recovery'")
    try program.type("show\n")
    try program.await("Gate 'recovery': this is what will run")
    try program.await("no: nothing of it runs; the run is held")
    try program.await("Type '\(code)' to approve 'recovery'")
    #expect(!FileManager.default.fileExists(atPath: workspace.path("ran")))
    try program.type("\(code)\n")
    try program.await("' to approve 'drop'")
    try program.type("\(code)\n")
    try program.await("'\(code)' was typed")
    try program.await("' to approve 'drop'")
    try program.type("no\n")
    try program.await("Gate 'drop' refused")
    #expect(program.end() == 77, "\(program.shown)")
    #expect(FileManager.default.fileExists(atPath: workspace.path("ran")))
  }

  @Test func whatIsAsItWasRuns() async throws {
    try workspace.write("echo \"$TARGET\" > ran\n", to: "fix.sh")
    let id = try await hold("      script: sh ./fix.sh; echo more >> ran")
    try workspace.write("", to: "ran")
    let elsewhere = ["SSH_TTY": "/dev/pts/9", "COLUMNS": "80"]
    let resumed = try await workspace.run(["resume", id], environment: elsewhere)
    #expect(resumed.status == 0, "\(resumed.all)")
  }
}
