import Foundation

/// Cuts what one side of a connection says into PostgreSQL's messages.
struct MessageReader {
  struct Message {
    let bytes: [UInt8]
    let sort: UInt8?

    /// Parse, for an unnamed statement with this text alone.
    var isCommit: Bool { sort == UInt8(ascii: "P") && holds("\0COMMIT\0") }
    var isSync: Bool { sort == UInt8(ascii: "S") }
    /// CommandComplete.
    var isCommitted: Bool { sort == UInt8(ascii: "C") && holds("COMMIT\0") }

    private func holds(_ text: String) -> Bool {
      bytes.dropFirst(5).starts(with: Array(text.utf8))
    }
  }

  /// Whether the other side has closed the connection.
  private(set) var hasEnded = false
  private let descriptor: Int32
  private var hasSorts: Bool
  private var buffer: [UInt8] = []

  /// - Parameter hasSorts: false where the first message is the one without.
  init(_ descriptor: Int32, hasSorts: Bool) {
    self.descriptor = descriptor
    self.hasSorts = hasSorts
  }

  mutating func next() -> Message? {
    let start = hasSorts ? 1 : 0
    guard fill(start + 4) else { return nil }
    let length = buffer[start..<start + 4].reduce(0) { $0 << 8 | Int($1) }
    guard fill(start + length) else { return nil }
    let bytes = Array(buffer.prefix(start + length))
    buffer.removeFirst(start + length)
    let message = Message(bytes: bytes, sort: hasSorts ? bytes.first : nil)
    hasSorts = true
    return message
  }

  private mutating func fill(_ count: Int) -> Bool {
    var bytes = [UInt8](repeating: 0, count: 16_384)
    while buffer.count < count {
      let got = recv(descriptor, &bytes, bytes.count, 0)
      guard got > 0 else {
        hasEnded = true
        return false
      }
      buffer += bytes.prefix(got)
    }
    return true
  }
}
