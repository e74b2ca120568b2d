import Foundation
import RunbookModel
import RunbookTestSupport
import Testing

/// Which run a command is about, what it looks at before it ends anything, and what it says.
@Suite(.timeLimit(.minutes(15)))
struct RunChoiceTests {
  private let workspace: Workspace

  init() throws {
    workspace = try Workspace()
    try workspace.write(
      """
      runbook: example
      inputs: {token: {type: string, secret: true}}
      detection:
        - {id: look, shell: "true", effect: readOnly, confirms: "true"}
      recovery:
        - id: mend
          effect: mutating
          shell: {script: 'test -e "$DONE"', env: {DONE: "${{ env.DONE }}"}}
        - id: notify
          effect: mutating
          shell:
            script: 'echo ready >"$PIPE"; exec sleep 600'
            env: {PIPE: "${{ env.PIPE }}", TOKEN: "${{ inputs.token }}"}
      verification:
        - {id: check, shell: "true", effect: readOnly}
        - {id: second, shell: "true", effect: readOnly}
      """, to: "example.yaml")
  }

  private var environment: [String: String] {
    [
      "RUNBOOK_INPUT_token": "s3cret-token", "PIPE": workspace.path("pipe"),
      "DONE": workspace.path("done"),
    ]
  }

  private func run(
    _ arguments: String..., without name: String? = nil
  ) async throws -> Workspace.Output {
    try await workspace.run(arguments, environment: environment.filter { $0.key != name })
  }

  private func id() async throws -> String {
    try #require(try await run("runs", "--json").objects().first?["run"]?.stringValue)
  }

  private func isAlive(_ id: String) async throws -> Bool {
    try await run("status", id, "--json").objects().first?["alive"] == true
  }

  /// A run whose process waits in its second step.
  private func running() async throws -> (RunningProgram, id: String) {
    _ = try workspace.makePipe("pipe")
    try workspace.write("", to: "done")
    let program = try workspace.start(
      ["run", "example.yaml", "--approve", "recovery", "--approve", "notify"],
      environment: environment)
    _ = await workspace.line(ofPipe: "pipe")
    return (program, try await id())
  }

  /// A run that is held, as its first step failed.
  private func held() async throws -> String {
    let output = try await run("run", "example.yaml", "--approve", "recovery")
    #expect(output.status == 75, "\(output.all)")
    return try await id()
  }

  @Test func aRunningRunIsAbandonedByItsNameAlone() async throws {
    let (program, id) = try await running()
    let unnamed = try await run("abandon", "--reason", "given up", "--yes")
    #expect(unnamed.status == 64, "\(unnamed.all)")
    #expect(unnamed.stderr.holds("no run waits") && unnamed.stderr.holds(id), "\(unnamed.all)")
    let unsaid = try await run("abandon", id, "--reason", "given up")
    #expect(unsaid.status == 64 && unsaid.stderr.holds("--yes"), "\(unsaid.all)")
    #expect(unsaid.stdout.holds("Will be ended: process \(program.processIdentifier)"))
    #expect(unsaid.stdout.holds("In flight: step 'notify'"))
    #expect(try await isAlive(id))
    let named = try await run("abandon", id, "--reason", "given up", "--yes")
    #expect(named.status == 0, "\(named.all)")
    #expect(named.stdout.holds("It is not known whether step 'notify' took effect"))
    _ = try await program.output()
  }

  /// What the end of the step needs is not there: nothing is ended, and the run goes on.
  @Test func whatCanFailIsLookedAtBeforeAnythingIsEnded() async throws {
    let (program, id) = try await running()
    let output = try await run(
      "abandon", id, "--reason", "given up", "--yes", without: "RUNBOOK_INPUT_token")
    #expect(output.status == 69, "\(output.all)")
    #expect(output.stderr.holds("run \(id) is not abandoned, and nothing was ended"))
    #expect(try await isAlive(id))
    program.signal(SIGINT)
    _ = try await program.output()
  }

  @Test func whereSeveralWaitOneIsToBeNamed() async throws {
    let first = try await held()
    let second = try await held()
    let output = try await run("abandon", "--reason", "given up", "--yes")
    #expect(output.status == 64 && output.stderr.holds("several runs wait"), "\(output.all)")
    #expect(output.stderr.holds(first) && output.stderr.holds(second))
    #expect(try await run("abandon", first, "--reason", "given up", "--yes").status == 0)
    #expect(try await run("abandon", "--reason", "given up", "--yes").status == 0)
  }

  /// A decision is never about a run that nobody has named, where several wait; and a word that is a run's names none
  /// but it.
  @Test(arguments: [
    ["approve", "recovery", "--yes"], ["note", "seen"], ["takeover"],
    ["resolve", "mend", "--done", "--reason", "looked"],
  ])
  func aDecisionTakesTheOnlyRunThatWaits(_ words: [String]) async throws {
    let first = try await held()
    let alone = try await workspace.run(words, environment: environment)
    #expect(alone.stderr.holds("Run \(first)") as Bool, "\(alone.all)")
    #expect(alone.stderr.holds("is the one that waits") as Bool, "\(alone.all)")
    let second = try await held()
    let third = try await held()
    let output = try await workspace.run(words, environment: environment)
    #expect(output.status == 64 && output.stderr.holds("several runs wait"), "\(output.all)")
    #expect(output.stderr.holds(second) && output.stderr.holds(third), "\(output.all)")
    guard words.count > 1 else { return }
    let unsaid = try await workspace.run([words[0], second] + words.dropFirst(2))
    #expect(unsaid.status == 64 && unsaid.stderr.holds("is a run: give the"), "\(unsaid.all)")
  }

  /// Before an input is asked for, and whatever its steps are.
  @Test(arguments: [
    ["resume"], ["retry"], ["skip", "--reason", "x", "--yes"],
    ["skip", "--step", "check", "--reason", "x", "--yes"], ["retry", "--step", "mend"],
  ])
  func whatAProcessCarriesOutIsNotGoneOnWith(_ arguments: [String]) async throws {
    let (program, id) = try await running()
    let output = try await workspace.run(
      [arguments[0], id] + arguments.dropFirst(),
      environment: environment.filter { $0.key != "RUNBOOK_INPUT_token" })
    #expect(output.status == 75, "\(output.all)")
    #expect(output.stderr.holds("carried out by"), "\(output.all)")
    program.signal(SIGINT)
    _ = try await program.output()
  }

  @Test(arguments: [
    ["retry"], ["skip", "--reason", "x", "--yes"],
    ["skip", "--reason", "x", "--yes", "--step", "notify"],
  ])
  func ofACutOffRunItIsSaidWhatComesFirst(_ arguments: [String]) async throws {
    let (program, id) = try await running()
    program.signal(SIGKILL)
    _ = try await program.output()
    let output = try await workspace.run(arguments, environment: environment)
    #expect(output.status == 64 && output.stderr.holds("runbook resume \(id)"), "\(output.all)")
    _ = try await run("abandon", id, "--reason", "over", "--yes")
  }

  /// A later step is left out: those before it are still to come.
  @Test func skipShowsAllThatIsStillToCome() async throws {
    let id = try await held()
    let output = try await run("skip", id, "--step", "second", "--reason", "x")
    #expect(output.status == 64, "\(output.all)")
    for step in ["mend", "notify", "check"] { #expect(output.stdout.holds("  \(step)  ")) }
    #expect(!output.stdout.holds("it ends there"))
  }

  @Test func resumeOfAFailedStepTriesNothingAndSaysSo() async throws {
    let id = try await held()
    let output = try await run("resume", id)
    #expect(output.status == 75, "\(output.all)")
    #expect(output.stderr.holds("nothing was tried, as the run is held: step 'mend' failed"))
  }

  /// As they are printed, they find the folder.
  @Test func printedCommandsNameTheFolder() async throws {
    let folder = workspace.path("elsewhere/of it")
    let output = try await run(
      "run", "example.yaml", "--approve", "recovery", "--state", folder)
    let lines = output.stdout.pieces(separatedBy: "\n").filter { $0.holds(": runbook ") }
    #expect(lines.count >= 3, "\(output.all)")
    for line in lines { #expect(line.ends(with: " --state '\(folder)'"), "\(line)") }
  }
}
