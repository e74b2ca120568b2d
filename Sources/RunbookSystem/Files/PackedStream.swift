import Glibc
import RunbookModel

/// Unpacks a file that is packed, piece by piece.
package final class PackedStream {
  /// Why unpacking ended before the file was done.
  package enum Problem: Error, Hashable {
    case system(CInt)
    case packing(Unpacker.Problem)
  }

  private let unpacker: Unpacker

  /// - Throws: `noLibrary` where what unpacks it is not on this machine.
  package init(_ form: PackedForm) throws(Problem) {
    do throws(Unpacker.Problem) {
      unpacker = try Unpacker(form)
    } catch {
      throw .packing(error)
    }
  }

  /// - Parameter descriptor: where the packed bytes are read.
  /// - Returns: how many bytes were put into `output`; 0 at the end.
  package func read(_ descriptor: CInt, into output: UnsafeMutableRawBufferPointer) throws(Problem)
    -> Int
  {
    while true {
      var isAtEnd = false
      if unpacker.wantsInput { isAtEnd = try !fill(descriptor) }
      do throws(Unpacker.Problem) {
        guard !isAtEnd else {
          try unpacker.finish()
          return 0
        }
        let made = try unpacker.next(into: output)
        if made > 0 { return made }
      } catch {
        throw .packing(error)
      }
    }
  }

  private func fill(_ descriptor: CInt) throws(Problem) -> Bool {
    var count = 0
    repeat {
      count = unpacker.fill { Glibc.read(descriptor, $0.baseAddress, $0.count) }
    } while count < 0 && errno == EINTR
    guard count >= 0 else { throw .system(errno) }
    return count > 0
  }
}
