import RunbookModel

/// Reads small text files.
package enum TextFile {
  /// - Returns: nil when the file cannot be read.
  package static func read(_ path: String) -> String? {
    ProcessTable.read(path).map { String(decoding: $0, as: UTF8.self) }
  }

  /// The last lines of a log, for a failure's detail; nil when there are none.
  package static func tail(_ path: String, lines: Int = 20) -> String? {
    guard let text = read(path) else { return nil }
    let last = text.pieces(separatedBy: "\n").suffix(lines).joined(separator: "\n")
    return last.isEmpty ? nil : last
  }
}
