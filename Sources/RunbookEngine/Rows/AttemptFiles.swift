private import Glibc
import RunbookModel

/// Files in an attempt's evidence folder, readable by their owner only.
package enum AttemptFiles {
  /// Makes the file, and the folder where it is missing.
  ///
  /// - Returns: -1 when it cannot be made.
  package static func open(named name: String, in folder: String) -> CInt {
    makeFolder(folder)
    return Glibc.open("\(folder)/\(name)", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
  }

  /// - Returns: false when it cannot be written whole.
  package static func write(_ text: String, named name: String, in folder: String) -> Bool {
    let file = open(named: name, in: folder)
    guard file >= 0 else { return false }
    let isWhole = write(Array(text.utf8), to: file)
    return close(file) && isWhole
  }

  /// - Returns: false when not all could be written.
  package static func write(_ bytes: [UInt8], to file: CInt) -> Bool {
    bytes.withUnsafeBytes { buffer in
      var written = 0
      while written < buffer.count {
        guard let start = buffer.baseAddress else { return false }
        let count = Glibc.write(file, start + written, buffer.count - written)
        if count < 0 && errno == EINTR { continue }
        guard count > 0 else { return false }
        written += count
      }
      return true
    }
  }

  package static func close(_ file: CInt) -> Bool { Glibc.close(file) == 0 }

  package static func remove(_ path: String) { unlink(path) }

  private static func makeFolder(_ folder: String) {
    guard !folder.isEmpty, mkdir(folder, 0o700) != 0, errno == ENOENT,
      let slash = folder.index(ofLast: "/")
    else { return }
    makeFolder(String(folder[..<slash]))
    mkdir(folder, 0o700)
  }
}
