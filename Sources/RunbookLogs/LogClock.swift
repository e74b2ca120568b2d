import RunbookModel

/// What is known of the clock of a log's source.
package enum LogClock: Sendable, Hashable {
  case unknown
  /// The source's clock less the executor's, as the author gave it.
  case given(Duration)
  /// The clock of the server that this connection leads to.
  case connection(String)

  /// Reads `1.5s`, `-200ms`, `+1m30s`.
  package static func offset(_ text: String) -> Duration? {
    var rest = Substring(text)
    let isNegative = rest.firstScalar == "-"
    if isNegative || rest.firstScalar == "+" { rest = rest.dropFirstScalars() }
    guard !rest.isEmpty else { return nil }
    var sum = Duration.zero
    while !rest.isEmpty {
      let number = rest.prefixOfScalars { $0.isASCII && ($0.isNumber || $0 == ".") }
      rest = rest.dropping(prefix: number)
      let unit = rest.prefixOfScalars { $0.isASCII && $0.isLetter }
      rest = rest.dropping(prefix: unit)
      guard let value = Double(number), value < 1e9, let seconds = units[String(unit)] else {
        return nil
      }
      sum += .nanoseconds(Int64((value * seconds * 1e9).rounded()))
      guard sum < .seconds(1_000_000_000) else { return nil }
    }
    return isNegative ? .zero - sum : sum
  }

  private static let units: [String: Double] = ["us": 1e-6, "ms": 1e-3, "s": 1, "m": 60, "h": 3600]
}
