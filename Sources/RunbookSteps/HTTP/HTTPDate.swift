package import RunbookModel

/// What an answer's `Date` header tells of the server's clock.
///
/// Its form: <https://www.rfc-editor.org/rfc/rfc9110#section-5.6.7>.
package enum HTTPDate {
  /// Reads `Sat, 18 Oct 2025 22:01:13 GMT`; nil for anything else, the obsolete forms included.
  package static func timestamp(_ text: String) -> Timestamp? {
    let words = text.pieces(separatedBy: " ", omittingEmptySubsequences: false)
    guard words.count == 6, days.contains(String(words[0])), words[5] == "GMT",
      let day = number(words[1], digits: 2), let month = months.firstIndex(of: String(words[2])),
      let year = number(words[3], digits: 4)
    else { return nil }
    let time = words[4].pieces(separatedBy: ":", omittingEmptySubsequences: false)
      .map { number($0, digits: 2) }
    guard time.count == 3, let hour = time[0], let minute = time[1], let second = time[2] else {
      return nil
    }
    return Timestamp(
      year: year, month: month + 1, day: day, hour: hour, minute: minute, second: second)
  }

  /// The server's clock less this host's, to the half second that the header leaves open and half of the
  /// time that the answer took.
  ///
  /// - Returns: nil without the header, and for an answer that a cache has kept.
  package static func clockOffset(
    _ headers: ValueMap, sentAt: Timestamp, receivedAt: Timestamp
  ) -> Duration? {
    guard headers["age"] == nil, let text = headers["date"]?.stringValue,
      // It is cut to the second.
      let date = timestamp(text)?.adding(.milliseconds(500)),
      let middle = sentAt.adding(receivedAt.since(sentAt) / 2)
    else { return nil }
    let tenths = (date.since(middle).components.seconds, date.since(middle).components.attoseconds)
    // Finer than a tenth of a second would be a claim.
    let rounded = Int64((Double(tenths.1) / 1e17).rounded())
    return .seconds(tenths.0) + .milliseconds(rounded * 100)
  }

  private static let days = ["Mon,", "Tue,", "Wed,", "Thu,", "Fri,", "Sat,", "Sun,"]
  private static let months = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]

  private static func number(_ text: Substring, digits: Int) -> Int? {
    guard text.utf8.count == digits, text.utf8.allSatisfy({ (48...57).contains($0) }) else {
      return nil
    }
    return Int(text)
  }
}
