import Foundation
import RunbookDrill
import RunbookModel
import RunbookTestSupport
import Testing

@testable import RunbookEngine

/// A result is whole for its own expressions; what is stored is redacted, then cut, and says so.
struct StoredResultTests {
  private static func rows(_ count: Int, broken: Int = -1) -> Value {
    .list((0..<count).map { ["id": .int(Int64($0)), "broken": .bool($0 == broken)] })
  }

  private static func outcome(_ count: Int, broken: Int = -1) -> SimulatedOutcome {
    var result = StepResult(
      values: ValueMap([("rows", rows(count, broken: broken)), ("row_count", .int(Int64(count)))]))
    result.storedLimits["rows"] = StoredLimit(items: 1000, bytes: 256 << 10)
    result.evidence = [EvidenceDraft(what: "rows", source: "main", content: .result("rows"))]
    return .result(result)
  }

  private func finished(_ simulation: Simulation, _ step: StepID) -> AttemptFinished? {
    simulation.journal.stored.compactMap { entry in
      if case .attemptFinished(let event) = entry.event, event.step == step { event } else { nil }
    }.last
  }

  /// Of a long text only the beginning is gone through: what is stored is what it would be of all of it.
  @Test(arguments: [0, 7, 4_090, 4_096, 65_530, 69_632])
  func whatIsStoredIsTheBeginningOfTheCleanText(_ shift: Int) {
    let long = (0..<600).map { "\($0)-of-the-test-" }.joined()
    let secrets = ["hunter2-of-the-test", long]
    let redactor = Redactor(secrets: secrets)
    let text =
      String(repeating: "x", count: shift) + secrets[0] + String(repeating: long + "\n", count: 8)
      + String(repeating: "line with \(secrets[0]) in it\n", count: 400)
      + String(repeating: "and on\n", count: 8000)
    var result = StepResult(values: ValueMap([("stdout", .string(text))]))
    result.storedLimits["stdout"] = StoredLimit(bytes: 4096)
    let stored = StoredResult(result, redactor)
    let kept = stored.values["stdout"]?.stringValue ?? ""
    #expect(kept == StoredResult.beginning(of: redactor.redact(text), within: 4096))
    #expect(
      stored.incomplete["stdout"]
        == Incomplete(
          held: Int64(kept.utf8.count), total: Int64(text.utf8.count), noun: "bytes"))
  }

  /// With a mark in a secret's place it is another value, by which nothing is judged.
  @Test func whatIsStoredWithoutItsSecretsIsMarked() {
    let result = StepResult(
      values: ValueMap([
        ("stdout", Value.string("1234\n")), ("exit_code", Value.int(0)),
        ("json", ["id": .double(31337.25)] as Value),
      ]))
    let stored = StoredResult(result, Redactor(secrets: ["1234", "31337.25"]))
    #expect(
      stored.incomplete
        == ["stdout": Incomplete.withoutSecrets, "json": Incomplete.withoutSecrets])
    #expect(stored.values["stdout"] == "[redacted]\n")
    #expect(stored.values["json"] == ["id": "[redacted]"])
  }

  /// A stream's end may be the middle of a secret, a value's is not.
  @Test func theOpenEndOfATextTellsNoBeginning() {
    var result = StepResult(
      values: ValueMap([("stdout", Value.string("it is hunt")), ("name", Value.string("hunt"))]))
    result.openEnded = ["stdout"]
    let stored = StoredResult(result, Redactor(secrets: ["hunter2"]))
    #expect(stored.values["stdout"] == "it is [redacted]")
    #expect(stored.values["name"] == "hunt")
    #expect(stored.incomplete == ["stdout": Incomplete.withoutSecrets])
  }

  @Test func anExpectationSeesWhatIsNotStored() async throws {
    let simulation = Simulation(
      [step("look", .detection) { $0.expect = [source("rows.all(r, !r.broken)")] }],
      outcomes: ["look": [Self.outcome(2500, broken: 2400)]])
    let state = try await simulation.run()
    #expect(state.step("look").status == .failed)
    let event = try #require(finished(simulation, "look"))
    #expect(event.result.mapValue?["rows"]?.listValue?.count == 1000)
    #expect(event.incomplete == ["rows": Incomplete(held: 1000, total: 2500, noun: "rows")])
    #expect(event.evidence.first?.what == "rows, the first 1000 of 2500 rows")
    #expect(event.evidence.first?.isCut == true)
    #expect((event.evidence.first?.size ?? 0) > 2500 * 20)
  }

  @Test func aFindingAndACaptureSeeThemToo() async throws {
    let simulation = Simulation(
      [
        step("look", .detection) {
          $0.captures = [capture("found", "rows.filter(r, r.broken).map(r, r.id)")]
          $0.confirms = source("size(found) == 1 && size(rows) == 2500")
        }
      ], outcomes: ["look": [Self.outcome(2500, broken: 2400)]])
    let state = try await simulation.run()
    #expect(state.findings == ["look"])
    #expect(state.captures["found"] == [2400])
  }

  /// In the same process and after a resume alike: only what the journal holds is known.
  @Test(arguments: [false, true])
  func aLaterStepCannotReadWhatWasCut(isResumed: Bool) async throws {
    var simulation = Simulation(
      [
        step("look", .detection),
        step("use", .detection, text: "${{ size(steps['look'].rows) }}"),
        step("count", .detection, text: "${{ steps['look'].row_count }}"),
      ], outcomes: ["look": [Self.outcome(2500)]])
    simulation.options.approvals = []
    var state = try await simulation.run()
    var journal = simulation.journal
    if isResumed {
      let end = try #require(simulation.history.firstIndex(of: "succeeded look#1"))
      let resumed = simulation.crashed(after: Array(simulation.journal.stored.prefix(end + 1)))
      state = try await resumed.resume()
      journal = resumed.journal
    }
    let failure = try #require(state.step("use").failure)
    #expect(failure.cause == .invalid)
    #expect(failure.message.holds("1000 of 2500 rows"))
    #expect(state.step("count").status == .succeeded)
    #expect(journal.stored.contains { $0.event.summary == "succeeded look#1" })
  }

  @Test func whatIsNotCutCanBeReadLater() async throws {
    let simulation = Simulation(
      [step("look", .detection), step("use", .detection, text: "${{ size(steps['look'].rows) }}")],
      outcomes: ["look": [Self.outcome(1000)]])
    let state = try await simulation.run()
    #expect(state.step("use").status == .succeeded)
    #expect(finished(simulation, "look")?.incomplete == [:])
  }

  @Test func whatAKindCouldNotHoldHasNoAnswer() async throws {
    var result = StepResult(values: ValueMap([("rows", Self.rows(10)), ("row_count", 99)]))
    result.incomplete["rows"] = Incomplete(held: 10, total: 99, noun: "rows")
    let simulation = Simulation(
      [step("look", .detection) { $0.expect = [source("rows.all(r, !r.broken)")] }],
      outcomes: ["look": [.result(result)]])
    let state = try await simulation.run()
    #expect(state.step("look").failure?.message.holds("10 of 99 rows") == true)
    #expect(finished(simulation, "look")?.incomplete?["rows"]?.total == 99)
  }

  @Test func aCaptureThatIsTooLargeFailsTheStep() async throws {
    let simulation = Simulation(
      [step("look", .detection) { $0.captures = [capture("all", "rows")] }],
      outcomes: ["look": [Self.outcome(160_000)]])
    let state = try await simulation.run()
    let failure = try #require(state.step("look").failure)
    #expect(failure.cause == .invalid)
    #expect(failure.message.holds("capture 'all' is too large to be stored"))
    #expect(state.captures.isEmpty)
  }

  @Test func aJournalOfVersionThreeTellsWhatWasCut() throws {
    let event = AttemptFinished(
      step: "look", attempt: 1, outcome: .succeeded,
      result: .map(
        ValueMap([("rows", Self.rows(2)), ("row_count", 5), ("stdout", "abc"), ("stderr", "x")])),
      evidence: [
        EvidenceRecord(
          id: "E1", what: "standard output", source: "sh", capturedAt: .epoch, size: 90,
          digest: .sha256(of: "abc"), content: .result(key: "stdout"), isCut: true)
      ], elapsedMicroseconds: 0)
    var object = try #require(
      JSONSerialization.jsonObject(with: try JSONEncoder().encode(event)) as? [String: Any])
    #expect(object["incomplete"] != nil)
    object["incomplete"] = nil
    let old = try JSONDecoder().decode(
      AttemptFinished.self, from: try JSONSerialization.data(withJSONObject: object))
    #expect(old.incomplete == nil)
    #expect(
      old.cutResults == [
        "rows": Incomplete(held: 2, total: 5, noun: "rows"),
        "stdout": Incomplete(held: 3, total: 90, noun: "bytes"),
      ])
  }

  @Test func cutsWhatIsNeitherTextNorListWhole() {
    let json: Value = ["a": "x"]
    var result = StepResult(values: ValueMap([("json", json), ("n", .int(1))]))
    result.storedLimits["json"] = StoredLimit(bytes: 5)
    let stored = StoredResult(result, Redactor(secrets: []))
    #expect(stored.values["json"] == .null)
    #expect(stored.values["n"] == 1)
    #expect(stored.incomplete == ["json": Incomplete(held: 0, total: 9, noun: "bytes")])
  }

  /// Redacted first, then cut: at no limit does a part of a secret, of its mark or of a character stay.
  @Test func noPartOfASecretIsStored() {
    let secret = "S3cr\u{0600}et-\u{0301}tok3n'\\x"
    let redactor = Redactor(secrets: [secret])
    let property = Property()
    let failure = property.firstFailure { generator in
      var text = ""
      for _ in 0..<Int.random(in: 0...3, using: &generator) {
        text += HostileText.text(&generator, pieces: 0...4) + secret
      }
      text += HostileText.text(&generator, pieces: 0...4)
      let limit = Int.random(in: 0...max(1, text.utf8.count + 4), using: &generator)
      var result = StepResult(
        values: ValueMap([("stdout", .string(text)), ("rows", .list([.string(text)]))]))
      result.storedLimits["stdout"] = StoredLimit(bytes: limit)
      result.storedLimits["rows"] = StoredLimit(bytes: limit)
      let stored = StoredResult(result, redactor)
      guard let kept = stored.values["stdout"]?.stringValue else { return "no text" }
      let whole = redactor.redact(text)
      if kept.utf8.count > limit { return "\(kept.utf8.count) bytes where \(limit) may be" }
      if !whole.utf8.starts(with: kept.utf8) {
        return "not the beginning of \(whole.debugDescription)"
      }
      let isCut = stored.incomplete["stdout"].map { $0 != .withoutSecrets } ?? false
      if isCut != (whole.utf8.count > limit) { return "says \(isCut ? "cut" : "whole")" }
      let rest = kept.replacingAll(Redactor.mark, with: "")
      for length in 2..<Redactor.mark.utf8.count
      where rest.utf8.reversed().starts(with: Redactor.mark.utf8.prefix(length).reversed())
        && isCut && whole.utf8.dropFirst(kept.utf8.count - length).starts(with: Redactor.mark.utf8)
      {
        return "half a mark: \(kept.debugDescription)"
      }
      let items = stored.values["rows"]?.listValue ?? []
      let areCut = stored.incomplete["rows"].map { $0 != .withoutSecrets } ?? false
      if items.isEmpty != areCut { return "rows: \(items)" }
      return nil
    }
    #expect(failure == nil)
  }

  @Test func sizesAreThoseOfTheJSON() {
    let property = Property()
    let failure = property.firstFailure { generator in
      let text = HostileText.text(&generator)
      let value: Value = [
        .string(text), ["a": .string(text), 1: .double(1.5)], .null, true, .int(.min), [],
        .map(ValueMap()), .timestamp(.epoch),
      ]
      let size = value.json.utf8.count
      if value.jsonSize() != size { return value.json }
      return value.jsonSize(upTo: size - 1) > size - 1 ? nil : "not over its limit: \(value.json)"
    }
    #expect(failure == nil)
  }
}
