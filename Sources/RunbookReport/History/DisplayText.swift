import RunbookModel

extension Value {
  /// The value as a person reads it: strings as they are, lists of plain values with commas, the rest
  /// as JSON.
  var displayText: String {
    switch self {
    case .string(let text): text
    case .timestamp(let time): time.description
    case .duration(let duration): duration.secondsText
    case .list(let values) where values.allSatisfy(\.isPlain):
      values.map(\.displayText).joined(separator: ", ")
    default: json
    }
  }

  private var isPlain: Bool {
    switch self {
    case .list, .map: false
    default: true
    }
  }
}

extension StringProtocol {
  /// Without white space at both ends.
  var trimmed: String {
    guard let first = unicodeScalars.firstIndex(where: { !$0.isWhitespace }),
      let last = unicodeScalars.lastIndex(where: { !$0.isWhitespace })
    else { return "" }
    return String(self[first...last])
  }

  /// Lines, whatever ends them.
  var lines: [Substring] {
    self[...].pieces(omittingEmptySubsequences: false, whereSeparator: \.isNewline).map {
      Substring($0)
    }
  }
}
