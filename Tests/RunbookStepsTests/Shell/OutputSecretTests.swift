import Foundation
import RunbookEngine
import RunbookModel
import RunbookTestSupport
import Testing

@testable import RunbookLogs
@testable import RunbookPostgres
@testable import RunbookSteps
@testable import RunbookSystem

/// Secrets are taken out of what a program printed before anything of it is cut.
struct OutputSecretTests {
  private static let secret = "hunter2-of-the-test"
  private static let redactor = Redactor(secrets: [secret])

  private static func run(
    _ script: String, limit: Int64? = nil, in fixture: AttemptFixture,
    redactor: Redactor = redactor, timeout: Duration? = nil
  ) async throws -> StepResult {
    let kind = ShellKind(environment: ["PATH": "/usr/local/bin:/usr/bin:/bin"])
    let body: KeyValuePairs<String, FieldValue> = [
      "script": KindFixture.text(script), "output_limit": .int(limit ?? 65_536),
    ]
    return try await kind.bind(
      KindFixture.step("shell", body), to: KindFixture.binding(folder: fixture.folder)
    ).perform(in: fixture.context(timeout: timeout, redactor: redactor))
  }

  /// Whether four characters of the secret, one after the other, are in a text.
  private static func tells(_ text: String) -> Bool {
    let letters = Array(secret)
    return (0...letters.count - 4).contains { text.holds(String(letters[$0..<$0 + 4])) }
  }

  /// A line of over 8,192 bytes is shown in pieces, with the secret across the border.
  @Test func aLongLineSplitsNoSecret() async throws {
    for filler in stride(from: 8170, through: 8195, by: 3) {
      let fixture = try AttemptFixture()
      _ = try await Self.run(
        "head -c \(filler) /dev/zero | tr '\\0' x; echo '\(Self.secret)'", in: fixture)
      #expect(!fixture.lines.contains { Self.tells($0.text) }, "\(filler)")
    }
  }

  @Test func whatIsHeldSplitsNoSecret() {
    for limit in 1...40 {
      var capture = BoundedCapture(
        limit: limit, mostHeld: limit, folder: "/dev/null", fileName: "f",
        redactor: Self.redactor)
      capture.append(Array("0123456789\(Self.secret)abcdefghijklmnop".utf8))
      let stored = Self.redactor.redact(capture.text)
      #expect(!Self.tells(stored), "\(limit): \(stored)")
    }
  }

  /// Of more than a kibibyte, in a line of more than 64: what the evidence file is written from.
  @Test func aLongSecretIsNotInTheEvidence() async throws {
    let long = String(repeating: "abcdefghij-klmnopqrst_", count: 120)
    let fixture = try AttemptFixture()
    _ = try await Self.run(
      "head -c 70000 /dev/zero | tr '\\0' x; printf '\(long)'; head -c 70000 /dev/zero | tr '\\0' y",
      limit: 10, in: fixture, redactor: Redactor(secrets: [long]))
    let file = try String(contentsOfFile: "\(fixture.evidenceFolder)/stdout.txt", encoding: .utf8)
    #expect(file.utf8.count == 140_010)
    #expect(file.holds("x[redacted]y"))
  }

  /// A key of several lines, as it is and in base64 of 76 and 64 characters a line, flushed in pieces.
  @Test func aKeyOfManyLinesIsNotInTheEvidence() async throws {
    let lines = (0..<20).map { "line\($0)-ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789abcdefghijklmnop" }
    let key = lines.joined(separator: "\n")
    let fixture = try AttemptFixture()
    let path = try fixture.file("key", key)
    let result = try await Self.run(
      """
      while IFS= read -r line || [ -n "$line" ]; do printf '%s' "$line"; echo; done < \(path)
      base64 \(path); base64 -w 64 \(path); base64 -w 0 \(path); echo; base64 \(path) | sed 's/^/    /'
      echo end
      """, limit: 4, in: fixture, redactor: Redactor(secrets: [key]))
    #expect(result.values["exit_code"] == 0)
    let file = try String(contentsOfFile: "\(fixture.evidenceFolder)/stdout.txt", encoding: .utf8)
    // Of each code one character may stay, which is of what follows the key too.
    let rest = file.replacingAll("[redacted]", with: "").keepingScalars {
      !$0.isWhitespace && $0 != "="
    }
    #expect(rest.ends(with: "end") && rest.unicodeScalars.count <= 7, "\(file)")
  }

  @Test func aFloodIsNotShownLineByLine() async throws {
    let fixture = try AttemptFixture()
    let result = try await Self.run("yes | head -n 300000; echo last >&2; exit 3", in: fixture)
    let shown = fixture.lines.filter { $0.stream == .standardOutput }.count
    #expect(shown < 10_000)
    let hidden = fixture.lines.compactMap { line -> Int? in
      line.stream == .notice ? line.text.pieces(separatedBy: " ").first.flatMap { Int($0) } : nil
    }.reduce(0, +)
    #expect(shown + hidden == 300_000)
    #expect(result.presumedFailure?.record.message.ends(with: "last") == true)
    #expect(result.values["stdout"]?.stringValue?.utf8.count == 600_000)
  }

  /// However a script ends in the midst of writing a secret: by itself, by a signal, by its timeout.
  @Test(arguments: ["exit 0", "exit 3", "kill -9 $$", "sleep 60"])
  func whoIsStoppedTellsNoBeginning(_ ending: String) async throws {
    let fixture = try AttemptFixture()
    let half = String(Self.secret.dropLastScalars(3))
    var said: [StepResult?] = []
    var failure: FailureRecord?
    do {
      let result = try await Self.run(
        "printf 'out \(half)'; printf 'error \(half)' >&2; \(ending)", limit: 1, in: fixture,
        timeout: .milliseconds(500))
      failure = result.presumedFailure?.record
      said = [result]
    } catch let error as StepFailure {
      #expect(error.record.cause == .timeout)
      failure = error.record
      said = [error.partial]
    }
    for result in said {
      #expect(result?.openEnded == ["stdout", "stderr"])
    }
    if ending != "exit 0" { #expect(failure != nil) }
    for text in [failure?.message ?? "", failure?.detail ?? ""] + fixture.lines.map(\.text) {
      #expect(!Self.tells(text), "\(text)")
    }
    for name in ["stdout", "stderr"] {
      let path = "\(fixture.evidenceFolder)/\(name).txt"
      let file = try String(contentsOfFile: path, encoding: .utf8)
      #expect(!Self.tells(file) && file.ends(with: Redactor.mark), "\(file)")
    }
  }

  /// What cannot be held as it came gives no answer, instead of another text.
  @Test(arguments: [
    ("printf 'caf\\351'", "it is not UTF-8"), ("printf 'a\\0b'", "it holds zero bytes"),
    ("printf 'caf\\303\\251'", nil),
  ]) func otherBytesAreNoText(_ script: String, _ flaw: String?) async throws {
    let result = try await Self.run(script, in: try AttemptFixture())
    #expect(result.incomplete["stdout"] == flaw.map(Incomplete.unreadable))
    #expect(result.incomplete["stderr"] == nil)
    // The bytes themselves are kept, and the text does not pass for them.
    #expect(result.evidence.map(\.isCut) == (flaw == nil ? [false] : [true, false]))
    #expect(result.evidence.first?.what.holds("as text") == (flaw != nil))
  }

  /// An answer's first 500 bytes are told where it is an error.
  @Test func anErrorsAnswerSplitsNoSecret() {
    for filler in 480...500 {
      var body = BoundedCapture(
        limit: 10_000, folder: "", fileName: "b", redactor: Self.redactor)
      body.append(Array((String(repeating: "x", count: filler) + Self.secret).utf8))
      let detail = HTTPExchange.detail(of: body.text, Self.redactor) ?? ""
      #expect(!Self.tells(Self.redactor.redact(detail)), "\(filler): \(detail)")
    }
  }

  @Test func aLogsEventSplitsNoSecret() {
    for filler in 16_365...16_385 {
      let text = String(repeating: "x", count: filler) + Self.secret + " and more"
      let event = LogEvent(at: .epoch, whole: Array(text.utf8))
      #expect(!Self.tells(Self.redactor.redact(event.text(Self.redactor))), "\(filler)")
    }
  }

  @Test func othersStatementsSplitNoSecret() {
    for filler in 150...205 {
      let query = String(repeating: "x", count: filler) + "  " + Self.secret
      // The server cuts at 1,023 bytes and we at 200: either may fall into the secret.
      for text in [query, String(query.dropLastScalars(3))] {
        let remnant = SQLRemnants.remnant(
          [
            .int(1), .string("active"), .string(""), .string(text), .null, .string(""), .string(""),
          ],
          Self.redactor)
        #expect(remnant.map { Self.tells($0.summary) } == false)
        let holder = LockHolder(
          row: [.int(1), .string("u"), .string("a"), .string("s"), .string(text), .null],
          Self.redactor)
        #expect(holder.map { Self.tells($0.description) } == false)
      }
    }
  }

  @Test func theEndOfAProgramsWordsSplitsNoSecret() {
    let failure = Property(share: 0.1).firstFailure { generator in
      var tail = RedactedTail(Self.redactor, size: 1 + generator.below(60))
      for _ in 0..<generator.below(6) {
        var bytes = Array(HostileText.text(&generator, pieces: 0...3).utf8)
        if generator.chance(0.6) { bytes += Array(Self.secret.utf8) }
        let cut = generator.below(bytes.count + 1)
        tail.append(Array(bytes[..<cut]))
        tail.append(Array(bytes[cut...]))
      }
      tail.finish()
      return Self.tells(tail.text) ? tail.text.debugDescription : nil
    }
    #expect(failure == nil)
  }
}
