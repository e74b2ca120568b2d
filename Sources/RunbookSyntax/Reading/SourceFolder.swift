import Glibc
import RunbookModel

/// A runbook's folder, and the files that were read from it.
struct SourceFolder {
  /// Nil where the runbook's text has no folder.
  let path: String?
  /// In order of appearance.
  private(set) var files: [SourceFile] = []
  private var texts = ExactMap<SourceText>()

  init(path: String?) { self.path = path }

  /// The contents of a file beside the runbook; each is read once.
  mutating func contents(of name: String) throws(FileFailure) -> SourceText {
    if let text = texts[name] { return text }
    let text = try FileText.read(try location(of: name), as: name)
    let source = SourceText(
      text, at: Place(file: name, line: 1, column: 1), layout: .block(firstLine: 1, indent: 0))
    files.append(SourceFile(path: name, text: text))
    texts[name] = source
    return source
  }

  /// The file's path with symbolic links resolved.
  private func location(of name: String) throws(FileFailure) -> String {
    guard let path else {
      throw FileFailure(.fileMissing, "`\(name)` cannot be read: the runbook has no folder")
    }
    let isInside = !name.begins(with: "/") && !name.pieces(separatedBy: "/").contains("..")
    guard isInside, !name.isEmpty, !name.utf8.contains(0) else { throw outside(name) }
    let folder = path.isEmpty ? "." : path
    guard let root = Self.resolved(folder), let file = Self.resolved(folder + "/" + name) else {
      throw Self.exists(folder + "/" + name)
        ? FileFailure(.notAFile, "`\(name)` is a link that leads to no file")
        : FileFailure(
          .fileMissing, "there is no file `\(name)` beside the runbook",
          hint: "paths start at the runbook's folder")
    }
    guard root == "/" || file.begins(with: root + "/") else { throw outside(name) }
    return file
  }

  /// Whether there is something of this name: a link to nothing is something too.
  private static func exists(_ path: String) -> Bool {
    var status = stat()
    return lstat(path, &status) == 0
  }

  private func outside(_ name: String) -> FileFailure {
    FileFailure(
      .pathOutside, "`\(name.excerpt)` is outside of the runbook's folder",
      hint: "name a file beside the runbook, by a path without `..`")
  }

  private static func resolved(_ path: String) -> String? {
    guard let real = realpath(path, nil) else { return nil }
    defer { free(real) }
    return String(cString: real)
  }
}
