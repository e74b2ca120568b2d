import Glibc
import RunbookModel

/// Writes a file in an attempt's evidence folder piece by piece, readable by its owner only.
struct EvidenceWriter: Sendable {
  /// -1 when the file could not be made.
  private let descriptor: CInt
  private var room = EvidenceWriter.largest
  private let redact: @Sendable (String) -> String
  /// What has come since the last line break: a secret may be cut anywhere but at one.
  private var pending: [UInt8] = []

  /// A line longer than this is written in pieces, of which `overlap` bytes wait for the next.
  private static let longestLine = 1 << 16
  private static let overlap = 1 << 10

  /// No file is longer: a script that prints without end must not fill the disk.
  private static let largest = 1 << 30

  /// Makes the folder, and those that it lies in, where it is missing.
  ///
  /// - Parameter redact: takes secrets out of a text; it is given whole lines where it can be.
  init(folder: String, name: String, redact: @escaping @Sendable (String) -> String) {
    self.redact = redact
    Self.make(folder)
    descriptor = open("\(folder)/\(name)", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
  }

  /// - Returns: false when not all could be written.
  mutating func write(_ bytes: [UInt8]) -> Bool {
    guard descriptor >= 0 else { return false }
    pending += bytes
    if let end = pending.lastIndex(of: UInt8(ascii: "\n")) { return flush(through: end + 1) }
    return pending.count <= Self.longestLine || flushLongLine()
  }

  private mutating func flush(through end: Int) -> Bool {
    let lines = Array(pending[..<end])
    pending.removeSubrange(..<end)
    return put(redacted(lines))
  }

  private mutating func flushLongLine() -> Bool {
    let clean = redacted(pending)
    pending = clean.suffix(Self.overlap)
    return put(clean.dropLast(Self.overlap))
  }

  /// Bytes that hold no secret stay as they are, also where they are no UTF-8.
  private func redacted(_ bytes: [UInt8]) -> [UInt8] {
    let text = String(decoding: bytes, as: UTF8.self)
    let clean = redact(text)
    return clean == text ? bytes : Array(clean.utf8)
  }

  private mutating func put(_ bytes: some Sequence<UInt8>) -> Bool {
    var rest = Array(bytes)[...]
    guard rest.count <= room else { return false }
    room -= rest.count
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return false }
      rest = rest.dropFirst(count)
    }
    return true
  }

  /// - Returns: false when the system says that something was not written.
  mutating func close() -> Bool {
    guard descriptor >= 0 else { return true }
    let isWhole = flush(through: pending.count)
    return Glibc.close(descriptor) == 0 && isWhole
  }

  private static func make(_ folder: String) {
    guard !folder.isEmpty, mkdir(folder, 0o700) != 0, errno == ENOENT,
      let slash = folder.index(ofLast: "/")
    else { return }
    make(String(folder[..<slash]))
    mkdir(folder, 0o700)
  }
}
