import Glibc

/// Writes a file in an attempt's evidence folder piece by piece, readable by its owner only.
struct EvidenceWriter {
  /// -1 when the file could not be made.
  private let descriptor: CInt
  private var room = EvidenceWriter.largest

  /// No file is longer: a script that prints without end must not fill the disk.
  private static let largest = 1 << 30

  /// Makes the folder, and those that it lies in, where it is missing.
  init(folder: String, name: String) {
    Self.make(folder)
    descriptor = open("\(folder)/\(name)", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
  }

  /// - Returns: false when not all could be written.
  mutating func write(_ bytes: some Sequence<UInt8>) -> Bool {
    guard descriptor >= 0 else { return false }
    var rest = Array(bytes)[...]
    guard rest.count <= room else { return false }
    room -= rest.count
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return false }
      rest = rest.dropFirst(count)
    }
    return true
  }

  /// - Returns: false when the system says that something was not written.
  func close() -> Bool { descriptor < 0 || Glibc.close(descriptor) == 0 }

  private static func make(_ folder: String) {
    guard !folder.isEmpty, mkdir(folder, 0o700) != 0, errno == ENOENT,
      let slash = folder.lastIndex(of: "/")
    else { return }
    make(String(folder[..<slash]))
    mkdir(folder, 0o700)
  }
}
