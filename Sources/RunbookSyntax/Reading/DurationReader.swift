import RunbookModel

/// Reads durations as the file writes them: `500ms`, `30s`, `5m`, `1h30m`, `2d`.
public enum DurationReader {
  private static let units: [(name: String, milliseconds: Int64)] = [
    ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1),
  ]

  /// The duration, or nil unless the text has whole numbers with units, the greatest first, and is
  /// above zero.
  public static func duration(_ text: String) -> Duration? {
    var rest = Substring(text)
    var total: Int64 = 0
    var position = 0
    while !rest.isEmpty {
      let digits = rest.prefixOfScalars { ("0"..."9").contains($0) }
      rest = rest.dropFirstScalars(digits.unicodeScalars.count)
      let unit = rest.prefixOfScalars { ("a"..."z").contains($0) }
      rest = rest.dropFirstScalars(unit.unicodeScalars.count)
      guard let number = Int64(digits),
        let index = units[position...].firstIndex(where: { $0.name == unit })
      else { return nil }
      let (part, overflow) = number.multipliedReportingOverflow(by: units[index].milliseconds)
      let (sum, carry) = total.addingReportingOverflow(part)
      guard !overflow, !carry else { return nil }
      total = sum
      position = index + 1
    }
    // A duration must fit into 64 bits of nanoseconds: about 292 years.
    guard total > 0, total <= Int64.max / 1_000_000 else { return nil }
    return .milliseconds(total)
  }
}
