import Foundation
import Testing

/// Holds a text against a file under `Golden/`; `RECORD_GOLDEN=1` writes the file and fails the test.
func expectGolden(
  _ text: String, _ name: String, sourceLocation: SourceLocation = #_sourceLocation
) throws {
  let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden")
  let file = folder.appending(path: name)
  if ProcessInfo.processInfo.environment["RECORD_GOLDEN"] == "1" {
    try Data(text.utf8).write(to: file)
    Issue.record("recorded \(name)", sourceLocation: sourceLocation)
    return
  }
  let wanted = String(decoding: try Data(contentsOf: file), as: UTF8.self)
  guard text != wanted else { return }
  let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
  let wantedLines = wanted.split(separator: "\n", omittingEmptySubsequences: false)
  let difference = lines.difference(from: wantedLines).prefix(20).map { change in
    switch change {
    case .insert(let offset, let line, _): "+ \(offset + 1): \(line)"
    case .remove(let offset, let line, _): "- \(offset + 1): \(line)"
    }
  }
  Issue.record(
    "\(name) differs:\n\(difference.joined(separator: "\n"))", sourceLocation: sourceLocation)
}
