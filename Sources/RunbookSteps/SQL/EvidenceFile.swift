private import Glibc
import RunbookModel

/// Files in an attempt's evidence folder, readable by their owner only.
enum EvidenceFile {
  /// - Returns: false when it cannot be written whole.
  static func write(_ text: String, named name: String, in folder: String) -> Bool {
    makeFolder(folder)
    let file = open(folder + "/" + name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard file >= 0 else { return false }
    defer { close(file) }
    var text = text
    return text.withUTF8 { bytes in
      var written = 0
      while written < bytes.count {
        guard let start = bytes.baseAddress else { return false }
        let count = Glibc.write(file, start + written, bytes.count - written)
        if count < 0 && errno == EINTR { continue }
        guard count > 0 else { return false }
        written += count
      }
      return true
    }
  }

  private static func makeFolder(_ folder: String) {
    guard !folder.isEmpty, mkdir(folder, 0o700) != 0, errno == ENOENT,
      let slash = folder.index(ofLast: "/")
    else { return }
    makeFolder(String(folder[..<slash]))
    mkdir(folder, 0o700)
  }
}
