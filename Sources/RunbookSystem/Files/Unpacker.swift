private import CZlib

/// Unpacks what is packed, members behind one another included, piece by piece.
package final class Unpacker {
  /// Why unpacking ended before what is packed did.
  package enum Problem: Error, Hashable {
    case damaged
    case cutShort
    case noLibrary(PackedForm)

    /// One line for people, of a file or an answer.
    package var message: String {
      switch self {
      case .cutShort: "it ends before what is packed in it does"
      case .damaged: "what is packed in it is damaged"
      case .noLibrary(let form): "it is packed by \(form), and unpacking it needs \(form.library)"
      }
    }
  }

  private let state: OpaquePointer
  /// Whether another member may follow: not so of deflate in an answer, where anything more is damage.
  private let hasMembers: Bool
  private var input = [UInt8](repeating: 0, count: 1 << 16)
  private var unread = 0..<0
  /// Whether a member has begun and not ended.
  private var isInside = false
  /// Whether a member has come to its end.
  private var hasEnded = false
  /// Whether there may be more to come out without more going in.
  private var isFull = false
  /// Of the place where reading has come to; what was unpacked before it is given out first.
  private var problem: Problem?
  /// How often nothing went in and nothing came out, one after the other.
  private var idle = 0

  /// - Throws: `noLibrary` where what unpacks it is not on this machine.
  package init(_ form: PackedForm) throws(Problem) {
    guard let state = runbook_unpack_open(form.packed) else { throw .noLibrary(form) }
    self.state = state
    hasMembers = form.hasMembers
  }

  deinit { runbook_unpack_close(state) }

  /// Whether nothing comes out before more goes in.
  package var wantsInput: Bool { problem == nil && unread.isEmpty && !isFull }

  /// Gives it more; only where it wants some.
  ///
  /// - Parameter body: fills a part of the memory, and returns how much.
  /// - Returns: what the body returned.
  package func fill(_ body: (UnsafeMutableRawBufferPointer) -> Int) -> Int {
    let count = input.withUnsafeMutableBytes(body)
    unread = 0..<max(0, count)
    return count
  }

  /// - Returns: how many bytes were put into `output`; 0 where it wants more input.
  package func next(into output: UnsafeMutableRawBufferPointer) throws(Problem) -> Int {
    while !wantsInput {
      if let problem { throw problem }
      // Files may be filled up with zeros behind their last member.
      if !isInside, hasEnded {
        while let first = unread.first, input[first] == 0 { unread = first + 1..<unread.upperBound }
        if !hasMembers, !unread.isEmpty { throw .damaged }
        if unread.isEmpty {
          isFull = false
          continue
        }
      }
      let made = unpack(into: output)
      if made > 0 { return made }
    }
    return 0
  }

  /// Says that no more input comes.
  ///
  /// - Throws: `cutShort` within a member, and where none has begun.
  package func finish() throws(Problem) {
    if let problem { throw problem }
    guard !isInside, hasEnded else { throw .cutShort }
  }

  private func unpack(into output: UnsafeMutableRawBufferPointer) -> Int {
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
    if status == 1 { (isInside, hasEnded) = (false, true) }
    return made
  }
}

extension PackedForm {
  /// Whether its library is on this machine.
  package var isKnownHere: Bool { runbook_unpack_is_known(packed) != 0 }

  fileprivate var packed: runbook_packed {
    switch self {
    case .gzip: RUNBOOK_GZIP
    case .zlib: RUNBOOK_ZLIB
    case .deflate: RUNBOOK_DEFLATE
    case .bzip2: RUNBOOK_BZIP2
    case .xz: RUNBOOK_XZ
    case .zstd: RUNBOOK_ZSTD
    case .brotli: RUNBOOK_BROTLI
    }
  }

  fileprivate var hasMembers: Bool {
    switch self {
    case .gzip, .bzip2, .xz, .zstd: true
    case .zlib, .deflate, .brotli: false
    }
  }
}
