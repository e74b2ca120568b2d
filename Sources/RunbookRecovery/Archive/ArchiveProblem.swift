import Glibc
import RunbookEngine
import RunbookModel
import RunbookSystem

/// What a file is that no `pg_restore` here reads as an archive, and what helps.
package struct ArchiveProblem {
  /// After the file's path.
  package private(set) var message = "is no archive that pg_restore reads"
  package private(set) var hint =
    "make one by `pg_dump --format=custom`; a plain SQL file cannot be restored in parts"
  /// The `pg_dump` that wrote it, where it is an archive as such.
  package private(set) var writer: (version: String, major: String)?

  init(_ path: String) {
    let start = Self.start(of: path)
    if let packed = PackedForm(magic: start) {
      message = "is packed by \(packed), and no archive as it is"
      hint = "unpack it, and name what comes out: `\(packed) -dc FILE > ARCHIVE`"
    } else if start.starts(with: Array("PGDMP".utf8)) {
      readArchive(path)
    } else if Self.isSQL(start) {
      message = "is a plain dump in SQL, which pg_restore does not read"
      hint =
        "load it into a database of its own by psql, and make an archive of that by "
        + "`pg_dump --format=custom`"
    }
  }

  private mutating func readArchive(_ path: String) {
    do throws(StepFailure) {
      let contents = try ArchiveTableOfContents(of: path)
      let version = contents.programVersion
      let major = String(version.prefixOfScalars { $0.isASCIIDigit })
      message = "was written by pg_dump \(version), and no pg_restore that was found reads it"
      writer = (version, major)
    } catch {
      message = "is an archive, and cannot be read: it is damaged, or cut short"
      hint = "take another backup, or copy this one anew; compare its size and checksum"
    }
  }

  private static func start(of path: String) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { return [] }
    defer { close(descriptor) }
    return [UInt8](unsafeUninitializedCapacity: 4096) { buffer, count in
      count = max(0, Glibc.read(descriptor, buffer.baseAddress, 4096))
    }
  }

  /// As pg_dump and pg_dumpall begin their scripts, and other programs' dumps.
  private static func isSQL(_ start: [UInt8]) -> Bool {
    let text = TextEncoding.text(of: start).dropScalars { $0.isWhitespace }.lowercased()
    return ["--", "set ", "create ", "begin", "\\restrict", "drop ", "insert ", "copy "]
      .contains { text.begins(with: $0) }
  }
}
