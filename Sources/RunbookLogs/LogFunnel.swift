package import RunbookModel

/// Bytes of a log on their way to its scanner, out of their envelopes where they are in some.
///
/// Each stream has a scanner of its own, so that the lines of one process stay together.
package struct LogFunnel {
  private enum Way {
    /// What came so far, of which it is not known whether it is wrapped.
    case open([UInt8])
    case plain(LogBuffer)
    case wrapped(LogEnvelope, WrappedLog)
  }

  private let grammar: any LogGrammar
  private let match: RegularExpression?
  private let reference: Timestamp
  private var way = Way.open([])

  /// Bytes from which it is told whether lines are wrapped.
  package static let sample = 1 << 16

  /// - Parameter reference: of which year times are that say none, up to then.
  package init(_ grammar: any LogGrammar, match: RegularExpression?, reference: Timestamp) {
    self.grammar = grammar
    self.match = match
    self.reference = reference
  }

  package mutating func append(_ bytes: [UInt8], into findings: inout LogFindings) {
    switch way {
    case .open(let before):
      let all = before + bytes
      way = .open(all)
      if all.count >= Self.sample { decide(all, into: &findings) }
    case .plain(var buffer):
      // The buffer is not to be copied.
      way = .open([])
      buffer.append(bytes, into: &findings)
      way = .plain(buffer)
    case .wrapped(let envelope, var log):
      way = .open([])
      log.append(bytes, envelope, into: &findings)
      way = .wrapped(envelope, log)
    }
  }

  package mutating func finish(into findings: inout LogFindings) {
    if case .open(let bytes) = way { decide(bytes, into: &findings) }
    switch way {
    case .open: break
    case .plain(var buffer):
      way = .open([])
      buffer.finish(into: &findings)
    case .wrapped(let envelope, var log):
      way = .open([])
      log.finish(envelope, into: &findings)
    }
  }

  /// Whether what may be passed over by a pattern is a log of this format at all, by its beginning.
  private func look(at bytes: [UInt8], _ findings: inout LogFindings) {
    bytes.prefix(Self.sample).withUnsafeBufferPointer { start in
      start.eachLine { line in
        let line = line.trimmed
        // As journalctl says it: `-- No entries --`.
        guard !line.isEmpty, !line.starts(with: "-- ".utf8) else { return true }
        findings.hasSeenText = true
        if grammar.stamp(of: line) != nil { findings.hasSeenTime = true }
        return !findings.hasSeenTime
      }
    }
  }

  private mutating func decide(_ bytes: [UInt8], into findings: inout LogFindings) {
    let envelope = bytes.withUnsafeBufferPointer {
      LogEnvelope.found(
        in: $0.part(0..<min($0.count, Self.sample)), grammar, reference)
    }
    if let envelope {
      findings.hasSeenTime = true
      way = .wrapped(envelope, WrappedLog(grammar, match: match, reference: reference))
    } else {
      look(at: bytes, &findings)
      way = .plain(LogBuffer(LogScanner(grammar, match: match)))
    }
    append(bytes, into: &findings)
  }
}

/// The streams of a log whose lines are wrapped.
package struct WrappedLog {
  private struct Stream {
    var buffer: LogBuffer
    /// Lines that were taken out and not yet scanned.
    var ready: [UInt8] = []
    /// The beginning of a line of which the rest is to come.
    var part: [UInt8] = []
    /// Whether its own lines say times.
    var hasTimes = false
    /// Whether any of them was read as a record's first.
    var isRead = false
    var lineCount = 0

    mutating func endLine() {
      guard !part.isEmpty else { return }
      ready += part + [UInt8(ascii: "\n")]
      part = []
    }
  }

  private let grammar: any LogGrammar
  private let match: RegularExpression?
  private let reference: Timestamp
  private var streams: [[UInt8]: Stream] = [:]
  private var order: [[UInt8]] = []
  private var rest: [UInt8] = []
  private var strangers = 0
  private var years: Set<Int> = []

  /// Streams that are told apart; those after them are one.
  private static let most = 500
  /// The longest line; what comes after it is taken for the next.
  private static let longestLine = 2 << 20

  package init(_ grammar: any LogGrammar, match: RegularExpression?, reference: Timestamp) {
    self.grammar = grammar
    self.match = match
    self.reference = reference
  }

  package mutating func append(
    _ bytes: [UInt8], _ envelope: LogEnvelope, into findings: inout LogFindings
  ) {
    var all = rest + bytes
    var end = all.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
    if end == 0, all.count > Self.longestLine { end = all.count }
    rest = Array(all[end...])
    all.removeSubrange(end...)
    take(all, envelope)
    scan(into: &findings)
  }

  package mutating func finish(_ envelope: LogEnvelope, into findings: inout LogFindings) {
    take(rest, envelope)
    rest = []
    for name in order {
      guard var stream = streams.removeValue(forKey: name) else { continue }
      stream.endLine()
      streams[name] = stream
    }
    scan(into: &findings)
    for name in order {
      guard var stream = streams.removeValue(forKey: name) else { continue }
      stream.buffer.finish(into: &findings)
      streams[name] = stream
    }
    if order.count > 1 { findings.sortByTime() }
    tell(envelope, &findings)
  }

  private mutating func take(_ bytes: [UInt8], _ envelope: LogEnvelope) {
    bytes.withUnsafeBufferPointer { bytes in
      bytes.eachLine { line in
        var end = line.count
        if end > 0, line[end - 1] == 13 { end -= 1 }
        let line = line.part(0..<end)
        if let opened = envelope.open(line, reference) {
          take(opened)
        } else if !line.trimmed.isEmpty {
          strangers += 1
          take(LogEnvelope.Line(content: Array(line)))
        }
        return true
      }
    }
  }

  private mutating func take(_ line: LogEnvelope.Line) {
    var name = line.stream
    if streams[name] == nil, order.count >= Self.most { name = [] }
    if streams[name] == nil { order.append(name) }
    var stream =
      streams.removeValue(forKey: name)
      ?? Stream(buffer: LogBuffer(LogScanner(grammar, match: match)))
    if stream.part.isEmpty { stream.part = Array(start(of: line, in: &stream).utf8) }
    stream.part += line.content
    if !line.isPart || stream.part.count > Self.longestLine { stream.endLine() }
    streams[name] = stream
  }

  /// The envelope's time, where the lines of the stream say none themselves.
  private mutating func start(of line: LogEnvelope.Line, in stream: inout Stream) -> String {
    stream.lineCount += 1
    let isOwn = line.content.withUnsafeBufferPointer { grammar.stamp(of: $0) != nil }
    if isOwn {
      stream.hasTimes = true
      stream.isRead = true
    }
    guard !stream.hasTimes, let time = line.time,
      line.content.withUnsafeBufferPointer({ grammar.takesTime(inFrontOf: $0) })
    else { return "" }
    stream.isRead = true
    if let year = line.takenYear { years.insert(year) }
    return "\(time) "
  }

  private mutating func scan(into findings: inout LogFindings) {
    for name in order {
      guard var stream = streams.removeValue(forKey: name) else { continue }
      let ready = stream.ready
      stream.ready = []
      if !ready.isEmpty { stream.buffer.append(ready, into: &findings) }
      stream.buffer.scanSoFar(into: &findings)
      streams[name] = stream
    }
  }

  private func tell(_ envelope: LogEnvelope, _ findings: inout LogFindings) {
    for name in order {
      guard let stream = streams[name], !stream.isRead, !name.isEmpty else { continue }
      findings.note(
        "\(stream.lineCount) lines of `\(String(decoding: name, as: UTF8.self))` were left out: they are "
          + "not written as this log's lines are")
    }
    if strangers > 0 {
      findings.note(
        "\(strangers) lines are not in an envelope of \(envelope.name) as the others are")
    }
    if !years.isEmpty {
      let list = years.sorted().map(String.init).joined(separator: " and ")
      findings.note(
        "the lines say no year: \(list) is taken, so that none is later than \(reference)")
    }
  }
}
