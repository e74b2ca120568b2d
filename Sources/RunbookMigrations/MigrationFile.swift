import Glibc
package import RunbookModel
import RunbookSystem

/// A file of migrations, read within limits.
package struct MigrationFile: Sendable {
  package static let largestSize = 2 << 20

  /// Why a file cannot be read.
  package struct Fault: Error {
    package let message: String
  }

  package let bytes: [UInt8]
  package let size: Int64
  package let modified: Timestamp

  /// Without the mark of its encoding.
  package var text: String { TextEncoding.text(of: bytes) }

  package static func read(_ path: String) throws(Fault) -> MigrationFile {
    // Without O_NONBLOCK the opening of a named pipe would wait for its writer.
    let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else { throw Fault(message: String(cString: strerror(errno))) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw Fault(message: "it is not a regular file")
    }
    guard status.st_size <= largestSize else {
      throw Fault(message: "the file is larger than 2 MiB")
    }
    return MigrationFile(
      bytes: try bytes(descriptor, Int(status.st_size)), size: Int64(status.st_size),
      modified: Timestamp(seconds: Int64(status.st_mtim.tv_sec)) ?? .epoch)
  }

  private static func bytes(_ descriptor: Int32, _ size: Int) throws(Fault) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: size)
    var count = 0
    while count < size {
      let got = bytes.withUnsafeMutableBytes { buffer in
        buffer.baseAddress.map { Glibc.read(descriptor, $0 + count, size - count) } ?? -1
      }
      if got < 0, errno == EINTR { continue }
      if got < 0 { throw Fault(message: String(cString: strerror(errno))) }
      if got == 0 { break }
      count += got
    }
    return Array(bytes.prefix(count))
  }
}
