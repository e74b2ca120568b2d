import RunbookEngine
import RunbookModel

/// What one stream of a script printed: its beginning for the result, its lines for people as they
/// come, and all of it in a file once it is longer than the result may hold.
struct CapturedOutput {
  private let stream: ChildProcess.Stream
  private let context: AttemptContext
  private var capture: BoundedCapture
  private var line: [UInt8] = []
  private var tail: [String] = []

  private static let longestLine = 8192
  private static let tailCount = 10

  init(_ stream: ChildProcess.Stream, _ limit: Int, _ context: AttemptContext) {
    self.stream = stream
    self.context = context
    capture = BoundedCapture(
      limit: limit, folder: context.evidenceFolder, fileName: "\(Self.name(stream)).txt",
      redact: context.redact)
  }

  private static func name(_ stream: ChildProcess.Stream) -> String {
    stream == .standardOutput ? "stdout" : "stderr"
  }

  mutating func append(_ bytes: [UInt8]) {
    capture.append(bytes)
    for byte in bytes {
      if byte == UInt8(ascii: "\n") {
        endLine()
      } else {
        line.append(byte)
        if line.count >= Self.longestLine { endLine() }
      }
    }
  }

  /// Gives out the last line when it had no line break, and closes the file.
  mutating func finish() {
    if !line.isEmpty { endLine() }
    capture.finish()
  }

  /// UTF-8 repaired, without zero bytes.
  var text: String { capture.text }

  var notices: [String] {
    capture.isFileWhole
      ? [] : ["not all of \(Self.name(stream)) could be written to its file"]
  }

  func lastLines(_ count: Int) -> String { tail.suffix(count).joined(separator: "\n") }

  func evidence(source: String) -> [EvidenceDraft] {
    capture.evidence(
      stream == .standardOutput ? "standard output" : "standard error", key: Self.name(stream),
      source: source)
  }

  private mutating func endLine() {
    let text = Self.text(of: line)
    line.removeAll(keepingCapacity: true)
    tail.append(text)
    if tail.count > Self.tailCount { tail.removeFirst() }
    context.output(
      OutputLine(stream == .standardOutput ? .standardOutput : .standardError, text))
  }

  private static func text(of bytes: [UInt8]) -> String {
    guard bytes.contains(0) else { return String(decoding: bytes, as: UTF8.self) }
    return String(decoding: bytes.filter { $0 != 0 }, as: UTF8.self)
  }
}
