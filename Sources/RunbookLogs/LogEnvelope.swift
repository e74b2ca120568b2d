package import RunbookModel

/// What a program that collects logs puts around each line: taken off before the line is read.
///
/// A line of the log is what is inside. Lines of several processes are told apart by their streams, as what belongs
/// to a record is on lines of its own stream; where the line says no time, that of the envelope is its time.
package struct LogEnvelope: Sendable {
  /// One line, taken out.
  package struct Line {
    /// Which process or container wrote it.
    package var stream: [UInt8] = []
    package var content: [UInt8]
    /// As RFC 3339 has it, or near to it.
    package var time: String?
    /// Whether the rest of the line comes with the next one.
    var isPart = false
    /// Whether the time says no year, and which was taken.
    package var takenYear: Int?
    /// Whether nothing but a collector writes such an envelope.
    var isCollected = false
  }

  /// For people.
  package let name: String
  /// Whether a line without it cannot be meant to be read by itself.
  package let isPlain: Bool
  /// - Returns: nil for a line that is not wrapped like this. The time is that of the file's last change, or of now.
  package let open: @Sendable (_ line: LogBytes, _ reference: Timestamp) -> Line?

  private static let all = [
    compose, kubernetes, containerRuntime, json, syslog5424, syslog, tagged, dated,
  ]

  /// The envelope of most lines of a log's beginning; nil where there is none, or it is none for this grammar.
  package static func found(
    in start: LogBytes, _ grammar: any LogGrammar, _ reference: Timestamp
  ) -> LogEnvelope? {
    var lines: [[UInt8]] = []
    start.eachLine { line in
      if !line.trimmed.isEmpty { lines.append(Array(line)) }
      return lines.count < 500
    }
    return all.first { envelope in
      let opened = lines.compactMap { line in
        line.withUnsafeBufferPointer { envelope.open($0, reference) }
      }
      guard opened.count * 2 > lines.count else { return false }
      return envelope.isMeant(grammar, opened, lines)
    }
  }

  /// Whether it is to be taken off for this grammar: where what is inside is what the grammar reads, or no time can be
  /// read otherwise.
  private func isMeant(
    _ grammar: any LogGrammar, _ opened: [Line], _ lines: [[UInt8]]
  ) -> Bool {
    func hasTime(_ line: [UInt8]) -> Bool {
      line.withUnsafeBufferPointer { grammar.stamp(of: $0) != nil }
    }
    let isInside = opened.contains { hasTime($0.content) }
    // A prefix of the server's own may look like an envelope: `%n|%p|`, `%u|%m|`.
    if grammar.isExact,
      lines.contains(where: { line in
        line.withUnsafeBufferPointer { grammar.head(of: $0).map { !$0.isOfOtherPrefix } ?? false }
      })
    {
      return false
    }
    if !isInside, !opened.contains(where: { $0.time != nil }), lines.contains(where: hasTime) {
      return false
    }
    switch grammar.wrapping {
    case .lines where isPlain || opened.allSatisfy(\.isCollected): return true
    // A line that can be read as it is, is; a server's record is taken out all the same.
    case .lines: return isInside || !lines.contains(where: hasTime)
    case .records: return isPlain || isInside || opened.contains { $0.time != nil }
    case .objects: return isInside
    case .asTheyAre: return isInside && !lines.contains(where: hasTime)
    }
  }
}

/// How the lines of a format may be wrapped.
package enum LogWrapping: Sendable {
  /// Lines with a time of any form.
  case lines
  /// A server's lines.
  case records
  /// Objects of JSON, which may be in others.
  case objects
  /// Those that the author's pattern takes apart.
  case asTheyAre
}

// MARK: Forms

extension LogEnvelope {
  /// `db_1  | …`, as docker compose writes it, with its colours.
  fileprivate static let compose = LogEnvelope(name: "docker compose", isPlain: true) { line, _ in
    var scanner = EnvelopeScanner(line)
    scanner.skipColours()
    guard let name = scanner.word(where: { $0.isLetter || $0.isDigit || "_.-".utf8.contains($0) })
    else { return nil }
    guard name.contains(where: \.isLetter) else { return nil }
    scanner.skipBlanks()
    scanner.skipColours()
    guard scanner.skip("|") else { return nil }
    scanner.skipColours()
    _ = scanner.skip(" ")
    return Line(stream: Array(name), content: scanner.rest)
  }

  /// `[pod/NAME/CONTAINER] …`, of `kubectl logs --prefix`.
  fileprivate static let kubernetes = LogEnvelope(name: "kubectl", isPlain: true) { line, _ in
    var scanner = EnvelopeScanner(line)
    guard scanner.skip("[pod/"), let name = scanner.word(where: { $0 != UInt8(ascii: "]") }),
      scanner.skip("] ")
    else { return nil }
    return Line(stream: Array(name), content: scanner.rest)
  }

  /// `2025-10-18T22:01:14.123456789Z stdout F …`, as a container runtime of Kubernetes writes it:
  /// https://github.com/kubernetes/design-proposals-archive/blob/main/node/kubelet-cri-logging.md
  fileprivate static let containerRuntime = LogEnvelope(
    name: "a container runtime", isPlain: true
  ) { line, _ in
    var scanner = EnvelopeScanner(line)
    guard let time = scanner.time(), scanner.skip(" "),
      let stream = scanner.word(where: \.isLetter),
      ["stdout", "stderr"].contains(stream.text), scanner.skip(" "),
      let tag = scanner.word(where: { $0 != UInt8(ascii: " ") }),
      let first = tag.first, first == UInt8(ascii: "P") || first == UInt8(ascii: "F")
    else { return nil }
    _ = scanner.skip(" ")
    return Line(
      stream: Array(stream), content: scanner.rest, time: time, isPart: first == UInt8(ascii: "P"))
  }

  /// `<134>1 2025-10-18T22:01:14Z host app 77 - - …`: https://datatracker.ietf.org/doc/html/rfc5424
  fileprivate static let syslog5424 = LogEnvelope(
    name: "syslog", isPlain: true
  ) { line, _ in
    var scanner = EnvelopeScanner(line)
    // Counted octets, as log drains send them.
    if scanner.word(where: \.isDigit) != nil, !scanner.skip(" ") { return nil }
    guard scanner.skip("<"), scanner.word(where: \.isDigit) != nil, scanner.skip(">1 "),
      let time = scanner.time(), scanner.skip(" ")
    else { return nil }
    var names: [UInt8] = []
    for _ in 0..<4 {
      guard let word = scanner.word(where: { $0 != UInt8(ascii: " ") }) else { return nil }
      names += Array(word) + [32]
      guard scanner.skip(" ") || scanner.isAtEnd else { return nil }
    }
    if scanner.skip("-") {
      guard scanner.skip(" ") || scanner.isAtEnd else { return nil }
      _ = scanner.skip("\u{FEFF}")
      return numbered(Line(stream: names, content: scanner.rest, time: time))
    }
    while scanner.skip("[") {
      guard scanner.word(where: { $0 != UInt8(ascii: "]") }) != nil, scanner.skip("]") else {
        return nil
      }
    }
    _ = scanner.skip(" ")
    _ = scanner.skip("\u{FEFF}")
    return numbered(Line(stream: names, content: scanner.rest, time: time))
  }

  /// `Oct 18 22:01:14 host postgres[77]: …`, which says no year: https://datatracker.ietf.org/doc/html/rfc3164
  fileprivate static let syslog = LogEnvelope(name: "syslog", isPlain: false) { line, reference in
    var scanner = EnvelopeScanner(line)
    if scanner.skip("<") {
      guard scanner.word(where: \.isDigit) != nil, scanner.skip(">") else { return nil }
    }
    guard let (time, year) = scanner.yearlessTime(reference), scanner.skip(" "),
      let host = scanner.word(where: { $0 != UInt8(ascii: " ") }), scanner.skip(" "),
      let tag = scanner.word(where: { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: ":") }),
      scanner.skip(":")
    else { return nil }
    _ = scanner.skip(" ")
    return numbered(
      Line(
        stream: Array(host) + [32] + Array(tag), content: scanner.rest, time: time, takenYear: year)
    )
  }

  /// `2025-10-18T22:01:14+00:00 host postgres[77]: …`, of newer syslogs, journalctl and log drains.
  fileprivate static let tagged = LogEnvelope(name: "syslog", isPlain: false) { line, _ in
    var scanner = EnvelopeScanner(line)
    guard let time = scanner.time(), scanner.skip(" ") else { return nil }
    var names: [UInt8] = []
    for _ in 0..<2 {
      guard let word = scanner.word(where: { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: ":") })
      else { return nil }
      names += Array(word)
      if scanner.skip(":") {
        guard names.last == UInt8(ascii: "]") else { return nil }
        _ = scanner.skip(" ")
        return numbered(Line(stream: names, content: scanner.rest, time: time))
      }
      names.append(32)
      guard scanner.skip(" ") else { return nil }
    }
    return nil
  }

  /// `2025-10-18T22:01:14.123456789Z …`, of `docker logs --timestamps` and `kubectl logs --timestamps`.
  fileprivate static let dated = LogEnvelope(name: "timestamps", isPlain: false) { line, _ in
    var scanner = EnvelopeScanner(line)
    guard let time = scanner.time(), scanner.skip(" ") else { return nil }
    return Line(content: scanner.rest, time: time)
  }

  /// What PostgreSQL puts before each part of a message for syslog: `[9-1] `, and `[9-2] #011` of the lines after it.
  private static func numbered(_ line: Line) -> Line {
    var line = line
    line.content.withUnsafeBufferPointer { bytes in
      var scanner = EnvelopeScanner(bytes)
      // A log drain says whose database it is.
      if scanner.skip("["), scanner.word(where: { $0.isLetter || $0 == UInt8(ascii: "_") }) != nil,
        scanner.skip("] ")
      {
      } else {
        scanner = EnvelopeScanner(bytes)
      }
      guard scanner.skip("["), scanner.word(where: \.isDigit) != nil, scanner.skip("-"),
        let part = scanner.word(where: \.isDigit), scanner.skip("]")
      else { return }
      _ = scanner.skip(" ")
      while scanner.skip("#011") {}
      let isFirst = part.count == 1 && part.first == UInt8(ascii: "1")
      line.content = (isFirst ? [] : [UInt8(ascii: "\t")]) + scanner.rest
    }
    return line
  }
}

/// Reads what stands before a line.
package struct EnvelopeScanner {
  private let line: LogBytes
  private var position = 0

  package init(_ line: LogBytes) { self.line = line }

  package var isAtEnd: Bool { position >= line.count }

  package var rest: [UInt8] { Array(line.part(from: min(position, line.count))) }

  package mutating func skip(_ text: String) -> Bool {
    guard line.hasPrefix(Array(text.utf8), at: position) else { return false }
    position += text.utf8.count
    return true
  }

  package mutating func skipBlanks() {
    while position < line.count, line[position] == UInt8(ascii: " ") { position += 1 }
  }

  /// What a terminal takes for a colour: `ESC [ 36 m`.
  package mutating func skipColours() {
    while position + 1 < line.count, line[position] == 0x1B, line[position + 1] == 0x5B {
      var end = position + 2
      while end < line.count, line[end].isDigit || line[end] == UInt8(ascii: ";") { end += 1 }
      guard end < line.count, line[end] == UInt8(ascii: "m") else { return }
      position = end + 1
    }
  }

  /// - Returns: nil where there is not one such byte.
  package mutating func word(where isPart: (UInt8) -> Bool) -> LogBytes? {
    let start = position
    while position < line.count, isPart(line[position]) { position += 1 }
    return position > start ? line.part(start..<position) : nil
  }

  /// A date and a time with `T` between them and a zone.
  package mutating func time() -> String? {
    guard position + 20 <= line.count, line[position + 10] == UInt8(ascii: "T"),
      let time = LogTime(in: line, at: position), case .offset = time.zone
    else { return nil }
    position = time.range.upperBound
    return line.part(time.range).text
  }

  private static let months = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]

  /// `Oct 18 22:01:14`, in the last year in which that is not after the reference.
  package mutating func yearlessTime(_ reference: Timestamp) -> (time: String, year: Int)? {
    let start = position
    guard position + 15 <= line.count,
      let month = Self.months.firstIndex(of: line.part(position..<position + 3).text)
    else { return nil }
    position += 3
    skipBlanks()
    guard let day = word(where: \.isDigit).flatMap({ Int($0.text) }), (1...31).contains(day),
      skip(" "), let clock = word(where: { $0.isDigit || $0 == UInt8(ascii: ":") }),
      clock.count == 8
    else {
      position = start
      return nil
    }
    func padded(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    let date = "\(padded(month + 1))-\(padded(day))"
    let last = Int(reference.description.prefixOfScalars(4)) ?? 1970
    // A day's leave, as the reference may be of another zone. The 29th of February is in leap years alone.
    for year in [last + 1, last, last - 1, last - 2, last - 3, last - 4] {
      guard let at = Timestamp(rfc3339: "\(year)-\(date)T\(clock.text)Z"),
        at.since(reference) <= .seconds(86400)
      else { continue }
      return ("\(year)-\(date) \(clock.text)", year)
    }
    return nil
  }
}

extension LogEnvelope {
  /// An object a line that holds the line: of Docker, Cloud Logging, CloudWatch, Azure, journald, Fluent Bit and others.
  package static let json = LogEnvelope(name: "JSON", isPlain: false) { line, _ in
    guard line.trimmed.first == UInt8(ascii: "{"), let object = JSONLine(line) else { return nil }
    guard let content = texts.lazy.compactMap({ object.at($0)?.stringValue }).first else {
      return nil
    }
    // Docker cuts long lines, and ends whole ones with a line break.
    let isDocker = object.at("log") != nil && object.at("stream") != nil
    let isPart = isDocker && !content.ends(with: "\n")
    let names = streams.compactMap { object.at($0)?.stringValue }
    return Line(
      stream: Array(names.joined(separator: " ").utf8),
      content: Array(content.withoutFinalLineBreak.utf8), time: time(of: object), isPart: isPart,
      isCollected: isDocker || object.at("textPayload") != nil
        || object.at("__REALTIME_TIMESTAMP") != nil)
  }

  private static let texts = [
    "log", "textPayload", "MESSAGE", "message", "msg", "body", "line", "jsonPayload.message",
    "properties.message", "@message", "event.original",
  ]

  private static let streams = [
    "stream", "logStreamName", "logStream", "pod", "kubernetes.pod_name",
    "kubernetes.container_name",
    "resource.labels.pod_name", "resource.labels.database_id", "_HOSTNAME", "SYSLOG_IDENTIFIER",
    "_PID",
  ]

  private static func time(of object: JSONLine) -> String? {
    guard case .at(let time)? = object.stamp(LogZones())?.time else { return nil }
    return time.description
  }
}
