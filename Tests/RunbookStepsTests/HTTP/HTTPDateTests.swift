import RunbookModel
import Testing

@testable import RunbookSteps

struct HTTPDateTests {
  @Test(arguments: [
    ("Sat, 18 Oct 2025 22:01:13 GMT", "2025-10-18T22:01:13Z"),
    ("Thu, 29 Feb 2024 00:00:00 GMT", "2024-02-29T00:00:00Z"),
    ("Thu, 30 Feb 2024 00:00:00 GMT", nil), ("Sat, 18 Oct 2025 22:01:13 UTC", nil),
    ("Saturday, 18-Oct-25 22:01:13 GMT", nil), ("Sat Oct 18 22:01:13 2025", nil), ("", nil),
    ("Sat, 18 Oct 2025 22:01:13 GMT ", nil), ("Sat, 1８ Oct 2025 22:01:13 GMT", nil),
    ("Sat, 18 Oct 2025 24:01:13 GMT", nil), ("Sat, 18 Oct 2025 2:01 GMT", nil),
  ])
  func readsTheHeader(_ text: String, _ expected: String?) {
    #expect(HTTPDate.timestamp(text)?.description == expected)
  }

  /// Asked at 22:01:13.0, answered at 22:01:13.4: the middle is 13.2.
  @Test(arguments: [
    (["date": "Sat, 18 Oct 2025 22:01:13 GMT"], Duration.milliseconds(300)),
    (["date": "Sat, 18 Oct 2025 22:01:10 GMT"], .milliseconds(-2700)),
    (["date": "Sat, 18 Oct 2025 22:01:13 GMT", "age": "12"], nil), (["date": "now"], nil),
    ([:], nil),
  ])
  func measuresTheServersClock(_ headers: [String: String], _ expected: Duration?) throws {
    let sent = try #require(Timestamp(rfc3339: "2025-10-18T22:01:13Z"))
    let received = try #require(sent.adding(.milliseconds(400)))
    let map = ValueMap(headers.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) })
    #expect(HTTPDate.clockOffset(map, sentAt: sent, receivedAt: received) == expected)
  }
}
