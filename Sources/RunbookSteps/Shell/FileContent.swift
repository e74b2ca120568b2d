import Glibc
import RunbookModel

/// What tells a file from what it was when somebody looked at it.
public enum FileContent {
  /// A longer file is known by its size and the time of its last change.
  private static let largestHashed = 16 << 20

  /// What it holds, or what tells it from another where it is long; nil for what is no file.
  public static func mark(of path: String) -> String? {
    var status = stat()
    guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    let changed = "\(status.st_mtim.tv_sec).\(status.st_mtim.tv_nsec)"
    let size = Int(status.st_size)
    guard size <= largestHashed, let bytes = bytes(of: path, size) else {
      return "\(path) \(size) \(changed) \(status.st_ino)"
    }
    return "\(path) \(status.st_mode) \(Digest.sha256(of: bytes))"
  }

  /// The bytes of a file that is not longer; nil of any other, and of what is no file.
  static func bytes(of path: String, most: Int) -> [UInt8]? {
    var status = stat()
    guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_size <= most
    else { return nil }
    return bytes(of: path, Int(status.st_size))
  }

  private static func bytes(of path: String, _ size: Int) -> [UInt8]? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: size)
    var filled = 0
    while filled < size {
      let count = bytes.withUnsafeMutableBytes { buffer in
        read(descriptor, buffer.baseAddress?.advanced(by: filled), size - filled)
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { break }
      filled += count
    }
    return Array(bytes.prefix(filled))
  }
}
