import RunbookModel
import Testing

@Suite struct TimestampTests {
  @Test(arguments: [
    ("2025-10-18T22:01:13Z", Int64(1_760_824_873)),
    ("1970-01-01T00:00:00Z", 0),
    ("2000-02-29T12:00:00+02:00", 951_818_400),
    ("0001-01-01T00:00:00Z", -62_135_596_800),
    ("9999-12-31T23:59:59Z", 253_402_300_799),
  ])
  func readsAndWritesRFC3339(text: String, seconds: Int64) throws {
    let timestamp = try #require(Timestamp(rfc3339: text))
    #expect(timestamp.seconds == seconds)
    #expect(Timestamp(rfc3339: timestamp.description) == timestamp)
  }

  @Test(arguments: [
    "", "2025-10-18", "2025-02-29T00:00:00Z", "2025-10-18T24:00:00Z", "2025-10-18T22:01:13",
    "2025-10-18T22:01:13.Z", "0000-01-01T00:00:00Z", "9999-12-31T23:59:59-01:00",
    "2025-10-18T22:01:13.1234567890Z", "2025-10-18T22:01:13Zx",
  ])
  func refusesWhatIsNotAnInstant(text: String) {
    #expect(Timestamp(rfc3339: text) == nil)
  }

  @Test func knowsWeekdayAndDayOfYear() throws {
    let fields = try #require(Timestamp(rfc3339: "2025-10-18T22:01:13.5Z")).components
    #expect(fields.weekday == 6)
    #expect(fields.dayOfYear == 290)
    #expect(fields.nanosecond == 500_000_000)
  }
}
