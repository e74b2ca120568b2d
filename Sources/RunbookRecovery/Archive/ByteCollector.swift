import RunbookModel
import Synchronization

/// Bytes that another thread hands over; the first few are kept, and of them whole lines where there are
/// more: no half of a secret stays at the edge.
package final class ByteCollector: Sendable {
  private let bytes = Mutex<[UInt8]>([])

  private static let limit = 65_536

  package func append(_ more: [UInt8]) {
    bytes.withLock { $0 += more.prefix(max(0, Self.limit - $0.count)) }
  }

  package var text: String {
    let kept = bytes.withLock { $0 }
    guard kept.count >= Self.limit else { return String(decoding: kept, as: UTF8.self) }
    let end = kept.lastIndex(of: UInt8(ascii: "\n")) ?? 0
    return String(decoding: kept[..<end], as: UTF8.self)
  }
}
