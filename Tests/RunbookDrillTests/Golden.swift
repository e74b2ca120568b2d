import Foundation
import Testing

/// Compares text with a file under `Golden/`; `RECORD_GOLDEN=1` writes the file and fails.
enum Golden {
  static func check(
    _ text: String, _ name: String, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appending(path: "Golden/\(name)")
    if ProcessInfo.processInfo.environment["RECORD_GOLDEN"] == "1" {
      try Data(text.utf8).write(to: file)
      Issue.record("recorded \(name)", sourceLocation: sourceLocation)
      return
    }
    let expected = String(decoding: try Data(contentsOf: file), as: UTF8.self)
    guard expected != text else { return }
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    let difference = lines.difference(
      from: expected.split(separator: "\n", omittingEmptySubsequences: false))
    let changes = difference.map { change in
      switch change {
      case .insert(let offset, let line, _): "+\(offset + 1): \(line)"
      case .remove(let offset, let line, _): "-\(offset + 1): \(line)"
      }
    }
    Issue.record(
      "\(name) differs:\n\(changes.joined(separator: "\n"))", sourceLocation: sourceLocation)
  }
}
