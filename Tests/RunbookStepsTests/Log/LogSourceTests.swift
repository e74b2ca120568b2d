import Foundation
import RunbookEngine
import RunbookModel
import RunbookTestSupport
import Testing

@testable import RunbookLogs
@testable import RunbookSystem

/// Where a log is read: files, rotated and packed ones too, and commands.
@Suite struct LogSourceTests {
  private let fixture: LogFixture

  init() throws { fixture = try LogFixture() }

  private func file(_ name: String, _ lines: String...) throws {
    _ = try fixture.attempt.file(name, lines.map { "2025-10-18 \($0)\n" }.joined())
  }

  private func pack(_ name: String) async throws {
    let output = try await ChildProcess.run(
      ["gzip", "-f", "\(fixture.folder)/\(name)"], environment: ["PATH": ProgramPath.standard])
    try #require(output.exitCode == 0)
  }

  private func read(
    _ path: FieldValue, _ more: KeyValuePairs<String, FieldValue> = [:]
  ) async throws -> StepResult {
    try await fixture.perform(
      [("path", path), ("format", KindFixture.text("iso8601"))] + more.map { ($0.key, $0.value) })
  }

  @Test func readsRotatedFilesInTheOrderOfTime() async throws {
    try file("a.log.2", "22:00:01 one", "22:00:02 two")
    try await pack("a.log.2")
    try file("a.log.1", "22:00:03 three", "22:00:04 four")
    try file("a.log", "22:00:05 five")
    try file("a.log.empty")
    let result = try await read(KindFixture.text("a.log*"))
    #expect(result.texts == ["one", "two", "three", "four", "five"])
    #expect(result.notices == [])
    #expect(result.evidence.map(\.source) == ["\(fixture.folder)/a.log*"])
  }

  @Test func readsAListAndEachFileOnce() async throws {
    try file("b", "22:00:03 b")
    try file("a", "22:00:01 a")
    let link = "\(fixture.folder)/link"
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "b")
    let result = try await read(LogFixture.words("b", "link", "[ab]", "\(fixture.folder)/a"))
    #expect(result.texts == ["a", "b"])
    #expect(result.evidence.first?.source.holds("b, ") == true)
  }

  /// Neither hides the other.
  @Test(arguments: ["a[1]", "a*", "a?"])
  func takesAFileWhoseNameIsThePattern(_ name: String) async throws {
    try file(name, "22:00:01 this")
    try file("a1", "22:00:02 that")
    let result = try await read(KindFixture.text(name))
    #expect(result.texts == ["this", "that"])
    #expect(
      result.notices == [
        "\(fixture.folder)/\(name) is a file's own name and a pattern: it is read, and what it matches"
      ])
  }

  /// Whatever a pattern names and is no file is told, and not touched.
  @Test func tellsWhatOfAPatternIsNoFile() async throws {
    try file("a.log", "22:00:01 this")
    let path = { (name: String) in "\(fixture.folder)/\(name)" }
    try FileManager.default.createDirectory(
      atPath: path("a.log.d"), withIntermediateDirectories: true)
    try #require(mkfifo(path("a.log.fifo"), 0o600) == 0)
    try FileManager.default.createSymbolicLink(
      atPath: path("a.log.null"), withDestinationPath: "/dev/null")
    let result = try await read(KindFixture.text("a.log*"))
    #expect(result.texts == ["this"])
    #expect(
      result.notices == [
        "not read: \(path("a.log.d")): it is a folder",
        "not read: \(path("a.log.fifo")): it is a named pipe",
        "not read: \(path("a.log.null")): it is a device",
      ])
    #expect(result.values["unread"]?.listValue?.count == 3)
  }

  /// A folder on the pattern's way that cannot be looked into: a link that leads to itself.
  @Test(arguments: ["*/a.log", "*/*.log"])
  func tellsWhichFolderOfAPatternCannotBeRead(_ pattern: String) async throws {
    let path = { (name: String) in "\(fixture.folder)/\(name)" }
    try FileManager.default.createDirectory(
      atPath: path("one"), withIntermediateDirectories: true)
    try file("one/a.log", "22:00:01 this")
    try FileManager.default.createSymbolicLink(
      atPath: path("loop"), withDestinationPath: "loop")
    let result = try await read(KindFixture.text(pattern))
    #expect(result.texts == ["this"])
    #expect(result.notices.count == 1)
    #expect(result.notices.first?.begins(with: "not read: \(path("loop"))") == true)
  }

  /// A pipe that is named waits for somebody, or is empty: neither is a log.
  @Test(arguments: ["pipe", "p*"]) func refusesAPipe(_ name: String) async throws {
    try #require(mkfifo("\(fixture.folder)/pipe", 0o600) == 0)
    let failure = await #expect(throws: StepFailure.self) {
      _ = try await read(KindFixture.text(name))
    }
    #expect(failure?.record.cause == .unreachable)
  }

  /// Of a value, and of the folder's own name, no sign is a pattern's.
  @Test(arguments: [
    ("${{ name }}", "a*", nil as String?), ("${{ name }}", "a?", nil),
    ("${{ name }}", "[ab]1", nil),
    ("${{ name }}*", "a[1]", "brackets"), ("${{ name }}?", "a*", "star"),
    ("*${{ name }}", "1]", "brackets"),
    ("?${{ name }}.log", "\\", "back"),
  ])
  func takesAValueByItsSigns(_ path: String, _ name: String, _ text: String?) async throws {
    let folder = "\(fixture.folder)/x[1]*"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    for (name, text) in [
      ("a1", "plain"), ("b1", "other"), ("a[1]x", "brackets"), ("a[1]", "brackets"),
      ("a*b", "star"),
      ("a\\.log", "back"),
    ] {
      try file("x[1]*/\(name)", "22:00:01 \(text)")
    }
    let step = LogFixture.step([
      ("path", KindFixture.text(path)), ("format", KindFixture.text("iso8601")),
    ])
    let values = ValueMap([("name", .string(name))])
    let kind = LogKind(environment: [:], gateway: nil)
    let activity = try kind.bind(step, to: KindFixture.binding(values, folder: folder))
    guard let text else {
      await #expect(throws: StepFailure.self) {
        _ = try await activity.perform(in: fixture.attempt.context())
      }
      return
    }
    let result = try await activity.perform(in: fixture.attempt.context())
    #expect(Set(result.texts) == [text])
  }

  /// Whatever a value holds, in a pattern it matches itself and nothing else.
  @Test func aValueInAPatternIsLiteral() {
    let failure = Property().firstFailure { generator in
      let name = HostileText.text(&generator, pieces: 1...6, excluding: ["\0"])
      let other = HostileText.text(&generator, pieces: 1...6, excluding: ["\0"])
      let pattern = LogPath.literal(name)
      guard fnmatch(pattern, name, 0) == 0 else { return "\(name.debugDescription) is not matched" }
      guard name.isIdentical(to: other) || fnmatch(pattern, other, 0) != 0 else {
        return "\(other.debugDescription) is matched by \(name.debugDescription)"
      }
      return nil
    }
    #expect(failure == nil)
  }

  @Test(arguments: [
    (["nothing*.log"], "no file matches FOLDER/nothing*.log"),
    (["there", "gone"], "cannot read FOLDER/gone: No such file or directory"),
    (["."], "cannot read FOLDER/.: Is a directory"),
  ])
  func saysWhatIsMissing(_ paths: [String], _ message: String) async throws {
    try file("there", "22:00:01 x")
    let failure = await #expect(throws: StepFailure.self) {
      _ = try await read(.list(paths.map(KindFixture.text)))
    }
    #expect(failure?.record.cause == .unreachable)
    #expect(
      failure?.record.message
        == message.replacingOccurrences(of: "FOLDER", with: fixture.folder))
  }

  /// A name that leads nowhere, as of a file that was rotated away between the looking and the opening.
  @Test func goesOnWhenAFileOfAPatternWentAway() async throws {
    try file("a.log", "22:00:01 a")
    try FileManager.default.createSymbolicLink(
      atPath: "\(fixture.folder)/a.log.1", withDestinationPath: "gone")
    let result = try await read(KindFixture.text("a.log*"))
    #expect(result.texts == ["a"])
    let why = "it went away before it could be read"
    #expect(result.notices == ["not read: \(fixture.folder)/a.log.1: \(why)"])
    #expect(
      result.values["unread"]
        == [["file": .string("\(fixture.folder)/a.log.1"), "why": .string(why)]])
  }

  @Test func readsPackedFilesOfManyMembers() async throws {
    for name in ["one", "two"] {
      try file(name, "22:00:0\(name.unicodeScalars.count) \(name)")
      try await pack(name)
    }
    var both = try Data(contentsOf: URL(fileURLWithPath: "\(fixture.folder)/one.gz"))
    both += try Data(contentsOf: URL(fileURLWithPath: "\(fixture.folder)/two.gz"))
    both += Data(count: 512)
    try both.write(to: URL(fileURLWithPath: "\(fixture.folder)/both"))
    let result = try await read(KindFixture.text("both"))
    #expect(result.texts == ["one", "two"])
    #expect(result.notices == [])
  }

  @Test(arguments: ["cut", "damaged"])
  func saysThatAPackedFileIsNotWhole(_ how: String) async throws {
    let lines = (0..<200_000).map { "22:00:01 line \($0 &* 7_919 % 100_003)\n2025-10-18 " }
    try file("a", lines.joined())
    try await pack("a")
    let url = URL(fileURLWithPath: "\(fixture.folder)/a.gz")
    var bytes = try Data(contentsOf: url)
    if how == "cut" {
      bytes.removeLast(bytes.count / 2)
    } else {
      for index in bytes.count / 2..<bytes.count / 2 + 1000 { bytes[index] ^= 0x5A }
    }
    try bytes.write(to: url)
    let result = try await read(KindFixture.text("a.gz"))
    #expect(result.timeline.first?.text == "line 0")
    #expect(result.notices.contains { $0.begins(with: "not all of \(url.path) was read: ") })
    #expect(result.values["unread"]?.listValue?.first?.mapValue?["file"] == .string(url.path))
    // What is missing may hold events: no number and no list is all of them.
    #expect(Set(result.incomplete.keys) == ["count", "events", "first", "last"])
    #expect(fixture.attempt.lines.contains { $0.text.holds("not all of \(url.path) was read") })
  }

  /// A short file is unpacked in one go, of which nothing is lost by the damage at its end.
  @Test(arguments: ["checksum", "cut"])
  func countsWhatStandsBeforeTheDamage(_ how: String) async throws {
    _ = try fixture.attempt.file(
      "a", (0..<501).map { "2025-10-18 22:01:00Z ERR \($0)\n" }.joined())
    try await pack("a")
    let url = URL(fileURLWithPath: "\(fixture.folder)/a.gz")
    var bytes = try Data(contentsOf: url)
    if how == "checksum" { bytes[bytes.count - 6] ^= 0xFF } else { bytes.removeLast(300) }
    try bytes.write(to: url)
    let result = try await read(KindFixture.text("a.gz"), ["match": KindFixture.text("ERR")])
    let count = try #require(result.values["count"]?.intValue)
    #expect(how == "checksum" ? count == 501 : count > 10 && count < 501)
    #expect(result.incomplete["count"]?.atLeast == count)
    #expect(result.values["unread"]?.listValue?.count == 1)
  }

  /// What is read as another format than it is has no answer, and the step says which it may be.
  @Test(arguments: [
    ("jsonl", "2025-10-18 22:01:00Z ERR a\n", "iso8601"),
    ("jsonlog", "2025-10-18 22:01:00Z ERR a\n", "iso8601"),
    ("csvlog", "2025-10-18 22:01:00Z ERR a\n", "iso8601"),
    ("jsonl", "2025-10-18 22:01:00 UTC [1] LOG:  a\n", "postgres"),
    ("iso8601", "\n" + #"{"msg": "a", "level": "x"}"# + "\n", "jsonl"),
  ])
  func failsWhereNoLineIsUnderstood(
    _ format: String, _ log: String, _ likely: String
  ) async throws {
    let failure = await #expect(throws: StepFailure.self) {
      _ = try await fixture.read(log, format)
    }
    #expect(failure?.record.message.holds("the.log") == true)
    #expect(failure?.record.hint == "it looks like `format: \(likely)`")
  }

  /// Where it cannot be told what it is, no number is known of it.
  @Test(arguments: [
    ("jsonl", #"{"time": "yesterday", "msg": "ERR"}"#), ("iso8601", "ERR\nERR\n"),
    ("pattern", "[never] ERR\n"),
  ])
  func knowsNoNumberOfWhatIsNotUnderstood(_ format: String, _ log: String) async throws {
    let pattern: KeyValuePairs<String, FieldValue> =
      format == "pattern"
      ? ["pattern": KindFixture.text(#"^\[(?P<at>[^\]]+)\] (?P<text>.*)"#)] : [:]
    let result = try await fixture.read(log, format, pattern)
    #expect(result.incomplete["count"]?.atLeast == 0)
    #expect(result.incomplete["events"] != nil)
    #expect(!result.notices.isEmpty)
    #expect(fixture.attempt.lines.count == result.notices.count)
  }

  /// A line that is left out may be an event, unless it cannot be one that is wanted.
  @Test(arguments: [("ERR", 1 as Int64?), ("DROP", nil)])
  func aLineThatIsLeftOutMayBeAnEvent(_ match: String, _ least: Int64?) async throws {
    let result = try await fixture.read(
      """
      {"time": "2025-10-18T22:01:00Z", "msg": "ERR a DROP"}
      {"time": "never", "msg": "ERR b"}
      """, "jsonl", ["match": KindFixture.text(match)])
    #expect(result.values["count"] == 1)
    #expect(result.incomplete["count"]?.atLeast == least)
    for name in ["events", "first", "last"] {
      #expect(result.incomplete[name]?.isUnreadable == least.map { _ in true }, "\(name)")
    }
  }

  private static let formats = ["iso8601", "postgres", "csvlog", "pattern", "jsonl", "jsonlog"]

  /// What a command prints, on one of its outputs.
  private func print(
    _ log: String, _ format: String, isError: Bool = false, _ more: [(String, FieldValue)] = []
  ) async throws -> StepResult {
    let script = isError ? "printf %s \"$0\" >&2" : "printf %s \"$0\""
    var fields = [
      ("command", LogFixture.words("sh", "-c", script, log)), ("format", KindFixture.text(format)),
      ("stderr", .bool(isError)),
    ]
    if format == "pattern" {
      fields.append(("pattern", KindFixture.text(#"^\[(?P<at>[^\]]+)\] (?P<text>.*)"#)))
    }
    return try await fixture.perform(fields + more, effect: .readOnly)
  }

  /// Lines of which nobody knows what they tell are not passed over, whatever is asked for: unless their text is not.
  @Test(arguments: formats, [false, true])
  func linesWithoutATimeMayBeEvents(_ format: String, _ isError: Bool) async throws {
    let log = "ERROR: relation does not exist\nERROR: again\n"
    for (match, isKnown) in [
      ("ERROR", false), ("(?i)error", false), ("^ERROR: ", false), ("relation .* exist", false),
      ("[a-z]{5}", false),
      // No line of it is understood: whatever it is, it is not this log.
      ("DROP", false),
    ] {
      let result = try await print(
        log, format, isError: isError, [("match", KindFixture.text(match))])
      #expect(result.values["count"] == 0)
      for name in ["count", "events", "first", "last"] {
        #expect((result.incomplete[name] == nil) == isKnown, "\(match): \(name)")
      }
    }
  }

  @Test(arguments: [
    ("ERROR early\n2025-10-18 22:01:00Z fine\n", nil as String?, 0 as Int64, false),
    ("early\n2025-10-18 22:01:00Z ERROR\n", nil, 1, true),
    ("\n\n2025-10-18 22:01:00Z ERROR\n", nil, 1, true),
    // It belongs to the line before it, which is understood.
    ("2025-10-18 22:01:00Z fine\nERROR goes on\n", nil, 1, true),
    // Without a time it may be of any.
    ("ERROR early\n2025-10-18 22:01:00Z ERROR\n", "2026-01-01T00:00:00Z", 0, false),
    ("2025-10-18 22:01:00Z ERROR\n more\n", "2026-01-01T00:00:00Z", 0, true),
  ])
  func aLineWithoutATimeIsToldFromOneThatGoesOn(
    _ log: String, _ since: String?, _ count: Int64, _ isKnown: Bool
  ) async throws {
    let more: [(String, FieldValue)] =
      [("match", KindFixture.text("ERROR"))]
      + (since.map { [("since", KindFixture.text($0))] } ?? [])
    let printed = try await print(log, "iso8601", more)
    let path = try fixture.attempt.file("the.log", log)
    let read = try await fixture.perform(
      [("path", KindFixture.text(path)), ("format", KindFixture.text("iso8601"))] + more)
    for result in [printed, read] {
      #expect(result.values["count"] == .int(count))
      #expect((result.incomplete["count"] == nil) == isKnown)
      #expect((result.incomplete["first"] == nil) == isKnown)
    }
  }

  /// By these words journalctl says that there is none.
  @Test func aLogThatSaysItHasNoEntriesHasNone() async throws {
    let result = try await print(
      "-- No entries --\n", "iso8601", [("match", KindFixture.text("ERROR"))])
    #expect(result.values["count"] == 0 && result.incomplete.isEmpty)
  }

  /// That none of its lines is of the time that is asked for is an answer.
  @Test func whatIsOfAnotherTimeIsUnderstood() async throws {
    let result = try await print(
      "2025-10-18 22:01:00Z a\n", "iso8601", [("since", KindFixture.text("2026-01-01T00:00:00Z"))])
    #expect(result.values["count"] == 0 && result.incomplete.isEmpty)
  }

  @Test func saysThatAFileIsOfAnotherFormat() async throws {
    let path = try fixture.attempt.file("a", "one\ntwo\n")
    let result = try await read(KindFixture.text("a"), ["match": KindFixture.text("three")])
    #expect(
      result.notices == ["\(path) begins with no time that can be read: is it of this format?"])
    try file("b", "22:00:01 b")
    let other = try await read(KindFixture.text("b"), ["match": KindFixture.text("three")])
    #expect(other.notices == [])
  }

  @Test func readsWhatACommandPrints() async throws {
    let result = try await fixture.perform(
      [
        (
          "command",
          LogFixture.words("printf", "2025-10-18 22:01:13Z %s\\n more\\n", "${{ word }}")
        ),
        ("format", KindFixture.text("iso8601")),
      ], effect: .readOnly, values: ValueMap([("word", "a 'word'; ls")]))
    #expect(result.rows == ["2025-10-18T22:01:13Z a 'word'; ls more"])
    #expect(result.values["exit_code"] == 0)
    #expect(result.presumedFailure == nil)
    #expect(
      result.evidence.map(\.source) == [
        "printf '2025-10-18 22:01:13Z %s\\n more\\n' 'a '\\''word'\\''; ls'"
      ])
  }

  private static let script = """
    echo 2025-10-18T22:01:13Z out
    echo 2025-10-18T22:01:14Z err >&2
    exit "$0"
    """

  private func script(_ code: String, _ more: KeyValuePairs<String, FieldValue> = [:]) async throws
    -> StepResult
  {
    try await fixture.perform(
      [
        ("command", LogFixture.words("sh", "-c", Self.script, code)),
        ("format", KindFixture.text("iso8601")),
      ] + more.map { ($0.key, $0.value) }, effect: .readOnly)
  }

  @Test func tellsHowACommandEnded() async throws {
    let result = try await script("3")
    #expect(result.texts == ["out"])
    #expect(result.values["exit_code"] == 3)
    #expect(
      result.presumedFailure?.record.message == "`sh` ended with exit 3: 2025-10-18T22:01:14Z err")
    let calm = try await script("0")
    #expect(calm.presumedFailure == nil)
    #expect(calm.notices == ["`sh` said: 2025-10-18T22:01:14Z err"])
  }

  @Test func takesACommandsStandardErrorForItsLog() async throws {
    let result = try await script("0", ["stderr": .bool(true)])
    #expect(result.texts.sorted() == ["err", "out"])
    #expect(result.notices == [])
  }

  @Test func endsACommandThatFollows() async throws {
    let failure = await #expect(throws: StepFailure.self) {
      _ = try await fixture.perform(
        [
          ("command", LogFixture.words("sh", "-c", "echo 2025-10-18T22:01:13Z a; sleep 1000")),
          ("format", KindFixture.text("iso8601")),
        ], effect: .readOnly, timeout: .milliseconds(300))
    }
    #expect(failure?.record.cause == .timeout)
    #expect(failure?.partial?.texts == ["a"])
    #expect(try fixture.attempt.markedProcesses() == [])
  }

  @Test func saysThatThereIsNoSuchProgram() async throws {
    let failure = await #expect(throws: StepFailure.self) {
      _ = try await fixture.perform(
        [
          ("command", LogFixture.words("/nowhere/journalctl")),
          ("format", KindFixture.text("iso8601")),
        ], effect: .readOnly)
    }
    #expect(failure?.record.cause == .unreachable)
  }

  @Test func showsACommandsEffectAsDeclared() throws {
    let fields: [(String, FieldValue)] = [
      ("command", LogFixture.words("docker", "logs", "a b")),
      ("format", KindFixture.text("postgres")),
    ]
    let declared = try LogKind().bind(
      LogFixture.step(fields, effect: .readOnly), to: KindFixture.binding())
    #expect(declared.effect == .readOnly)
    #expect(declared.isEffectDeclared)
    #expect(declared.work.map(\.text) == ["docker logs 'a b'"])
    #expect(declared.work.map(\.language) == [.shell])
    let silent = try LogKind().bind(LogFixture.step(fields), to: KindFixture.binding())
    #expect(silent.effect == .undetermined)
  }
}
