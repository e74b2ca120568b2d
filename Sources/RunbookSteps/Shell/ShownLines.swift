package import RunbookEngine
import RunbookModel

/// What a stream printed, line by line for people as it comes, secrets taken out; and its last lines.
///
/// Of a flood not every line is shown: nobody reads it, and a terminal would hold the program up.
package struct ShownLines {
  private let stream: OutputLine.Stream
  private let output: @Sendable (OutputLine) -> Void
  private var redacting: RedactingStream
  /// The line that has not ended.
  private var line: [UInt8] = []
  /// The end of all that came.
  private var recent: [UInt8] = []
  private var hidden = 0
  /// Whether more came than is shown: from then on what the file is given is shown, so that nothing is gone through twice.
  private var isFlood = false
  private var budget = Double(ShownLines.burst)
  private var refilled = ContinuousClock.now

  /// A longer line is shown in pieces.
  private static let longestLine = 8192
  private static let recentSize = 16_384
  /// So many lines are shown at once, and so many a second after that.
  private static let burst = 2000
  private static let rate = 200.0

  package init(
    _ stream: OutputLine.Stream, _ redactor: Redactor,
    output: @escaping @Sendable (OutputLine) -> Void
  ) {
    self.stream = stream
    self.output = output
    redacting = redactor.stream(isForPeople: true)
  }

  /// - Parameter filed: what of it a file was given, secrets taken out; nil where there is none.
  package mutating func append(_ bytes: [UInt8], filed: [UInt8]?) {
    if isFlood, let filed { return take(filed) }
    take(redacting.append(bytes))
    isFlood = budget < 1 && filed != nil
  }

  /// Gives out the last line when it had no line break.
  package mutating func finish(filed: [UInt8]?) {
    take(isFlood ? filed ?? [] : redacting.finish())
    if !line.isEmpty { endLine() }
    tellHidden()
  }

  package func lastLines(_ count: Int) -> String {
    let text = Self.text(of: recent[...])
    return text.pieces { $0 == "\n" }.suffix(count).joined(separator: "\n")
  }

  private mutating func take(_ bytes: [UInt8]) {
    guard !bytes.isEmpty else { return }
    recent += bytes[max(0, bytes.count - Self.recentSize)...]
    if recent.count > 4 * Self.recentSize { recent.removeFirst(recent.count - Self.recentSize) }
    refill()
    var start = 0
    while start < bytes.count {
      guard budget >= 1 else { return hide(bytes[start...]) }
      let rest = bytes[start...]
      let end = rest.firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
      let room = Self.longestLine - line.count
      let stop = min(end, start + room)
      line += bytes[start..<stop]
      if stop == end, end < bytes.count {
        endLine()
        start = end + 1
      } else {
        if line.count >= Self.longestLine { endPiece() }
        start = stop
      }
    }
  }

  private mutating func refill() {
    let now = ContinuousClock.now
    budget = min(Double(Self.burst), budget + (now - refilled) / .seconds(1) * Self.rate)
    refilled = now
    if budget >= 1 { tellHidden() }
  }

  private mutating func hide(_ bytes: ArraySlice<UInt8>) {
    hidden += bytes.withUnsafeBufferPointer { buffer in
      var count = 0
      for byte in buffer { count &+= byte == UInt8(ascii: "\n") ? 1 : 0 }
      return count
    }
    // What comes after the last line break is the start of a line that may be shown.
    line.removeAll(keepingCapacity: true)
    if let last = bytes.lastIndex(of: UInt8(ascii: "\n")) {
      line += bytes[(last + 1)...].prefix(Self.longestLine)
    } else {
      line += bytes[max(bytes.startIndex, bytes.endIndex - Self.longestLine)...]
    }
  }

  private mutating func tellHidden() {
    guard hidden > 0 else { return }
    output(OutputLine(.notice, "\(hidden) lines are not shown here"))
    hidden = 0
  }

  /// Shows a part of a long line that ends with a whole character.
  private mutating func endPiece() {
    var end = line.count
    while end > line.count - 4, end > 0, line[end - 1] & 0xC0 == 0x80 { end -= 1 }
    if end > 0, line[end - 1] >= 0xC0 { end -= 1 } else { end = line.count }
    let rest = Array(line[end...])
    line.removeSubrange(end...)
    endLine()
    line = rest
  }

  private mutating func endLine() {
    budget -= 1
    let text = Self.text(of: line[...])
    line.removeAll(keepingCapacity: true)
    output(OutputLine(stream, text))
  }

  private static func text(of bytes: ArraySlice<UInt8>) -> String {
    guard bytes.contains(0) else { return String(decoding: bytes, as: UTF8.self) }
    return String(decoding: bytes.filter { $0 != 0 }, as: UTF8.self)
  }
}
