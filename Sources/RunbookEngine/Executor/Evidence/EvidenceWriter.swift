import Glibc
import RunbookModel

/// Writes a file in an attempt's evidence folder piece by piece, readable by its owner only, without
/// secrets.
package struct EvidenceWriter: Sendable {
  /// Nil when the file could not be made.
  private let file: FileBehind?
  private var room: Int
  private var stream: RedactingStream

  /// Makes the folder, and those that it lies in, where it is missing.
  ///
  /// - Parameter most: no file is longer, in bytes: what comes without end must not fill the disk.
  package init(folder: String, name: String, most: Int = 1 << 30, redactor: Redactor) {
    room = most
    stream = redactor.stream()
    Self.make(folder)
    let flags = O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC
    let descriptor = open("\(folder)/\(name)", flags, 0o600)
    file = descriptor < 0 ? nil : FileBehind(descriptor)
  }

  /// Whether it is as long as a file may be.
  package var isFull: Bool { room == 0 }

  /// - Returns: false when not all could be written.
  package mutating func write(_ bytes: [UInt8]) -> Bool { put(clean(bytes)) }

  /// What is decided of the bytes, secrets taken out, to be put into the file.
  package mutating func clean(_ bytes: [UInt8]) -> [UInt8] { stream.append(bytes) }

  /// What is left of them at the end.
  package mutating func cleanRest() -> [UInt8] { stream.finish() }

  /// - Returns: false when not all could be written; where it is one that was put before, a later call says so.
  package mutating func put(_ bytes: [UInt8]) -> Bool {
    guard let file, !isFull || bytes.isEmpty else { return false }
    let fitting = bytes.prefix(room)
    room -= fitting.count
    return file.write(fitting) && fitting.count == bytes.count
  }

  /// - Returns: false when the system says that something was not written.
  package mutating func close() -> Bool {
    guard let file else { return true }
    let rest = cleanRest()
    let isWhole = rest.isEmpty || put(rest)
    return file.close() && isWhole
  }

  private static func make(_ folder: String) {
    guard !folder.isEmpty, mkdir(folder, 0o700) != 0, errno == ENOENT,
      let slash = folder.index(ofLast: "/")
    else { return }
    make(String(folder[..<slash]))
    mkdir(folder, 0o700)
  }
}
