import RunbookModel
import Synchronization

/// Bytes that another thread hands over; the first few are kept.
final class ByteCollector: Sendable {
  private let bytes = Mutex<[UInt8]>([])

  private static let limit = 65_536

  func append(_ more: [UInt8]) {
    bytes.withLock { $0 += more.prefix(max(0, Self.limit - $0.count)) }
  }

  var text: String { bytes.withLock { String(decoding: $0, as: UTF8.self) } }
}
