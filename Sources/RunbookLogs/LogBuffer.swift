import Glibc
import RunbookModel

/// Bytes of a log on their way to its scanner: a mebibyte at a time, and what is left of the one before.
package struct LogBuffer {
  /// As large as was needed so far, as a log may have many streams.
  private var bytes: [UInt8] = []
  private var used = 0
  private var scanner: LogScanner

  package static let chunk = 1 << 20
  private static let capacity = 2 << 20

  package init(_ scanner: LogScanner) { self.scanner = scanner }

  /// Takes more bytes, and scans them.
  ///
  /// - Parameter read: puts bytes into what it is given, and returns how many; 0 is the end.
  /// - Returns: false at the end.
  package mutating func fill<Problem: Error>(
    into findings: inout LogFindings,
    _ read: (UnsafeMutableRawBufferPointer) throws(Problem) -> Int
  ) throws(Problem) -> Bool {
    makeRoom(Self.capacity)
    let room = used..<min(bytes.count, used + Self.chunk)
    let outcome = bytes.withUnsafeMutableBytes { memory in
      do throws(Problem) {
        return Result<Int, Problem>.success(
          try read(UnsafeMutableRawBufferPointer(rebasing: memory[room])))
      } catch {
        return .failure(error)
      }
    }
    let count = try outcome.get()
    used += count
    scan(isLast: count == 0, into: &findings)
    return count > 0
  }

  /// Takes bytes of which it is not known how many come.
  package mutating func append(_ more: [UInt8], into findings: inout LogFindings) {
    var rest = more[...]
    while !rest.isEmpty, findings.halt == nil {
      makeRoom(used + rest.count)
      let part = rest.prefix(bytes.count - used)
      bytes.replaceSubrange(used..<used + part.count, with: part)
      used += part.count
      rest = rest.dropFirst(part.count)
      // The end of what is scanned too early is scanned again.
      if used >= Self.chunk { scan(isLast: false, into: &findings) }
    }
  }

  /// Scans what there is, so that events of several streams come in some order.
  package mutating func scanSoFar(into findings: inout LogFindings) {
    if used > 0 { scan(isLast: false, into: &findings) }
  }

  private mutating func makeRoom(_ wanted: Int) {
    guard bytes.count < min(wanted, Self.capacity) else { return }
    var size = max(bytes.count, 1 << 12)
    while size < wanted, size < Self.capacity { size *= 2 }
    bytes += [UInt8](repeating: 0, count: size - bytes.count)
  }

  package mutating func finish(into findings: inout LogFindings) {
    scan(isLast: true, into: &findings)
  }

  private mutating func scan(isLast: Bool, into findings: inout LogFindings) {
    guard findings.halt == nil else {
      used = 0
      return
    }
    let used = used
    let done = bytes.withUnsafeMutableBufferPointer { bytes in
      let block = LogBytes(rebasing: bytes[..<used])
      var done = scanner.scan(block, isLast ? .last : .more, into: &findings)
      if done == 0, !isLast, used == Self.capacity {
        done = scanner.scan(block, .full, into: &findings)
      }
      if done > 0, done < used, let base = bytes.baseAddress {
        memmove(base, base + done, used - done)
      }
      return done
    }
    self.used = used - done
  }
}
