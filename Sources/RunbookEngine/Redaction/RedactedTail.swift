/// The end of what comes in pieces, secrets taken out.
public struct RedactedTail: Sendable {
  private var stream: RedactingStream
  private let size: Int
  private var bytes: [UInt8] = []

  /// - Parameter size: in bytes.
  public init(_ redactor: Redactor, size: Int) {
    stream = redactor.stream()
    self.size = size
  }

  public mutating func append(_ more: [UInt8]) { keep(stream.append(more)) }

  /// Takes in what was held back; to be called once nothing more comes.
  public mutating func finish() { keep(stream.finish()) }

  private mutating func keep(_ more: [UInt8]) {
    bytes += more[max(0, more.count - size)...]
    if bytes.count > size { bytes.removeFirst(bytes.count - size) }
  }

  public var text: String { String(decoding: bytes, as: UTF8.self) }
}
