import Foundation
import RunbookEngine
import RunbookModel
import RunbookTestSupport
import Synchronization
import Testing

@testable import RunbookPostgres
@testable import RunbookSteps
@testable import RunbookSystem

@Suite struct ShellKindTests {
  static let environment = ["PATH": "/usr/local/bin:/usr/bin:/bin", "HIDDEN": "secret"]
  private static let gateway = PostgresGateway { .epoch }
  let kind = ShellKind(
    environment: environment, hiddenNames: ["HIDDEN"], gateway: gateway)

  private func run(
    _ body: KeyValuePairs<String, FieldValue>, phase: Phase = .recovery,
    values: ValueMap = ValueMap(), timeout: Duration? = nil, connection: String? = nil,
    in fixture: AttemptFixture
  ) async throws -> StepResult {
    let step = KindFixture.step("shell", body, phase: phase) { options in
      if connection != nil {
        options.connection = SourceText("main", at: KindFixture.place, layout: .opaque)
      }
    }
    let activity = try kind.bind(
      step, to: KindFixture.binding(values, folder: fixture.folder, connection: connection))
    return try await activity.perform(in: fixture.context(timeout: timeout))
  }

  private func script(_ text: String) -> FieldValue { KindFixture.text(text) }

  @Test func capturesBothOutputsAndStreamsThem() async throws {
    let fixture = try AttemptFixture()
    let result = try await run(
      ["script": script("echo one; echo two >&2; printf three")], in: fixture)
    #expect(result.values["stdout"] == "one\nthree")
    #expect(result.values["stderr"] == "two\n")
    #expect(result.values["exit_code"] == 0)
    #expect(result.values["signal"] == 0)
    #expect(result.presumedFailure == nil)
    #expect(Set(fixture.lines.map(\.text)) == ["one", "two", "three"])
    #expect(result.evidence.map(\.what) == ["standard output", "standard error"])
  }

  @Test func valuesComeThroughTheEnvironmentAlone() async throws {
    let fixture = try AttemptFixture()
    let env = KindFixture.fields(["NAME": script("${{ name }}")])
    let result = try await run(
      [
        "script": script("printf '%s' \"$NAME ${HIDDEN-none} $RUNBOOK_STEP\""), "env": .fields(env),
      ],
      values: ValueMap([("name", "$(id); `id`")]), in: fixture)
    #expect(result.values["stdout"] == "$(id); `id` none a-step")
  }

  @Test func failsOfAnExitCodeWithTheLastLine() async throws {
    let fixture = try AttemptFixture()
    let result = try await run(["script": script("echo sorry >&2; exit 3")], in: fixture)
    #expect(result.presumedFailure?.record.code == "exit 3")
    #expect(result.presumedFailure?.record.cause == .refused)
    #expect(result.presumedFailure?.record.message == "the script ended with exit 3: sorry")
  }

  @Test func tellsTheSignal() async throws {
    let fixture = try AttemptFixture()
    let result = try await run(["script": script("kill -9 $$")], in: fixture)
    #expect(result.values["signal"] == 9)
    #expect(result.values["exit_code"] == 137)
    #expect(result.presumedFailure?.record.code == "signal 9")
  }

  @Test func stopsAtAnUndefinedVariableAndAFailure() async throws {
    let fixture = try AttemptFixture()
    let undefined = try await run(["script": script("echo \"$NOWHERE\"")], in: fixture)
    #expect(undefined.values["exit_code"] != 0)
    let failing = try await run(["script": script("false; echo after")], in: fixture)
    #expect(failing.values["stdout"] == "")
    #expect(failing.values["exit_code"] == 1)
  }

  @Test func runsInTheRunbooksFolderAndReadsItsInput() async throws {
    let fixture = try AttemptFixture()
    let result = try await run(
      ["script": script("pwd; cat"), "stdin": script("in ${{ 1 + 1 }}")], in: fixture)
    #expect(result.values["stdout"] == .string("\(fixture.folder)\nin 2"))
  }

  @Test func anotherInterpreterGetsTheScriptAsAFile() async throws {
    let fixture = try AttemptFixture()
    let result = try await run(
      [
        "script": script("echo $BASH_VERSION | cut -c1-1; set -o pipefail; false | true"),
        "interpreter": .list([script("bash"), script("-u")]),
      ], in: fixture)
    #expect(result.values["stdout"] == "5\n")
    #expect(result.values["exit_code"] == 1)
  }

  @Test func runsAScriptThatIsTooLongForAnArgument() async throws {
    let fixture = try AttemptFixture()
    let long = String(repeating: "# a comment\n", count: 20_000) + "echo end"
    let result = try await run(["script": script(long)], in: fixture)
    #expect(result.values["stdout"] == "end\n")
  }

  @Test func longOutputGoesOnInAPrivateFile() async throws {
    let fixture = try AttemptFixture()
    let result = try await run(
      [
        "script": script("i=0; while [ $i -lt 2000 ]; do echo 0123456789; i=$((i+1)); done"),
        "output_limit": .int(1000),
      ], in: fixture)
    // Expressions see all of it; the engine stores 1,000 bytes.
    #expect(result.values["stdout"]?.stringValue?.utf8.count == 22_000)
    #expect(result.storedLimits["stdout"]?.bytes == 1000)
    #expect(result.incomplete.isEmpty)
    let file = fixture.evidenceFolder + "/stdout.txt"
    let attributes = try FileManager.default.attributesOfItem(atPath: file)
    #expect(attributes[.size] as? Int == 22_000)
    #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o600)
    #expect(result.evidence.map(\.uncutSize) == [nil, nil])
  }

  @Test func repairsWhatIsNotText() async throws {
    let fixture = try AttemptFixture()
    let result = try await run(["script": script("printf 'a\\000b\\377c'")], in: fixture)
    #expect(result.values["stdout"] == "ab\u{FFFD}c")
  }

  @Test func saysWhatCouldNotBeHeld() {
    var capture = BoundedCapture(
      limit: 2, mostHeld: 4, folder: "/dev/null", fileName: "f", redactor: .none)
    capture.append(Array("aäöü".utf8))
    var result = StepResult()
    capture.mark("stdout", in: &result)
    #expect(capture.text == "aä")
    #expect(result.incomplete["stdout"] == Incomplete(held: 3, total: 7, noun: "bytes"))
  }

  /// What has no end fills no disk, and how much is missing is said.
  @Test func aFileOfOutputHasALimit() throws {
    let fixture = try AttemptFixture()
    var capture = BoundedCapture(
      limit: 2, mostHeld: 4, mostFiled: 6, folder: fixture.evidenceFolder, fileName: "f",
      redactor: .none)
    for piece in ["abc", "de", "fghi", "jk"] { capture.append(Array(piece.utf8)) }
    capture.finish()
    let file = try String(contentsOfFile: fixture.evidenceFolder + "/f", encoding: .utf8)
    #expect(file == "abcdef")
    #expect(
      capture.notices(of: "stdout") == [
        "11 bytes of stdout came; its file keeps the first 6, and the rest was not stored"
      ])
    let evidence = capture.evidence("output", key: "stdout", source: "s")
    #expect(evidence.map(\.uncutSize) == [11, 11] && evidence.allSatisfy(\.isCut))
  }

  @Test(.enabled(if: TestServer.isAvailable))
  func giveAConnectionsVariablesReadOnlyWhereThePhaseIs() async throws {
    let fixture = try AttemptFixture()
    let server = try #require(TestServer.shared)
    let database = server.makeDatabase()
    let name = SourceText("main", at: KindFixture.place, layout: .opaque)
    try await Self.gateway.configure(
      Runbook.Connection(
        name: "main", place: KindFixture.place, kind: "postgres", url: name),
      url: server.url(of: database) + " options='-c app.a=b'")
    let body: KeyValuePairs = ["script": script("printf '%s' \"$PGDATABASE $PGOPTIONS\"")]
    let changing = try await run(body, connection: "main", in: fixture)
    #expect(changing.values["stdout"] == .string("\(database) -c app.a=b"))
    let reading = try await run(body, phase: .detection, connection: "main", in: fixture)
    #expect(
      reading.values["stdout"]
        == .string("\(database) -c app.a=b -c default_transaction_read_only=on"))
  }

  @Test func tellsWhatCannotBeStarted() async throws {
    let fixture = try AttemptFixture()
    let failure = await #expect(throws: StepFailure.self) {
      _ = try await run(
        ["script": script(""), "interpreter": .list([script("no-such-program")])], in: fixture)
    }
    #expect(failure?.record.cause == .unreachable)
    #expect(failure?.record.message.holds("no-such-program") == true)
  }

  @Test(
    arguments: [
      ("nosuch | grep x", "`nosuch | …`"),
      ("if /usr/bin/nosuch | grep -q x; then :; fi", "`nosuch | …`"),
      ("A=1 pg_dump x |& gzip > f", "`pg_dump | …`"), ("n=$(nosuch | wc -l)", "`nosuch | …`"),
      ("echo x | nosuch | wc -l", "`nosuch | …`"), ("nosuch || true", "`|| true`"),
      ("nosuch || :; echo x", "`|| :`"), ("nosuch || exit 0", "`|| exit 0`"),
      ("(nosuch | grep x)", "`nosuch | …`"),
      ("set -o pipefail; nosuch | grep x", nil), ("set -euo pipefail\nnosuch | grep x", nil),
      ("echo \"$X\" | grep x", nil), ("printf x | grep x", nil), ("echo 'a | b' | cat", nil),
      ("case $1 in a | b) c;; esac", nil), ("case $1 in\n a|b) c;; esac", nil),
      ("nosuch || echo failed", nil), ("nosuch || exit 3", nil), ("nosuch >| f", nil),
      ("# a | b", nil), ("", nil),
    ] as [(String, String?)])
  func tellsWhatHidesAFailure(_ text: String, _ what: String?) throws {
    let found = KindFixture.check(kind, KindFixture.step("shell", ["script": script(text)]))
    #expect(found.map(\.code) == (what == nil ? [] : [.swallowedFailure]))
    #expect(found.allSatisfy { $0.severity == .warning })
    if let what { #expect(found.first?.message.begins(with: what) == true, "\(found)") }
    let told = KindFixture.step(
      "shell",
      [
        "script": script(text),
        "interpreter": .list(["bash", "-eu", "-o", "pipefail"].map { script($0) }),
      ])
    #expect(KindFixture.check(kind, told).count == (what?.begins(with: "`|") == true ? 1 : 0))
  }

  @Test(
    arguments: [
      ("pg_ctl -D d -w start", "`pg_ctl start`"),
      ("\"$BIN/pg_ctl\" restart -D d", "`pg_ctl start`"),
      ("pg_ctl -D d stop", nil), ("pg_ctl status; echo start", nil), ("nohup ./serve", "`nohup`"),
      ("cd x && setsid -f ./serve", "`setsid`"), ("./serve &", "`&`"), ("(./serve &)", "`&`"),
      ("./serve & echo on", "`&`"), ("./serve > log 2>&1 &", "`&`"), ("./serve &> log", nil),
      ("./a & ./b & wait", nil), ("a && b || c; d | e", nil), ("a 2>&1; b >&2; c <&3", nil),
      ("echo 'a &' \"b &\" # c &", nil), ("echo a \\& b", nil), ("sleep 5 & disown", "`disown`"),
      ("systemd-run --user ./serve", "`systemd-run`"),
      ("redis-server --daemonize yes", "`--daemonize`"),
      ("echo nohup-not", nil), ("", nil), ("'", nil), ("\\", nil),
    ] as [(String, String?)])
  func tellsWhatMayGoOnAfterTheScript(_ text: String, _ what: String?) throws {
    let step = KindFixture.step("shell", ["script": script(text)])
    // What a pipeline hides is another matter.
    let found = KindFixture.check(kind, step).filter { $0.code != .swallowedFailure }
    #expect(found.map(\.code) == (what == nil ? [] : [.leavesRunning]))
    #expect(found.allSatisfy { $0.severity == .warning })
    if let what { #expect(found.first?.message.begins(with: what) == true) }
    let said = KindFixture.step("shell", ["script": script(text), "leaves": script("running")])
    #expect(!KindFixture.check(kind, said).contains { $0.code == .leavesRunning })
    let other = KindFixture.step(
      "shell", ["script": script(text), "interpreter": .list([script("/usr/bin/python3")])])
    #expect(KindFixture.check(kind, other).isEmpty)
  }

  @Test func validatesItsStep() {
    func codes(_ step: Step) -> [DiagnosticCode] { KindFixture.check(kind, step).map(\.code) }
    #expect(codes(KindFixture.step("shell", ["script": script("true")])).isEmpty)
    #expect(codes(KindFixture.step("shell", [:])) == [.oneKeyOf])
    #expect(
      codes(KindFixture.step("shell", ["script": script("a")], phase: .detection))
        == [.undeclaredEffect])
    #expect(
      codes(
        KindFixture.step("shell", ["script": script("a")], phase: .detection) {
          $0.effect = .readOnly
        }
      ).isEmpty)
    let env = KindFixture.fields(["1A": script("x"), "RUNBOOK_RUN": script("x"), "OK": script("x")])
    #expect(
      codes(KindFixture.step("shell", ["script": script("a"), "env": .fields(env)]))
        == [.variableName, .variableName])
  }
}
