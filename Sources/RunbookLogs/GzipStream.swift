private import CZlib
import Glibc
import RunbookModel

/// Unpacks a gzip'd file, members behind one another included, piece by piece.
package final class GzipStream {
  /// Why unpacking ended before the file was done.
  package enum Problem: Error, Hashable {
    case system(CInt)
    case damaged
    case cutShort
    case noLibrary
  }

  private let state: OpaquePointer
  private var input = [UInt8](repeating: 0, count: 1 << 16)
  private var unread = 0..<0
  /// Whether a member has begun and not ended.
  private var isInside = false
  /// Of the place where reading has come to; what was unpacked before it is given out first.
  private var problem: Problem?

  /// - Throws: `noLibrary` where there is no zlib on this machine.
  package init() throws(Problem) {
    guard let state = runbook_gunzip_open() else { throw .noLibrary }
    self.state = state
  }

  deinit { runbook_gunzip_close(state) }

  /// - Parameter descriptor: where the packed bytes are read.
  /// - Returns: how many bytes were put into `output`; 0 at the end.
  package func read(_ descriptor: CInt, into output: UnsafeMutableRawBufferPointer) throws(Problem)
    -> Int
  {
    while true {
      if let problem { throw problem }
      if unread.isEmpty, try !fill(descriptor) {
        guard !isInside else { throw .cutShort }
        return 0
      }
      // Files may be filled up with zeros behind their last member.
      if !isInside {
        while let first = unread.first, input[first] == 0 { unread = first + 1..<unread.upperBound }
        if unread.isEmpty { continue }
      }
      let made = try unpack(into: output)
      if made > 0 { return made }
    }
  }

  private func unpack(into output: UnsafeMutableRawBufferPointer) throws(Problem) -> Int {
    var used = 0
    var made = 0
    isInside = true
    let status = input.withUnsafeBytes { bytes in
      runbook_gunzip_next(
        state, bytes.baseAddress?.advanced(by: unread.lowerBound), unread.count,
        output.baseAddress, output.count, &used, &made)
    }
    unread = unread.lowerBound + used..<unread.upperBound
    if status < 0 {
      problem = .damaged
      return made
    }
    if status == 1 { isInside = false }
    return made
  }

  private func fill(_ descriptor: CInt) throws(Problem) -> Bool {
    var count = 0
    repeat {
      count = input.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
    } while count < 0 && errno == EINTR
    guard count >= 0 else { throw .system(errno) }
    unread = 0..<count
    return count > 0
  }
}
