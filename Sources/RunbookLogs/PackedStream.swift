private import CZlib
import Glibc
import RunbookModel

/// How a file is packed, as its first bytes say.
package enum PackedForm: Sendable, Hashable, CaseIterable {
  case gzip, bzip2, xz, zstd

  /// Bytes of a file's beginning that tell.
  package static let needed = 10

  package init?(magic: [UInt8]) {
    guard let found = Self.allCases.first(where: { $0.begins(magic) }) else { return nil }
    self = found
  }

  private func begins(_ magic: [UInt8]) -> Bool {
    switch self {
    case .gzip: magic.starts(with: [0x1F, 0x8B])
    // The size of its blocks, and the first block's own mark, or that of a file without one.
    case .bzip2:
      magic.starts(with: Array("BZh".utf8)) && magic.count >= 10
        && [[0x31, 0x41, 0x59, 0x26, 0x53, 0x59], [0x17, 0x72, 0x45, 0x38, 0x50, 0x90]]
          .contains(Array(magic[4..<10]))
    case .xz: magic.starts(with: [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0])
    case .zstd: magic.starts(with: [0x28, 0xB5, 0x2F, 0xFD])
    }
  }

  /// The library by which it is unpacked, and its file.
  package var library: String {
    switch self {
    case .gzip: "zlib (libz.so.1)"
    case .bzip2: "bzip2's library (libbz2.so.1.0)"
    case .xz: "liblzma (liblzma.so.5)"
    case .zstd: "libzstd (libzstd.so.1)"
    }
  }

  fileprivate var form: runbook_packed {
    switch self {
    case .gzip: RUNBOOK_GZIP
    case .bzip2: RUNBOOK_BZIP2
    case .xz: RUNBOOK_XZ
    case .zstd: RUNBOOK_ZSTD
    }
  }

  /// The names of forms that are known and not read.
  package static func stranger(magic: [UInt8]) -> String? {
    let strangers: [(name: String, magic: [UInt8])] = [
      ("lz4", [0x04, 0x22, 0x4D, 0x18]), ("compress", [0x1F, 0x9D]),
      ("zip", [0x50, 0x4B, 0x03, 0x04]), ("7z", [0x37, 0x7A, 0xBC, 0xAF]),
      ("lzip", Array("LZIP".utf8)),
    ]
    return strangers.first { magic.starts(with: $0.magic) }?.name
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
  package func read(_ descriptor: CInt, into output: UnsafeMutableRawBufferPointer) throws(Problem) -> Int {
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
