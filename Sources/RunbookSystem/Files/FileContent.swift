import Glibc
import RunbookModel

/// What tells a file from what it was when somebody looked at it.
package enum FileContent {
  /// A longer file is known by its size and by when it was changed: to read more takes longer than a person waits.
  private static let largestHashed = 1 << 30

  /// What it holds, or what tells it from another where it is very long; nil for what is no file.
  package static func mark(of path: String) -> String? {
    guard let status = status(of: path) else { return nil }
    guard Int(status.st_size) <= largestHashed, let digest = digest(of: path, status.st_size)
    else {
      return "\(path) \(status.st_size) \(text(of: status.st_mtim)) \(text(of: status.st_ctim)) "
        + "\(status.st_dev) \(status.st_ino)"
    }
    return "\(path) \(status.st_mode) \(digest)"
  }

  /// Whether its mark says nothing of what it holds.
  package static func isByTimes(_ path: String) -> Bool {
    status(of: path).map { Int($0.st_size) > largestHashed } ?? false
  }

  /// The bytes of a file that is not longer; nil of any other, and of what is no file.
  package static func bytes(of path: String, most: Int) -> [UInt8]? {
    guard let status = status(of: path), status.st_size <= most else { return nil }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(Int(status.st_size))
    let isRead = read(path) { chunk in
      bytes += chunk
      return bytes.count <= most
    }
    return isRead ? bytes : nil
  }

  private static func status(of path: String) -> stat? {
    var status = stat()
    guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    return status
  }

  private static func text(of time: timespec) -> String { "\(time.tv_sec).\(time.tv_nsec)" }

  private static func digest(of path: String, _ size: off_t) -> Digest? {
    var hasher = Digest.Hasher(isForMuch: size > 1_000_000)
    let isRead = read(path) { chunk in
      hasher.update(chunk)
      return true
    }
    return isRead ? hasher.finalize() : nil
  }

  /// Gives a file piece by piece, as long as it is taken.
  ///
  /// - Returns: whether it was read to its end.
  private static func read(_ path: String, _ take: (ArraySlice<UInt8>) -> Bool) -> Bool {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    var buffer = [UInt8](repeating: 0, count: 1 << 18)
    while true {
      let count = Glibc.read(descriptor, &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return count == 0 }
      guard take(buffer[..<count]) else { return false }
    }
  }
}
