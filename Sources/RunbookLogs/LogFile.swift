import Glibc
package import RunbookModel
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
  /// Nil where it is not packed.
  let packed: PackedForm?
  /// Whether its bytes are those of its lines: neither packed nor in another encoding.
  let isAsItIs: Bool
  /// Whether what writes into it decides when it ends.
  package let isPipe: Bool
  private let descriptor: CInt
  private var unpacking: PackedStream?
  /// Nil until the beginning was read, and where what is read is UTF-8 as it is.
  private var decoder: TextDecoder?
  private var isBegun = false
  /// What is decoded and not yet handed over.
  private var decoded: ArraySlice<UInt8> = []
  private var position: Int64 = 0
  /// Where reading ends.
  private var end: Int64?

  package struct Identity: Hashable {
    let device: UInt64
    let number: UInt64
  }

  /// When it was written to last.
  package let modified: Timestamp

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
    isPipe = sort == S_IFIFO
    modified = Timestamp(seconds: Int64(status.st_mtim.tv_sec)) ?? .epoch
    let start = isRegular ? Self.bytes(of: descriptor, at: 0, count: 256) : []
    packed = PackedForm(magic: start)
    let isDecoded = TextEncoding.found(in: start).encoding == .utf8
    isAsItIs = packed == nil && isDecoded
    if packed == nil, let name = PackedForm.stranger(magic: start) {
      close(descriptor)
      throw .damaged("it is packed by \(name), which is not read: unpack it first")
    }
  }

  deinit { close(descriptor) }

  /// Whether a name leads to it.
  package func isNamed(_ name: String) -> Bool {
    var status = stat()
    return stat(name, &status) == 0
      && identity == Identity(device: UInt64(status.st_dev), number: UInt64(status.st_ino))
  }

  /// Reads only a part from now on; only for files whose bytes are as they are.
  package func restrict(to range: Range<Int64>) {
    lseek(descriptor, Int(range.lowerBound), SEEK_SET)
    position = range.lowerBound
    end = range.upperBound
    isBegun = range.lowerBound > 0
  }

  /// Begins again, with all of it to be read.
  package func rewind() {
    lseek(descriptor, 0, SEEK_SET)
    position = 0
    end = size
    unpacking = nil
    decoder = nil
    decoded = []
    isBegun = false
  }

  /// Unpacked, and in UTF-8 without a mark.
  ///
  /// - Returns: how many bytes were read; 0 at the end, which for a file is where it was when opened.
  package func read(into memory: UnsafeMutableRawBufferPointer) throws(Problem) -> Int {
    if !isBegun { return try begin(into: memory) }
    while decoded.isEmpty {
      let count = try readBytes(into: memory)
      guard decoder != nil else { return count }
      decoded = (count == 0 ? decoder?.finish() : decoder?.decode(memory[..<count]))?[...] ?? []
      if count == 0, decoded.isEmpty { return 0 }
    }
    let part = decoded.prefix(memory.count)
    memory.copyBytes(from: part)
    decoded = decoded.dropFirst(part.count)
    return part.count
  }

  /// Fills some of an array.
  package func fill(_ bytes: inout [UInt8]) throws(Problem) -> Int {
    let outcome = bytes.withUnsafeMutableBytes { memory in
      do throws(Problem) {
        return Result<Int, Problem>.success(try read(into: memory))
      } catch {
        return .failure(error)
      }
    }
    return try outcome.get()
  }

  /// Reads so much that the encoding can be told, and passes over its mark.
  private func begin(into memory: UnsafeMutableRawBufferPointer) throws(Problem) -> Int {
    var count = 0
    while count < min(256, memory.count) {
      let more: Int
      do throws(Problem) {
        more = try readBytes(into: UnsafeMutableRawBufferPointer(rebasing: memory[count...]))
      } catch {
        // What came before it is given out; it is met again behind that.
        guard count > 0 else { throw error }
        break
      }
      if more == 0 { break }
      count += more
    }
    isBegun = true
    let (encoding, mark) = TextEncoding.found(in: memory[..<count])
    guard encoding == .utf8 else {
      var decoder = TextDecoder(encoding)
      decoded = decoder.decode(memory[mark..<count])[...]
      self.decoder = decoder
      return try read(into: memory)
    }
    guard mark > 0 else { return count }
    if count == mark { return try read(into: memory) }
    memory.copyBytes(from: Array(memory[mark..<count]))
    return count - mark
  }

  private func readBytes(into memory: UnsafeMutableRawBufferPointer) throws(Problem) -> Int {
    if packed != nil { return try readPacked(into: memory) }
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
  package var wasCut: Bool { packed == nil && (end.map { position < $0 } ?? false) }

  private func readPacked(into memory: UnsafeMutableRawBufferPointer) throws(Problem) -> Int {
    guard let packed else { return 0 }
    do throws(PackedStream.Problem) {
      if unpacking == nil { unpacking = try PackedStream(packed) }
      return try unpacking?.read(descriptor, into: memory) ?? 0
    } catch {
      switch error {
      case .system(let number): throw .system(number)
      case .packing(let problem): throw .damaged(problem.message)
      }
    }
  }

  /// Bytes at a place of a regular file, without moving on.
  package func bytes(at offset: Int64, count: Int) -> [UInt8] {
    Self.bytes(of: descriptor, at: offset, count: count)
  }

  private static func bytes(of descriptor: CInt, at offset: Int64, count: Int) -> [UInt8] {
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
