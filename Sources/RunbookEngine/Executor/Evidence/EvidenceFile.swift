private import Glibc
import RunbookModel

/// A file of evidence, read piece by piece.
struct EvidenceFile {
  /// Why it could not be opened, or not be read any further, in the system's words.
  struct Problem: Error {
    let message: String
  }

  /// The next bytes; none at the end.
  let next: () throws(Problem) -> [UInt8]
  /// Makes what was read durable: after a power cut it is there.
  let force: () throws(Problem) -> Void

  init(
    next: @escaping () throws(Problem) -> [UInt8],
    force: @escaping () throws(Problem) -> Void = { () throws(Problem) in }
  ) {
    self.next = next
    self.force = force
  }

  init(path: String) throws(Problem) {
    let handle = try Handle(path: path)
    next = { () throws(Problem) in try handle.read() }
    force = { () throws(Problem) in try handle.force() }
  }

  private final class Handle {
    private static let pieceSize = 1 << 20
    private let descriptor: CInt

    init(path: String) throws(Problem) {
      descriptor = open(path, O_RDONLY | O_CLOEXEC)
      guard descriptor >= 0 else { throw Self.problem() }
    }

    deinit { close(descriptor) }

    func read() throws(Problem) -> [UInt8] {
      var number: CInt = 0
      let piece = [UInt8](unsafeUninitializedCapacity: Self.pieceSize) { buffer, count in
        var got = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
        while got < 0, errno == EINTR {
          got = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
        }
        if got < 0 { number = errno }
        count = max(0, got)
      }
      guard number == 0 else { throw Self.problem(number) }
      return piece
    }

    func force() throws(Problem) {
      guard fsync(descriptor) == 0 || errno == EINVAL else { throw Self.problem() }
    }

    private static func problem(_ number: CInt = errno) -> Problem {
      Problem(message: String(cString: strerror(number)))
    }
  }
}

/// The folder of one attempt's evidence.
struct EvidenceFolder {
  let path: String

  /// Makes its list of names durable, and those of the folders above it up to a run's own.
  ///
  /// - Returns: whether all are.
  func force(upTo runFolder: String) -> Bool {
    var (folder, isDurable) = (path, true)
    while folder.begins(with: runFolder + "/") {
      isDurable = Self.force(folder) && isDurable
      guard let slash = folder.index(ofLast: "/") else { return isDurable }
      folder = String(folder[..<slash])
    }
    return Self.force(folder) && isDurable
  }

  private static func force(_ folder: String) -> Bool {
    let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    return fsync(descriptor) == 0 || errno == EINVAL
  }

  /// Removes the files that no entry tells of, and the folder where none is left.
  ///
  /// - Parameter kept: names of files that one does.
  /// - Returns: names of files that are still there.
  func sweep(keeping kept: Set<String>) -> [String] {
    guard let listing = opendir(path) else { return [] }
    var names: [String] = []
    while let item = readdir(listing) {
      let name = withUnsafeBytes(of: item.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != ".", name != "..", !kept.contains(name) { names.append(name) }
    }
    closedir(listing)
    let left = names.filter { unlink("\(path)/\($0)") != 0 }
    // One with something in it stays.
    rmdir(path)
    return left.sorted()
  }
}
