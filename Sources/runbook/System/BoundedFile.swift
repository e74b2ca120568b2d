import Glibc

/// Reads files that people name, whole and within a limit: no device or pipe, which may have no end.
enum BoundedFile {
  static let mostBytes = 8 << 20

  struct Problem: Error {
    /// What is wrong with the file, behind its name.
    let message: String
  }

  static func bytes(of path: String, atMost most: Int = mostBytes) throws(Problem) -> [UInt8] {
    // Without O_NONBLOCK the opening of a named pipe would wait for its writer.
    let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else { throw problem() }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw problem() }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw Problem(
        message: status.st_mode & S_IFMT == S_IFDIR ? "is a folder" : "is not a regular file")
    }
    return try bytes(from: descriptor, atMost: most)
  }

  /// What comes by standard input, which may be a pipe.
  static func standardInput() throws(Problem) -> [UInt8] {
    try bytes(from: STDIN_FILENO, atMost: mostBytes)
  }

  private static func bytes(
    from descriptor: Int32, atMost most: Int
  ) throws(Problem) -> [UInt8] {
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = read(descriptor, &chunk, chunk.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw problem() }
      guard count > 0 else { return bytes }
      bytes += chunk.prefix(count)
      guard bytes.count <= most else {
        throw Problem(message: "is larger than \(most >> 20) MiB")
      }
    }
  }

  private static func problem() -> Problem {
    let code = errno
    return Problem(
      message: code == ENOENT || code == ENOTDIR
        ? "is not there" : "cannot be read: \(String(cString: strerror(code)))")
  }
}
