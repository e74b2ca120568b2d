import Glibc
import RunbookModel

/// A part of a log as it is in memory: valid only while its block is read.
package typealias LogBytes = UnsafeBufferPointer<UInt8>

extension LogBytes {
  package func part(_ range: Range<Int>) -> LogBytes { LogBytes(rebasing: self[range]) }

  package func part(from start: Int) -> LogBytes { part(start..<count) }

  /// The part without spaces and control characters at its ends.
  package var trimmed: LogBytes {
    var start = 0
    var end = count
    while start < end, self[start] <= 32 { start += 1 }
    while end > start, self[end - 1] <= 32 { end -= 1 }
    return part(start..<end)
  }

  /// Bytes that are not valid UTF-8 become U+FFFD.
  package var text: String { String(decoding: self, as: UTF8.self) }

  package var isUTF8: Bool {
    allSatisfy { $0 < 0x80 } || String(validating: self, as: UTF8.self) != nil
  }

  /// Where the line that begins here ends, its line break included; nil when it has none.
  package func lineEnd(from start: Int) -> Int? {
    guard start < count, let base = baseAddress,
      let found = memchr(base + start, 10, count - start)
    else { return nil }
    return found.assumingMemoryBound(to: UInt8.self) - UnsafeMutablePointer(mutating: base) + 1
  }

  /// Where the line begins that this byte, or the one before it at the end, belongs to.
  package func lineStart(before position: Int) -> Int {
    var start = position
    while start > 0, self[start - 1] != 10 { start -= 1 }
    return start
  }

  /// Hands over each line, without its line break, until the body says false.
  package func eachLine(_ body: (LogBytes) -> Bool) {
    var start = 0
    while start < count {
      let end = lineEnd(from: start)
      let isBroken = end != nil
      let stop = end ?? count
      guard body(part(start..<(isBroken ? stop - 1 : stop))) else { return }
      start = stop
    }
  }

  package func hasPrefix(_ bytes: [UInt8], at start: Int = 0) -> Bool {
    guard start >= 0, start + bytes.count <= count else { return false }
    for (index, byte) in bytes.enumerated() where self[start + index] != byte { return false }
    return true
  }
}
