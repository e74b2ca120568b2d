import Foundation
import Glibc
import RunbookEngine
import RunbookModel
import RunbookStore

/// A folder that is held open, in which files are found by name without following a link.
struct OutputFolder: ~Copyable {
  private let descriptor: Int32

  init(descriptor: Int32) { self.descriptor = descriptor }

  /// - Returns: nil where there is none, or only a link to one.
  init?(at path: String) {
    descriptor = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
  }

  /// The folder that a path leads to, by whatever links.
  init?(inPlaceOf path: String) {
    descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
  }

  /// What sort of thing a name is; nil where there is none. A link is a link.
  func type(of name: String) -> mode_t? {
    var status = stat()
    guard fstatat(descriptor, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else { return nil }
    return status.st_mode & S_IFMT
  }

  /// The folder, made where it is missing; its owner's alone.
  init?(making path: String) {
    guard mkdir(path, 0o700) == 0 || errno == EEXIST else { return nil }
    self.init(at: path)
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// How others can change what is in it; nil where they cannot.
  func problem(_ path: String) -> String? {
    do throws(StoreError) {
      try TrustedPath.check(open: descriptor, path)
      return nil
    } catch {
      return error.message
    }
  }

  enum Adding {
    case added
    /// The same is there already.
    case same
    /// Something else is there, and stays.
    case taken
    case failed(String)
  }

  /// Adds a file; what is there already is never written over.
  func add(_ name: String, _ bytes: [UInt8]) -> Adding {
    var status = stat()
    if fstatat(descriptor, name, &status, AT_SYMLINK_NOFOLLOW) == 0 {
      return read([name], limit: Int64(bytes.count)) == bytes ? .same : .taken
    }
    guard let errno = replace(name, in: "", with: bytes) else { return .added }
    return .failed(String(cString: strerror(errno)))
  }

  /// The bytes of a regular file below the folder, each part of its path a name without `/`.
  ///
  /// - Returns: nil where there is none, where a part is a link, and where the file is larger.
  func read(_ path: [String], limit: Int64) -> [UInt8]? {
    var bytes: [UInt8] = []
    let isWhole = pieces(of: path) { piece in
      guard Int64(bytes.count + piece.count) <= limit else { return false }
      bytes += piece
      return true
    }
    return isWhole ? bytes : nil
  }

  /// The same of a file of any size.
  func digest(of path: [String]) -> Digest? {
    var hasher = Digest.Hasher(isForMuch: true)
    let isWhole = pieces(of: path) { piece in
      hasher.update(Array(piece))
      return true
    }
    return isWhole ? hasher.finalize() : nil
  }

  /// - Parameter take: says whether to go on.
  /// - Returns: whether the file was read to its end.
  private func pieces(of path: [String], _ take: (ArraySlice<UInt8>) -> Bool) -> Bool {
    guard let name = path.last, path.allSatisfy(Self.isName) else { return false }
    var folder = descriptor
    defer { if folder != descriptor { close(folder) } }
    for part in path.dropLast() {
      let inner = openat(folder, part, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
      guard inner >= 0 else { return false }
      if folder != descriptor { close(folder) }
      folder = inner
    }
    let file = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
    guard file >= 0 else { return false }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return false }
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = Glibc.read(file, &piece, piece.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return count == 0 }
      guard take(piece[..<count]) else { return false }
    }
  }

  private static func isName(_ part: String) -> Bool {
    !part.isEmpty && part != "." && part != ".." && !part.utf8.contains { $0 == 0x2F || $0 == 0 }
  }

  /// Writes a file of mode 0600 beside its place, then puts it there.
  ///
  /// - Returns: the number of the error; nil when it is written.
  func replace(_ name: String, in folder: String, with bytes: [UInt8]) -> Int32? {
    var parts: String
    var file: Int32
    repeat {
      parts = "\(folder).runbook-\(UInt64.random(in: 0 ... .max)).part"
      file = openat(descriptor, parts, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
    } while file < 0 && errno == EEXIST
    guard file >= 0 else { return errno }
    var number: Int32?
    if fchmod(file, 0o600) != 0 || !Self.put(bytes, into: file) || fsync(file) != 0 {
      number = errno
    }
    close(file)
    if number == nil, renameat(descriptor, parts, descriptor, folder + name) != 0 {
      number = errno
    }
    if number != nil { unlinkat(descriptor, parts, 0) }
    return number
  }

  static func put(_ bytes: [UInt8], into file: Int32) -> Bool {
    bytes.withUnsafeBytes { buffer in
      var written = 0
      while written < buffer.count {
        let count = Glibc.write(
          file, buffer.baseAddress?.advanced(by: written), buffer.count - written)
        if count < 0, errno == EINTR { continue }
        guard count > 0 else { return false }
        written += count
      }
      return true
    }
  }
}
