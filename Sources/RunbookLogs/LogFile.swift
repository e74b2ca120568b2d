import Glibc
import RunbookModel
import RunbookSystem
import SystemPackage

/// A log file that is held open: what becomes of its name meanwhile does not matter.
///
/// Not `Sendable`: it belongs to the thread that reads it.
package final class LogFile {
  package let path: String
  /// Which file it is, whatever its name.
  package let identity: Identity
  /// Bytes when it was opened; nil where it is empty or no regular file, as those of /proc seem to be.
  package let size: Int64?
  package let isCompressed: Bool
  /// Whether what writes into it decides when it ends.
  package let isPipe: Bool
  private let descriptor: CInt
  private var gzip: GzipStream?
  private var position: Int64 = 0
  /// Where reading ends.
  private var end: Int64?

  package struct Identity: Hashable {
    let device: UInt64
    let number: UInt64
  }

  /// Why a file cannot be read on.
  package enum Problem: Error, Hashable {
    case system(CInt)
    /// A packed file of which only the beginning could be read.
    case damaged(String)

    /// One line for people.
    package var message: String {
      switch self {
      case .system(let number): Errno(rawValue: number).description
      case .damaged(let why): why
      }
    }
  }

  package init(path: String) throws(Problem) {
    self.path = path
    // A pipe without a writer must not block here.
    descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw .system(errno) }
    var status = stat()
    errno = 0
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT != S_IFDIR else {
      let problem = errno == 0 ? EISDIR : errno
      close(descriptor)
      throw .system(problem)
    }
    identity = Identity(device: UInt64(status.st_dev), number: UInt64(status.st_ino))
    let sort = status.st_mode & S_IFMT
    let isRegular = sort == S_IFREG
    size = isRegular && status.st_size > 0 ? Int64(status.st_size) : nil
    end = size
    var magic: [UInt8] = [0, 0]
    isPipe = sort == S_IFIFO
    isCompressed = isRegular && pread(descriptor, &magic, 2, 0) == 2 && magic == [0x1F, 0x8B]
  }

  deinit { close(descriptor) }

  /// Whether a name leads to it.
  package func isNamed(_ name: String) -> Bool {
    var status = stat()
    return stat(name, &status) == 0
      && identity == Identity(device: UInt64(status.st_dev), number: UInt64(status.st_ino))
  }

  /// Reads only a part from now on; not for packed files.
  package func restrict(to range: Range<Int64>) {
    lseek(descriptor, Int(range.lowerBound), SEEK_SET)
    position = range.lowerBound
    end = range.upperBound
  }

  /// Begins again, with all of it to be read.
  package func rewind() {
    lseek(descriptor, 0, SEEK_SET)
    position = 0
    end = size
    gzip = nil
  }

  /// - Returns: how many bytes were read; 0 at the end, which for a file is where it was when opened.
  package func read(into memory: UnsafeMutableRawBufferPointer) throws(Problem) -> Int {
    if isCompressed { return try readPacked(into: memory) }
    let wanted = end.map { min(memory.count, Int(clamping: $0 - position)) } ?? memory.count
    guard wanted > 0 else { return 0 }
    var count = 0
    repeat {
      count = Glibc.read(descriptor, memory.baseAddress, wanted)
    } while count < 0
      && errno == EINTR
    guard count >= 0 else { throw .system(errno) }
    position += Int64(count)
    return count
  }

  /// Whether less could be read than there was when the file was opened.
  package var wasCut: Bool { !isCompressed && (end.map { position < $0 } ?? false) }

  private func readPacked(into memory: UnsafeMutableRawBufferPointer) throws(Problem) -> Int {
    do throws(GzipStream.Problem) {
      if gzip == nil { gzip = try GzipStream() }
      return try gzip?.read(descriptor, into: memory) ?? 0
    } catch {
      switch error {
      case .system(let number): throw .system(number)
      case .cutShort: throw .damaged("it ends before what is packed in it does")
      case .damaged: throw .damaged("what is packed in it is damaged")
      case .noLibrary: throw .damaged("reading gzip'd files needs zlib (libz.so.1)")
      }
    }
  }

  /// Bytes at a place of a regular file, without moving on.
  package func bytes(at offset: Int64, count: Int) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: count) { buffer, used in
      used = 0
      while used < count {
        let more = pread(
          descriptor, buffer.baseAddress?.advanced(by: used), count - used, Int(offset) + used)
        if more < 0, errno == EINTR { continue }
        guard more > 0 else { return }
        used += more
      }
    }
  }
}
