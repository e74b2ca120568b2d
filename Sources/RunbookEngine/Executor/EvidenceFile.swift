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

  init(next: @escaping () throws(Problem) -> [UInt8]) { self.next = next }

  init(path: String) throws(Problem) {
    let handle = try Handle(path: path)
    next = { () throws(Problem) in try handle.read() }
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

    private static func problem(_ number: CInt = errno) -> Problem {
      Problem(message: String(cString: strerror(number)))
    }
  }
}
