import Foundation
import RunbookEngine
import RunbookModel

/// A page that a command prints, or writes to a file that its owner alone may read.
enum PageFile {
  /// - Parameter output: as the user gave it; nil is standard output.
  /// - Throws: `cannotWrite`.
  static func write(
    _ text: String, to output: String?, _ surroundings: Surroundings, _ console: Console
  ) throws(StoreError) {
    guard let output else { return console.print(document: text) }
    try write(text, toFile: surroundings.absolute(output))
    console.printError("Wrote \(output)")
  }

  /// - Throws: `cannotWrite`.
  static func write(_ text: String, toFile path: String) throws(StoreError) {
    do {
      try Data(text.utf8).write(to: URL(filePath: path), options: .atomic)
      try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
    } catch {
      throw StoreError(
        .cannotWrite, subject: path, "cannot write \(path): \(error.localizedDescription)")
    }
  }
}
