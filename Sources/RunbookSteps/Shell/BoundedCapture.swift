import RunbookEngine
import RunbookModel

/// What a stream brought: its beginning in memory, and all of it in a file once it is longer.
///
/// Secrets are taken out of the file; what is in memory is the executor's to redact.
struct BoundedCapture: Sendable {
  let fileName: String
  private let limit: Int
  private let folder: String
  private let redact: @Sendable (String) -> String
  private var kept: [UInt8] = []
  private var file: EvidenceWriter?
  /// Bytes that came.
  private(set) var size: Int64 = 0
  /// Whether the file, if there is one, holds all that came.
  private(set) var isFileWhole = true

  /// - Parameter folder: the attempt's evidence folder; made when the file is.
  init(
    limit: Int, folder: String, fileName: String, redact: @escaping @Sendable (String) -> String
  ) {
    self.limit = limit
    self.folder = folder
    self.fileName = fileName
    self.redact = redact
  }

  /// Whether the memory holds less than what came.
  var isCut: Bool { size > Int64(limit) }
  var hasFile: Bool { file != nil }

  /// UTF-8 repaired, without zero bytes. What was cut ends with a whole line where it can, so that no
  /// half of a secret stays at the edge.
  var text: String {
    var bytes = kept
    if isCut, let end = bytes.lastIndex(of: UInt8(ascii: "\n")) {
      bytes.removeSubrange((end + 1)...)
    }
    return String(decoding: bytes.contains(0) ? bytes.filter { $0 != 0 } : bytes, as: UTF8.self)
  }

  mutating func append(_ bytes: [UInt8]) {
    size += Int64(bytes.count)
    if file == nil, isCut {
      // The file begins with what was kept until now, so that it holds everything.
      file = EvidenceWriter(folder: folder, name: fileName, redact: redact)
      isFileWhole = file?.write(kept) ?? false
    }
    if file != nil, isFileWhole { isFileWhole = file?.write(bytes) ?? false }
    let room = limit - kept.count
    guard room > 0 else { return }
    kept += bytes.prefix(room)
    if bytes.count > room { kept.removeIncompleteScalar() }
  }

  /// Closes the file.
  mutating func finish() {
    guard file != nil else { return }
    if file?.close() != true { isFileWhole = false }
  }

  /// - Parameter key: the result's name for the text.
  func evidence(_ what: String, key: String, source: String) -> [EvidenceDraft] {
    guard size > 0 else { return [] }
    var drafts = [
      EvidenceDraft(
        what: what, source: source, content: .result(key), uncutSize: isCut ? size : nil)
    ]
    if hasFile {
      drafts.append(
        EvidenceDraft(
          what: "\(what), all of it", source: source, content: .file(fileName),
          uncutSize: isFileWhole ? nil : size))
    }
    return drafts
  }
}

extension [UInt8] {
  /// Drops a UTF-8 sequence at the end that was cut before its last byte.
  fileprivate mutating func removeIncompleteScalar() {
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
