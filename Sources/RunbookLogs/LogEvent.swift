package import RunbookEngine
package import RunbookModel

/// Something that a log tells.
package struct LogEvent: Sendable, Hashable {
  package var at: Timestamp
  /// What patterns are held against, on one line.
  package var whole: [UInt8]
  /// Where in `whole` that begins which is shown.
  package var textStart = 0
  /// What is shown instead, where it is not part of `whole`.
  package var shown: String?
  /// Whether its object has a key twice that is not read here.
  var hasRepeatedKey = false
  /// Its lines that begin with a time, and not with the prefix that is given.
  package var linesOfOtherPrefix = 0
  /// What else the record says, for expressions.
  package var details: [LogDetail] = []

  /// What is shown: without the time and the prefix, on one line.
  package func text(_ redactor: Redactor) -> String {
    let text = shown ?? String(decoding: whole[min(textStart, whole.count)...], as: UTF8.self)
    return redactor.excerpt(text, bytes: Self.longest)
  }

  /// The bytes of an event that are shown at most.
  private static let longest = 16_384
}

/// A named part of an event, such as its `user`.
package struct LogDetail: Sendable, Hashable {
  package let name: String
  package let value: Value
}

extension LogEvent {
  /// What a server says in columns, as its log to standard error would say it.
  package init(
    server severity: String, _ message: String, _ additions: [(String, String)], at: Timestamp,
    _ details: [LogDetail]
  ) {
    var text = LogText()
    text.append(lines: "\(severity):  \(message)")
    for (word, addition) in additions where !addition.isEmpty {
      text.append(lines: "\(word):  \(addition)")
    }
    self.init(
      at: at, whole: text.bytes,
      details: details + [LogDetail(name: "level", value: .string(severity))])
  }
}
