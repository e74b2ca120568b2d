package import RunbookModel

/// Reads timestamps as PostgreSQL writes them with `DateStyle` ISO.
///
/// `infinity`, years before 1 and after 9999, and what has no offset have no `Timestamp`.
package enum ServerTimestamp {
  package static func read(_ text: String) -> Timestamp? {
    // `2025-10-18 22:01:13.5+02`, `…+05:30`, `…+00:19:32`
    let parts = text.pieces(separatedBy: " ", omittingEmptySubsequences: false)
    guard parts.count == 2 else { return nil }
    let time = parts[1]
    guard let sign = time.unicodeScalars.firstIndex(where: { $0 == "+" || $0 == "-" }),
      let clock = Timestamp(rfc3339: "\(parts[0])T\(time[..<sign])Z"),
      let offset = seconds(of: time[sign...].dropFirstScalars())
    else { return nil }
    return clock.adding(.seconds(time[sign] == "-" ? offset : -offset))
  }

  private static func seconds(of offset: Substring) -> Int64? {
    let fields = offset.pieces(separatedBy: ":", omittingEmptySubsequences: false)
    guard (1...3).contains(fields.count) else { return nil }
    var seconds: Int64 = 0
    for (field, unit) in zip(fields, [3600, 60, 1] as [Int64]) {
      guard let number = Int64(field), (0..<100).contains(number) else { return nil }
      seconds += number * unit
    }
    return seconds
  }
}
