private import CZlib
import Glibc
import RunbookModel
package import RunbookSystem

extension PackedForm {
  fileprivate var form: runbook_packed {
    switch self {
    case .gzip: RUNBOOK_GZIP
    case .bzip2: RUNBOOK_BZIP2
    case .xz: RUNBOOK_XZ
    case .zstd: RUNBOOK_ZSTD
    }
  }
}

/// Unpacks a packed file, members behind one another included, piece by piece.
package final class PackedStream {
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
  /// Whether there may be more to come out without more going in.
  private var isFull = false
  /// Of the place where reading has come to; what was unpacked before it is given out first.
  private var problem: Problem?
  /// How often nothing went in and nothing came out, one after the other.
  private var idle = 0

  /// - Throws: `noLibrary` where what unpacks it is not on this machine.
  package init(_ form: PackedForm) throws(Problem) {
    guard let state = runbook_unpack_open(form.form) else { throw .noLibrary }
    self.state = state
  }

  deinit { runbook_unpack_close(state) }

  /// - Parameter descriptor: where the packed bytes are read.
  /// - Returns: how many bytes were put into `output`; 0 at the end.
  package func read(_ descriptor: CInt, into output: UnsafeMutableRawBufferPointer) throws(Problem)
    -> Int
  {
    while true {
      if let problem { throw problem }
      if unread.isEmpty, !isFull, try !fill(descriptor) {
        guard !isInside else { throw .cutShort }
        return 0
      }
      // Files may be filled up with zeros behind their last member.
      if !isInside {
        while let first = unread.first, input[first] == 0 { unread = first + 1..<unread.upperBound }
        if unread.isEmpty {
          isFull = false
          continue
        }
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
      runbook_unpack_next(
        state, bytes.baseAddress?.advanced(by: unread.lowerBound), unread.count,
        output.baseAddress, output.count, &used, &made)
    }
    unread = unread.lowerBound + used..<unread.upperBound
    idle = status == 0 && used == 0 && made == 0 && !unread.isEmpty ? idle + 1 : 0
    if status < 0 || idle >= 3 {
      problem = .damaged
      return made
    }
    // What took nothing and made nothing wants more.
    isFull = status == 0 && made == output.count
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
