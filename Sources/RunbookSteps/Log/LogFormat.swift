import RunbookModel

/// How a log is written.
enum LogFormat: String, Sendable, CaseIterable {
  /// PostgreSQL's to standard error, with a time in its `log_line_prefix`.
  case postgres
  /// Lines with a time near their start; lines without one belong to the line before.
  case iso8601
  /// A JSON object a line.
  case jsonl

  /// Where its events come from, for a reader of the timeline.
  var source: String { self == .postgres ? "PostgreSQL log" : "application log" }

  /// What a line is.
  enum Line: Sendable, Hashable {
    case begins(LogEvent)
    case continues(String)
    /// An event whose time cannot be told, and why.
    case unusable(String)
  }

  func read(_ line: [UInt8]) -> Line {
    switch self {
    case .jsonl: return readJSON(String(decoding: line, as: UTF8.self))
    case .postgres where line.first == UInt8(ascii: "\t"): break
    case .postgres, .iso8601:
      guard let time = LogTime(in: line) else { break }
      let whole = String(decoding: line, as: UTF8.self)
      if case .unknown(let name) = time.zone {
        return .unusable("the time zone `\(name)`, whose offset is not known")
      }
      guard let at = time.timestamp else { return .unusable("a time out of range") }
      let shown = self == .postgres ? Self.message(line, after: time.range.upperBound) : nil
      let rest = time.range.lowerBound <= 1 ? Self.remainder(of: line, after: time) : line
      return .begins(LogEvent(at: at, text: (shown ?? rest).trimmedText, whole: whole))
    }
    return .continues(line.trimmedText)
  }

  /// A line without the time that it begins with, and its bracket.
  private static func remainder(of line: [UInt8], after time: LogTime) -> [UInt8] {
    let rest = line[time.range.upperBound...]
    return Array(rest.first == UInt8(ascii: "]") ? rest.dropFirst() : rest)
  }

  private static let severities = [
    "LOG", "ERROR", "FATAL", "PANIC", "WARNING", "NOTICE", "INFO", "DETAIL", "HINT", "STATEMENT",
    "CONTEXT", "QUERY", "LOCATION", "DEBUG", "DEBUG1", "DEBUG2", "DEBUG3", "DEBUG4", "DEBUG5",
  ].map { Array("\($0):  ".utf8) }

  /// A line from its severity on; what is before it is the prefix.
  private static func message(_ line: [UInt8], after start: Int) -> [UInt8]? {
    for index in line.indices.dropFirst(start) where (65...90).contains(line[index]) {
      if severities.contains(where: { line[index...].starts(with: $0) }) {
        return Array(line[index...])
      }
    }
    return nil
  }

  private func readJSON(_ line: String) -> Line {
    let value: Value
    do throws(JSONError) { value = try Value(json: line) } catch {
      return .unusable("no JSON object")
    }
    guard let map = value.mapValue else { return .unusable("no JSON object") }
    let times = ["time", "timestamp", "ts", "@timestamp"].compactMap { map[$0] }
    guard let at = times.lazy.compactMap(Self.timestamp).first else {
      return .unusable("no time that is understood")
    }
    let texts = ["message", "msg", "text", "event"].compactMap { map[$0]?.stringValue }
    return .begins(LogEvent(at: at, text: texts.first ?? line, whole: line))
  }

  /// RFC 3339 or like it, or a number of seconds or milliseconds since 1970.
  private static func timestamp(_ value: Value) -> Timestamp? {
    switch value {
    case .string(let text):
      LogTime(in: Array(text.utf8), startingWithin: 1)?.timestamp
    case .int(let number) where number.magnitude < 100_000_000_000:
      Timestamp(seconds: number)
    case .int(let number):
      Timestamp.epoch.adding(.milliseconds(number))
    case .double(let number) where number.magnitude < 100_000_000_000:
      Timestamp.epoch.adding(.microseconds(Int64(number * 1_000_000)))
    default: nil
    }
  }
}

/// Something that a log tells.
struct LogEvent: Sendable, Hashable {
  let at: Timestamp
  /// What is shown: without the time and the prefix, on one line.
  var text: String
  /// What patterns are held against.
  var whole: String

  /// An event's lines beyond this many bytes are left out.
  private static let longest = 16_384

  mutating func append(_ line: String) {
    guard !line.isEmpty, whole.utf8.count + line.utf8.count < Self.longest else { return }
    text += (text.hasSuffix(" ") || text.isEmpty ? "" : " ") + line
    whole += (whole.hasSuffix(" ") ? "" : " ") + line
  }
}

extension [UInt8] {
  fileprivate var trimmedText: String {
    let isSpace: (UInt8) -> Bool = { $0 <= 32 }
    guard let start = firstIndex(where: { !isSpace($0) }),
      let end = lastIndex(where: { !isSpace($0) })
    else { return "" }
    return String(decoding: self[start...end], as: UTF8.self)
  }
}
