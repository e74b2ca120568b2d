import RunbookEngine
import RunbookModel

/// What one stream of a script printed: its beginning for the result, its lines for people as they
/// come, and all of it in a file once it is longer than the result may hold.
struct CapturedOutput {
  private let stream: ChildProcess.Stream
  private let limit: Int
  private let context: AttemptContext

  private var kept: [UInt8] = []
  private var size: Int64 = 0
  private var line: [UInt8] = []
  private var tail: [String] = []
  private var file: EvidenceWriter?
  private var isFileWhole = true

  private static let longestLine = 8192
  private static let tailCount = 10

  init(_ stream: ChildProcess.Stream, _ limit: Int, _ context: AttemptContext) {
    self.stream = stream
    self.limit = limit
    self.context = context
  }

  private var name: String { stream == .standardOutput ? "stdout" : "stderr" }

  mutating func append(_ bytes: [UInt8]) {
    size += Int64(bytes.count)
    store(bytes)
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
    if let file, !file.close() { isFileWhole = false }
  }

  /// UTF-8 repaired, without zero bytes.
  var text: String { Self.text(of: kept) }

  var notices: [String] {
    isFileWhole ? [] : ["not all of \(name) could be written to its file"]
  }

  func lastLines(_ count: Int) -> String { tail.suffix(count).joined(separator: "\n") }

  func evidence(source: String) -> [EvidenceDraft] {
    guard size > 0 else { return [] }
    let what = stream == .standardOutput ? "standard output" : "standard error"
    let isCut = size > Int64(limit)
    var drafts = [
      EvidenceDraft(
        what: what, source: source, content: .result(name), uncutSize: isCut ? size : nil)
    ]
    if isCut, file != nil {
      drafts.append(
        EvidenceDraft(
          what: "\(what), all of it", source: source, content: .file("\(name).txt"),
          uncutSize: isFileWhole ? nil : size))
    }
    return drafts
  }

  private mutating func store(_ bytes: [UInt8]) {
    let room = limit - kept.count
    if file == nil, size > Int64(limit) {
      // The file begins with what was kept until now, so that it holds everything.
      file = EvidenceWriter(folder: context.evidenceFolder, name: "\(name).txt")
      isFileWhole = file?.write(kept) ?? false
    }
    if file != nil, isFileWhole { isFileWhole = file?.write(bytes) ?? false }
    if room > 0 {
      kept += bytes.prefix(room)
      if bytes.count > room { kept.removeIncompleteScalar() }
    }
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

extension [UInt8] {
  /// Drops a UTF-8 sequence at the end that was cut before its last byte.
  mutating func removeIncompleteScalar() {
    guard let start = suffix(4).lastIndex(where: { $0 & 0xC0 != 0x80 }) else { return }
    let length =
      switch self[start] {
      case 0xC0...0xDF: 2
      case 0xE0...0xEF: 3
      case 0xF0...0xF7: 4
      default: 1
      }
    if count - start < length { removeSubrange(start...) }
  }
}
