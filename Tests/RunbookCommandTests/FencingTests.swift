import Foundation
import RunbookModel
import RunbookTestSupport
import Testing

/// An executor that was really stopped and continued: what was recorded as not done is not done afterwards
/// (law L5).
@Suite(.enabled(if: TestServer.isAvailable), .timeLimit(.minutes(15)))
struct FencingTests {
  private let workspace: Workspace
  private let database: Database
  /// Where the program finds the server's socket: without it the server cannot be reached.
  private let door: String

  init() throws {
    workspace = try Workspace()
    database = try Database(
      """
      CREATE TABLE ledger (step text);
      CREATE TABLE go (a int);
      CREATE FUNCTION wait_to_go() RETURNS void LANGUAGE plpgsql AS $$ BEGIN
        WHILE NOT EXISTS (SELECT FROM go) LOOP PERFORM pg_sleep(0.01); END LOOP;
      END $$
      """)
    door = workspace.path("door")
    try openDoor()
  }

  private var server: String { TestServer.shared?.folder ?? "" }
  private func openDoor() throws {
    try FileManager.default.createSymbolicLink(atPath: door, withDestinationPath: server)
  }
  private func closeDoor() throws { try FileManager.default.removeItem(atPath: door) }

  private var environment: [String: String] {
    ["DATABASE_URL": (database.environment["DATABASE_URL"] ?? "").replacingAll(server, with: door)]
  }

  private func run(_ arguments: String...) async throws -> Workspace.Output {
    try await workspace.run(arguments, environment: environment)
  }

  private var ledger: String {
    database.query("SELECT string_agg(step, ' ' ORDER BY step) FROM ledger")
  }

  private func id() async throws -> String {
    try #require(try await run("runs", "--json").objects().first?["run"]?.stringValue)
  }

  private static let fix = """
    sql: INSERT INTO ledger VALUES ('fix'); SELECT wait_to_go()
    """

  private func write(_ fix: String = Self.fix, receipts: Bool = true) throws {
    try workspace.write(
      """
      runbook: example
      connections:
        main:
          kind: postgres
          url: "${{ env.DATABASE_URL }}"
          receipts: \(receipts ? "database" : "none")
      detection:
        - {id: look, sql: SELECT 1 AS n, confirms: "rows[0].n == 1"}
      recovery:
        - id: fix
          \(fix)
        - {id: last, sql: INSERT INTO ledger VALUES ('last')}
      verification:
        - {id: check, sql: SELECT 1}
      """, to: "example.yaml")
  }

  /// A run whose executor is stopped in the transaction of `fix`, all of whose statements are done: continued, it
  /// would commit.
  private func stoppedBeforeItsCommit() async throws -> RunningProgram {
    let program = try workspace.start(
      ["run", "example.yaml", "--approve", "recovery", "--approve", "fix"],
      environment: environment)
    database.awaitStatement("%wait_to_go%")
    program.signal(SIGSTOP)
    database.query("INSERT INTO go VALUES (1)")
    database.query(
      """
      DO $$ BEGIN
        WHILE NOT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database()
            AND state = 'idle in transaction') LOOP
          PERFORM pg_sleep(0.01), pg_stat_clear_snapshot();
        END LOOP;
      END $$
      """)
    return program
  }

  /// The same, and the run was taken over in vain, as the database could not be reached.
  private func takenOverInVain() async throws -> (RunningProgram, id: String) {
    let program = try await stoppedBeforeItsCommit()
    let id = try await id()
    try closeDoor()
    let held = try await run("takeover", id)
    #expect(held.status == 75 && held.stdout.holds("not known whether"), "\(held.all)")
    try openDoor()
    return (program, id)
  }

  private func continued(_ program: RunningProgram) async throws {
    program.signal(SIGCONT)
    let output = try await program.output()
    #expect(output.status == 75 && output.stderr.holds("was taken over by"), "\(output.all)")
  }

  @Test(arguments: [true, false])
  func aTakeoverEndsTheTransactionAndDoesTheStepOnce(receipts: Bool) async throws {
    try write(
      receipts
        ? Self.fix
        : Self.fix + """

              settle:
                sql: SELECT count(*) AS n FROM ledger WHERE step = 'fix'
                done: rows[0].n > 0
          """, receipts: receipts)
    let program = try await stoppedBeforeItsCommit()
    let output = try await run("takeover", try await id(), "--approve", "fix")
    #expect(output.status == 0, "\(output.all)")
    let status = try await run("status").stdout
    #expect(status.holds("Ended of step 'fix' by "), "\(status)")
    #expect(status.holds("by pg_terminate_backend"), "\(status)")
    try await continued(program)
    #expect(ledger == "fix last")
  }

  @Test(arguments: [true, false])
  func whatWasSkippedIsNotCommittedAfterwards(receipts: Bool) async throws {
    try write(receipts: receipts)
    let (program, id) = try await takenOverInVain()
    let output = try await run("skip", id, "--step", "fix", "--reason", "by hand", "--yes")
    #expect(output.status == 0, "\(output.all)")
    #expect(try await run("journal", id).stdout.holds("no receipt is there") == receipts)
    try await continued(program)
    #expect(ledger == "last")
  }

  @Test(arguments: [true, false])
  func whatIsResolvedAsNotDoneIsNotCommittedAfterwards(receipts: Bool) async throws {
    try write(receipts: receipts)
    let (program, id) = try await takenOverInVain()
    let output = try await run("resolve", id, "fix", "--not-done", "--reason", "I looked")
    #expect(output.status == 0, "\(output.all)")
    // What the receipt shows is a proof, and stands before the word.
    let journal = try await run("journal", id).stdout
    #expect(journal.holds("no receipt is there") == receipts)
    #expect(journal.holds("I looked"))
    #expect(try await run("verify-journal", id).status == 0)
    try await continued(program)
    #expect(ledger == "")
    #expect(try await run("resume", id).status == 0)
    #expect(ledger == "fix last")
  }

  /// A word does not stand against a receipt that is not there.
  @Test func whatHasNoReceiptIsNotResolvedAsDone() async throws {
    try write()
    let (program, id) = try await takenOverInVain()
    let output = try await run("resolve", id, "fix", "--done", "--reason", "I think so")
    #expect(output.status == 64 && output.stderr.holds("'fix' is not done"), "\(output.all)")
    try await continued(program)
    #expect(try await run("resume", id).status == 0)
    #expect(ledger == "fix last")
  }

  @Test(arguments: [true, false])
  func ofAnAbandonedRunNothingIsCommittedAndNobodyIsLeft(receipts: Bool) async throws {
    try write(receipts: receipts)
    let program = try await stoppedBeforeItsCommit()
    let output = try await run("abandon", try await id(), "--reason", "restored by hand", "--yes")
    #expect(output.status == 0, "\(output.all)")
    #expect(try await program.output().status == -SIGKILL)
    #expect(ledger == "")
    #expect(
      database.query(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
          + "AND application_name LIKE 'runbook%'") == "0")
    let journal = try await run("journal")
    #expect(journal.stdout.holds("\"settlement\":\"notDone\"") == receipts)
  }

  @Test func abandonEndsAScriptsProcesses() async throws {
    let pipe = try workspace.makePipe("pipe")
    try write("shell: {script: 'echo $$ >\"$PIPE\"; exec sleep 600'}\n    effect: mutating")
    let program = try workspace.start(
      ["run", "example.yaml", "--approve", "recovery", "--approve", "fix"],
      environment: environment.merging(["PIPE": pipe]) { $1 })
    let script = try #require(Int32(await workspace.line(ofPipe: "pipe")))
    program.signal(SIGSTOP)
    let output = try await run("abandon", try await id(), "--reason", "given up", "--yes")
    #expect(output.status == 0, "\(output.all)")
    #expect(try await program.output().status == -SIGKILL)
    #expect(!output.stderr.holds("Still there"), "\(output.all)")
    #expect(output.stderr.holds("Ended: process \(script) (sleep 600)"), "\(output.all)")
    // Who ended what, and how, is kept.
    let status = try await run("status").stdout
    #expect(status.holds("Ended of step 'fix' by "), "\(status)")
    #expect(status.holds("process \(script) (sleep 600)"), "\(status)")
    #expect(status.holds("by SIGTERM"), "\(status)")
    #expect(status.holds("the process that carried the run out ("), "\(status)")
    #expect(status.holds("by SIGKILL, as it was stopped"), "\(status)")
    let report = try await run("report").stdout
    #expect(report.holds("what `fix` had left was ended by"), "\(report)")
    #expect(try await run("verify-journal").status == 0)
    // Nobody may have waited for it yet: then its number is there, and nothing of it.
    let command = FileManager.default.contents(atPath: "/proc/\(script)/cmdline") ?? Data()
    #expect(command.isEmpty)
  }

  @Test(arguments: ["skip", "resolve", "abandon"])
  func nothingIsRecordedUnseenUnlessAPersonSaysSo(command: String) async throws {
    try write()
    let (program, id) = try await takenOverInVain()
    try closeDoor()
    let arguments =
      switch command {
      case "skip": ["skip", id, "--step", "fix", "--reason", "gone", "--yes"]
      case "resolve": ["resolve", id, "fix", "--not-done", "--reason", "gone"]
      default: ["abandon", id, "--reason", "gone", "--yes"]
      }
    let before = try await run("journal", id).stdout
    let refused = try await workspace.run(arguments, environment: environment)
    #expect(refused.status == 69, "\(refused.all)")
    #expect(refused.stderr.holds("may still take effect") && refused.stderr.holds("--unreachable"))
    let after = try await run("journal", id).stdout
    #expect(after == before)
    _ = try await workspace.run(arguments + ["--unreachable"], environment: environment)
    let journal = try await run("journal", id).stdout
    #expect(journal.holds("gone [recorded without a look: step 'fix': "))
    try openDoor()
    // The generation in the journal keeps it off all the same.
    program.signal(SIGCONT)
    _ = try await program.output()
    #expect(ledger == "")
  }

  /// The word counts until somebody can look: then the receipt is the fact (law L6).
  @Test func aWordThatNobodyCouldCheckIsHeldAgainstTheReceipt() async throws {
    try write()
    let (program, id) = try await takenOverInVain()
    try await continued(program)
    try closeDoor()
    let before = try await run("journal", id).stdout
    let refused = try await run("resolve", id, "fix", "--done", "--reason", "the pager says so")
    #expect(refused.status == 69 && refused.stderr.holds("--unreachable"), "\(refused.all)")
    #expect(try await run("journal", id).stdout == before)
    let word = try await run(
      "resolve", id, "fix", "--done", "--reason", "the pager says so", "--unreachable")
    #expect(word.status == 0, "\(word.all)")
    let unlooked = try await run("resume", id)
    #expect(unlooked.all.holds("a person's word alone, and cannot be looked at"), "\(unlooked.all)")
    try openDoor()
    for _ in 1...2 {
      let held = try await run("resume", id)
      #expect(held.status == 75, "\(held.all)")
      #expect(held.stdout.holds("it was declared done by"), "\(held.all)")
      #expect(held.stdout.holds("no receipt is there"), "\(held.all)")
      #expect(ledger == "")
    }
    let taken = try await run("resolve", id, "fix", "--not-done", "--reason", "it was not")
    #expect(taken.status == 0, "\(taken.all)")
    // The step behind it was begun in vain while nobody could reach the database.
    #expect(try await run("resume", id).status == 75)
    #expect(ledger == "fix")
    let output = try await run("retry", id)
    #expect(output.status == 0, "\(output.all)")
    #expect(ledger == "fix last")
    #expect(try await run("verify-journal", id).status == 0)
  }

  /// Called done, and left out, unseen, of a step that is done.
  @Test(arguments: ["resolve", "skip"])
  func whatIsDoneIsFoundDoneBehindAWord(command: String) async throws {
    try write()
    let id = try await killedInItsCommit()
    try closeDoor()
    let arguments =
      command == "skip"
      ? ["skip", id, "--step", "fix", "--reason", "x", "--yes", "--unreachable"]
      : ["resolve", id, "fix", "--done", "--reason", "x", "--unreachable"]
    _ = try await workspace.run(arguments, environment: environment)
    try openDoor()
    let output = try await run("resume", id)
    if command == "skip" {
      #expect(output.status == 75, "\(output.all)")
      #expect(output.stdout.holds("left out by") && output.stdout.holds("and is done"))
      // The step behind it was begun in vain while nobody could reach the database.
      #expect(try await run("resume", id).status == 75)
      #expect(try await run("retry", id).status == 0)
    } else {
      #expect(output.status == 0, "\(output.all)")
    }
    #expect(ledger == "fix last")
    let status = try await run("status", id)
    // What people said stays said; how the steps stand is what was found.
    let standing = status.stdout.halves(at: "What people decided:")?.before ?? ""
    #expect(standing.firstMatch(of: /fix +1 +succeeded/) != nil, "\(status.all)")
    #expect(!standing.holds("declared") && !standing.holds("left out"), "\(status.all)")
    #expect(try await run("verify-journal", id).status == 0)
  }

  /// A receipt that is there needs nobody's word.
  @Test func whatIsFoundDoneIsRecordedAsThat() async throws {
    try write()
    let id = try await killedInItsCommit()
    let output = try await run("resolve", id, "fix", "--done", "--reason", "I looked")
    #expect(output.status == 0 && output.stdout.holds("is done: the receipt"), "\(output.all)")
    #expect(try await run("resume", id).status == 0)
    let status = try await run("status", id)
    #expect(!status.stdout.holds("declared"), "\(status.all)")
  }

  /// The server commits what a killed process had asked it to commit.
  private func killedInItsCommit() async throws -> String {
    database.query(
      """
      INSERT INTO go VALUES (1);
      CREATE FUNCTION linger() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN PERFORM pg_sleep(0.5); RETURN NULL; END $$;
      CREATE CONSTRAINT TRIGGER linger AFTER INSERT ON ledger DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW WHEN (NEW.step = 'fix') EXECUTE FUNCTION linger()
      """)
    let program = try workspace.start(
      ["run", "example.yaml", "--approve", "recovery"], environment: environment)
    // Killed at once, the server would notice that nobody waits for the answer.
    // The step's own: only that one sleeps.
    database.awaitStatement("SET CONSTRAINTS ALL IMMEDIATE' AND wait_event = 'PgSleep")
    program.signal(SIGSTOP)
    database.query(
      "DO $$ BEGIN WHILE NOT EXISTS (SELECT FROM ledger) LOOP PERFORM pg_sleep(0.01); END LOOP; END $$"
    )
    program.signal(SIGKILL)
    _ = try await program.output()
    let id = try await id()
    try closeDoor()
    #expect(try await run("resume", id).status == 75)
    try openDoor()
    return id
  }

  @Test func whatIsDoneIsNeitherSkippedNorNotDone() async throws {
    try write()
    let id = try await killedInItsCommit()
    for arguments in [
      ["skip", id, "--step", "fix", "--reason", "x", "--yes"],
      ["resolve", id, "fix", "--not-done", "--reason", "x"],
    ] {
      let output = try await workspace.run(arguments, environment: environment)
      #expect(output.status == 64, "\(output.all)")
      #expect(output.stderr.holds("is done"))
      #expect(output.stderr.holds("runbook resume \(id)"))
    }
    #expect(try await run("resume", id).status == 0)
    #expect(ledger == "fix last")
  }

  /// Whatever the step has become since.
  @Test func aReceiptIsHeldAgainstWhatItsAttemptWasToDo() async throws {
    try write()
    let id = try await killedInItsCommit()
    try write("sql: INSERT INTO ledger VALUES ('another')")
    let output = try await run("resume", id, "--accept-changes", "--approve", "recovery")
    #expect(output.status == 0, "\(output.all)")
    #expect(ledger == "fix last")
  }

  @Test func anAbandonedRunSaysWhatIsDone() async throws {
    try write()
    let id = try await killedInItsCommit()
    let output = try await run("abandon", id, "--reason", "restored", "--yes")
    #expect(output.status == 0 && output.stdout.holds("Step 'fix' is done"), "\(output.all)")
    let journal = try await run("journal", id).stdout
    #expect(journal.holds("\"settlement\":\"done\""))
    #expect(ledger == "fix")
  }

  @Test func aChangeOfWhatIsNotSettledIsNotAccepted() async throws {
    try write()
    let (program, id) = try await takenOverInVain()
    try await continued(program)
    try write("shell: 'true'\n    effect: readOnly")
    let refused = try await run("resume", id, "--accept-changes", "--approve", "recovery")
    #expect(refused.status == 65, "\(refused.all)")
    #expect(refused.stderr.holds("step 'fix' is not settled, and its kind 'sql' is 'shell' now"))
    try write("sql: INSERT INTO ledger VALUES ('another')")
    let output = try await run("resume", id, "--accept-changes", "--approve", "recovery")
    #expect(output.status == 0, "\(output.all)")
    #expect(ledger == "another last")
  }
}
