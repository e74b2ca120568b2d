import RunbookModel

/// How a file or an answer is packed.
package enum PackedForm: Sendable, Hashable, CaseIterable {
  case gzip, bzip2, xz, zstd
  /// Of answers alone: no first bytes tell these. Deflate stands with zlib's header and checksum, or without.
  case zlib, deflate, brotli

  /// Bytes of a file's beginning that tell.
  package static let needed = 10

  /// What a file's first bytes say.
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
    case .zlib, .deflate, .brotli: false
    }
  }

  /// The library by which it is unpacked, and its file.
  package var library: String {
    switch self {
    case .gzip, .zlib, .deflate: "zlib (libz.so.1)"
    case .bzip2: "bzip2's library (libbz2.so.1.0)"
    case .xz: "liblzma (liblzma.so.5)"
    case .zstd: "libzstd (libzstd.so.1)"
    case .brotli: "brotli's decoder (libbrotlidec.so.1)"
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
