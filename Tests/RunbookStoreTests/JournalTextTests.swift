import Foundation
import RunbookEngine
import RunbookModel
import Testing

@testable import RunbookStore

@Suite struct JournalTextTests {
  private let fixture = StoreFixture()

  private func entries() async throws -> [Entry] {
    try await fixture.store.make(fixture.run).append(
      (1...3).map { note("note \($0)\nnext line") }, by: fixture.actor, at: fixture.time(0))
  }

  @Test func readsWhatItWrote() async throws {
    let entries = try await entries()
    let text = JournalText.text(of: entries)
    #expect(text.pieces(separatedBy: "\n").count == 3)
    #expect(try JournalText.parse(text, from: "test") == entries)
  }

  @Test(arguments: [
    ("note 2", "note 9", Int64(2)), ("{\"actor\"", "[\"actor\"", 1), (" {", "{", 1),
  ])
  func findsAChangedEntry(_ old: String, _ new: String, _ sequence: Int64) async throws {
    let text = JournalText.text(of: try await entries())
    let forged = text.replacingOccurrences(of: old, with: new)
    let error = #expect(throws: StoreError.self) { try JournalText.parse(forged, from: "test") }
    #expect(error?.cause == .damaged(sequence: sequence))
  }

  /// Of two values of one key another reader may take the other one, whatever their depth; the chain fits both.
  @Test(arguments: [
    (#""sequence":1}"#, #""sequence":7,"sequence":1}"#),
    (#""text":"note 1"#, #""text":"note 9","text":"note 1"#),
    (#""account":"tester""#, #""account":"other","\u0061ccount":"tester""#),
  ])
  func aKeyThatIsThereTwiceIsDamage(_ old: String, _ new: String) async throws {
    let first = try #require(try await entries().first)
    let body = first.body.replacingAll(old, with: new)
    try #require(body != first.body)
    let text = "\(Entry.hash(of: body, after: .zero).hex) \(body)\n"
    let error = #expect(throws: StoreError.self) { try JournalText.parse(text, from: "test") }
    #expect(error?.cause == .damaged(sequence: 1))
  }

  /// In a value that is stored, too.
  @Test func aKeyOfAStoredMapThatIsThereTwiceIsDamage() async throws {
    let event = Event.attemptFinished(
      AttemptFinished(
        step: StepID("s"), attempt: 1, outcome: .succeeded, result: ["deep": ["a": 1, "b": 2]],
        elapsedMicroseconds: 1))
    let entries = try await fixture.store.make(fixture.run).append(
      [event], by: fixture.actor, at: fixture.time(0))
    let first = try #require(entries.first)
    for (old, new) in [(#""b",2"#, #""a",2"#), (#""a",1"#, #""a",1,"a",1"#)] {
      let body = first.body.replacingAll(old, with: new)
      try #require(body != first.body)
      let text = "\(Entry.hash(of: body, after: .zero).hex) \(body)\n"
      let error = #expect(throws: StoreError.self) { try JournalText.parse(text, from: "test") }
      #expect(error?.cause == .damaged(sequence: 1))
    }
  }

  /// A newer version's, or somebody's: the chain fits, and nobody reads it.
  @Test(arguments: [
    (#""text":"note 1"#, #""more":{"x":1},"text":"note 1"#, ["event.more"]),
    (#""account":"tester""#, #""account":"tester","mail":"m""#, ["actor.mail"]),
    (#""sequence":1}"#, #""sequence":1,"z":[]}"#, ["z"]),
    (#""sequence":1}"#, #""sequence":1,"z":null}"#, []),
    (#""recordedAt":"#, #" "recordedAt": "#, []),
  ])
  func namesFieldsThatAreNotRead(_ old: String, _ new: String, _ fields: [String]) async throws {
    let first = try #require(try await entries().first)
    #expect(JournalText.fieldsNotRead(in: first) == [])
    let body = first.body.replacingAll(old, with: new)
    try #require(body != first.body)
    let entry = try #require(
      try JournalText.parse(
        "\(Entry.hash(of: body, after: .zero).hex) \(body)\n", from: "test"
      ).first)
    #expect(JournalText.fieldsNotRead(in: entry) == fields)
  }

  @Test func findsAMissingEntry() async throws {
    let text = JournalText.text(of: try await entries())
    let lines = text.pieces(separatedBy: "\n")
    let error = #expect(throws: StoreError.self) {
      try JournalText.parse("\(lines[0])\n\(lines[2])\n", from: "test")
    }
    #expect(error?.cause == .damaged(sequence: 2))
  }
}
