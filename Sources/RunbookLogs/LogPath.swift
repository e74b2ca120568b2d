import Glibc
import RunbookEngine
import RunbookModel

/// Where a log lies: a file, or files that a pattern names.
///
/// A pattern is what the author wrote as one. In a value, and in the name of the runbook's folder, `*`, `?` and `[` are signs
/// of a name like any others.
package struct LogPath: Sendable, Hashable {
  /// Absolute, as it is shown.
  package let path: String
  /// As `glob` reads it; nil where the author wrote none.
  private let pattern: String?

  init(_ source: SourceText, in context: BindingContext) throws(StepFailure) {
    path = try context.renderPath(source)
    let own = try context.render(source) { _ in "" }
    guard own.holds(where: { "*?[".holds($0) }) else {
      pattern = nil
      return
    }
    let written = try context.render(source, written: Self.literal)
    pattern = written.resolved(in: Self.literal(context.folder))
  }

  /// The files that are meant. A file of the pattern's own name is one of them, beside those that it matches.
  package var matches: LogMatches {
    guard let pattern else { return LogMatches(files: [path]) }
    var found = LogMatches(pattern: pattern)
    if access(path, F_OK) == 0, !found.files.contains(where: path.isIdentical) {
      found.files.append(path)
    }
    return found
  }

  /// Whether the author wrote a pattern.
  package var isPattern: Bool { pattern != nil }

  /// As a pattern that matches nothing else: https://www.man7.org/linux/man-pages/man7/glob.7.html
  package static func literal(_ text: String) -> String {
    let bytes = text.utf8.flatMap { byte -> [UInt8] in
      "*?[]\\".utf8.contains(byte) ? [UInt8(ascii: "\\"), byte] : [byte]
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
