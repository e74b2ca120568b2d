private import Glibc

/// Which file a path leads to: stat(2).
struct FileIdentity: Sendable, Hashable {
  private let device: UInt
  private let number: UInt

  /// - Returns: nil when there is no file.
  init?(of path: String) {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    device = UInt(status.st_dev)
    number = UInt(status.st_ino)
  }
}
