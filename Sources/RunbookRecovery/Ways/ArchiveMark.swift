import Glibc
import RunbookEngine
package import RunbookModel
import RunbookSystem

extension ArchiveMark {
  /// Reads the whole file; a folder's mark is that of its table of contents.
  package init(of path: String) async throws(StepFailure) {
    self = try await OwnThread.run { Self.read(path) }.get()
  }

  /// On the calling thread.
  package static func read(_ path: String) -> Result<ArchiveMark, StepFailure> {
    var status = stat()
    guard stat(path, &status) == 0 else {
      return .failure(StepFailure(.unreachable, "\(path) cannot be read"))
    }
    let isFolder = status.st_mode & S_IFMT == S_IFDIR
    let descriptor = open(isFolder ? "\(path)/toc.dat" : path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      return .failure(StepFailure(.unreachable, "\(path) cannot be read"))
    }
    defer { close(descriptor) }
    var hasher = Digest.Hasher(isForMuch: true)
    var size: Int64 = 0
    var chunk = [UInt8](repeating: 0, count: 1 << 20)
    while true {
      let count = Glibc.read(descriptor, &chunk, chunk.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else {
        return .failure(StepFailure(.unreachable, "\(path) cannot be read"))
      }
      guard count > 0 else { break }
      hasher.update(chunk[..<count])
      size += Int64(count)
    }
    return .success(ArchiveMark(path: path, size: size, digest: hasher.finalize()))
  }
}
