import Foundation
import RunbookModel
import Testing

/// The journal's own decoder reads what Foundation's reads.
struct JournalDecodingTests {
  private struct Body: Decodable, Equatable {
    let sequence: Int64
    let recordedAt: Timestamp
    let actor: Actor
    let event: Event
  }

  private static let journals = [
    "reports/example-auth-tables-dropped.journal",
    "Tests/RunbookReportTests/Golden/version-1.journal",
  ]

  @Test(arguments: journals) func readsWhatFoundationReads(_ name: String) throws {
    let root = URL(filePath: #filePath).appending(path: "../../..").standardized
    let text = try String(contentsOf: root.appending(path: name), encoding: .utf8)
    let lines = text.pieces(separatedBy: "\n")
    #expect(lines.count > 20)
    for line in lines {
      let body = String(line.dropScalars { $0 != " " }.dropFirstScalars())
      let own = try Body.decoded(fromJSON: body)
      let other = try JSONDecoder().decode(Body.self, from: Data(body.utf8))
      #expect((own == other) as Bool, "entry \(other.sequence)")
    }
  }

  @Test(arguments: [
    "", "{", "[]", "1", "{}", #"{"sequence":"1"}"#, #"{"sequence":1,"recordedAt":"yesterday"}"#,
    #"{"sequence":1.5,"recordedAt":"2025-10-18T22:01:13Z","actor":{"account":"a"},"event":{"type":"x"}}"#,
    #"{"sequence":1,"recordedAt":"2025-10-18T22:01:13Z","actor":{"account":1},"event":{}}"#,
  ])
  func refusesWhatIsNoEntry(_ text: String) {
    #expect(throws: (any Error).self) { try Body.decoded(fromJSON: text) }
  }

  /// As deep as the journal ever stores it, and deeper than any decoder should follow.
  @Test func readsDeepValues() throws {
    var value: Value = 1
    for _ in 0..<300 { value = ["k": [value]] }
    let data = try JSONEncoder().encode(value)
    let text = String(decoding: data, as: UTF8.self)
    #expect((try Value.decoded(fromJSON: text) == value) as Bool)
    let hostile = String(repeating: "[", count: 100_000)
    #expect(throws: (any Error).self) { try Value.decoded(fromJSON: hostile) }
  }
}
