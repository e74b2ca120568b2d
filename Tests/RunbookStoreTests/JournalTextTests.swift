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

  @Test func findsAMissingEntry() async throws {
    let text = JournalText.text(of: try await entries())
    let lines = text.pieces(separatedBy: "\n")
    let error = #expect(throws: StoreError.self) {
      try JournalText.parse("\(lines[0])\n\(lines[2])\n", from: "test")
    }
    #expect(error?.cause == .damaged(sequence: 2))
  }
}
