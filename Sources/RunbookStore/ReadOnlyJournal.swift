private import Glibc
import RunbookModel

/// A journal in a folder in which no file can be made: on a read-only or a full disk.
///
/// SQLite keeps an index of the write-ahead log in a file beside the journal, also for who only reads
/// (<https://www.sqlite.org/wal.html#read_only_databases>). Where that is there it needs no other. Where the
/// log is empty, or gone, the journal's file is all that there is. Else both are copied to where files can
/// be made: without the log the newest entries would be missing, and nothing would say so.
struct ReadOnlyJournal {
  /// What SQLite is to open.
  let name: String
  /// Whether nothing can be written, not even to the copy.
  let isImmutable: Bool
  private let copy: String?

  /// - Returns: nil where it cannot be read this way either.
  init?(_ path: String) {
    if Self.size(of: "\(path)-wal") == 0 {
      name = "file:\(Self.encoded(path))?immutable=1"
      isImmutable = true
      copy = nil
    } else if access("\(path)-shm", R_OK) == 0 {
      name = "file:\(Self.encoded(path))?mode=ro"
      isImmutable = true
      copy = nil
    } else {
      guard let folder = Self.temporaryFolder() else { return nil }
      copy = folder
      name = "\(folder)/journal.db"
      isImmutable = false
      let isCopied = ["", "-wal"].allSatisfy { Self.copy("\(path)\($0)", to: "\(name)\($0)") }
      guard isCopied else {
        Self.remove(folder)
        return nil
      }
    }
  }

  /// Removes the copy's names: whoever has opened it has it, and nobody else.
  func end() { if let copy { Self.remove(copy) } }

  private static func size(of path: String) -> Int64 {
    var status = stat()
    return stat(path, &status) == 0 ? Int64(status.st_size) : 0
  }

  /// A folder of our own where one can be made.
  private static func temporaryFolder() -> String? {
    let places = [getenv("TMPDIR").map { String(cString: $0) }, "/tmp", "/dev/shm", "/var/tmp"]
    for place in places.compactMap(\.self) {
      var template = Array("\(place)/runbook-journal-XXXXXX".utf8CString)
      if mkdtemp(&template) != nil {
        return String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
      }
    }
    return nil
  }

  private static func copy(_ path: String, to other: String) -> Bool {
    let source = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
    guard source >= 0 else { return false }
    defer { close(source) }
    let target = open(other, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard target >= 0 else { return false }
    defer { close(target) }
    var bytes = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = read(source, &bytes, bytes.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return count == 0 }
      guard write(target, bytes, count) == count else { return false }
    }
  }

  private static func remove(_ folder: String) {
    for end in ["", "-wal", "-shm"] { unlink("\(folder)/journal.db\(end)") }
    rmdir(folder)
  }

  /// As the path of a URI: RFC 3986, section 2.
  private static func encoded(_ path: String) -> String {
    var text = ""
    for byte in path.utf8 {
      let isPlain =
        (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
        || "/-._~".utf8.contains(byte)
      if isPlain {
        text.unicodeScalars.append(Unicode.Scalar(byte))
      } else {
        let digits = String(byte, radix: 16)
        text += "%" + (byte < 16 ? "0" : "") + digits
      }
    }
    return text
  }
}
