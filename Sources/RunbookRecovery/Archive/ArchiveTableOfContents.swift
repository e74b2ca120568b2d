import Glibc
import RunbookEngine
package import RunbookModel
import RunbookSystem
import SystemPackage

/// The table of contents of an archive, read as `pg_dump` wrote it: names in it are not to be told apart in
/// what `pg_restore --list` prints.
///
/// The format is `ReadHead` and `ReadToc` of
/// https://github.com/postgres/postgres/blob/master/src/bin/pg_dump/pg_backup_archiver.c
package struct ArchiveTableOfContents {
  package private(set) var entries: [ArchiveEntry] = []
  /// By the clock of the dump's machine, which does not say its zone.
  package private(set) var createdAt: Timestamp?
  private(set) var database = ""
  package private(set) var serverVersion = ""
  /// Of the `pg_dump` that wrote it.
  package private(set) var programVersion = ""

  private static let mostEntries = 5_000_000

  /// - Parameter path: a file, or the folder of an archive in many files.
  package init(of path: String) throws(StepFailure) {
    do throws(Unreadable) {
      var input = try Input(path)
      defer { input.close() }
      try read(&input)
    } catch {
      throw StepFailure(
        .invalid, "the table of contents of \(path) cannot be read: \(error.why)",
        hint: "make one by `pg_dump --format=custom`; a plain SQL file cannot be restored in parts")
    }
  }

  private mutating func read(_ input: inout Input) throws(Unreadable) {
    guard try input.bytes(5) == Array("PGDMP".utf8) else {
      throw Unreadable(why: "it does not begin as an archive does")
    }
    let version = (major: try input.byte(), minor: try input.byte(), revision: try input.byte())
    // 1.12 came with PostgreSQL 9.0 and 1.16 with 17.
    guard version.major == 1, 12...16 ~= version.minor else {
      throw Unreadable(
        why: "its format is \(version.major).\(version.minor), and 1.12 to 1.16 are known")
    }
    input.integerSize = Int(try input.byte())
    input.offsetSize = Int(try input.byte())
    guard input.integerSize == 4, 4...8 ~= input.offsetSize else {
      throw Unreadable(why: "its numbers have \(input.integerSize) bytes")
    }
    let format = try input.byte()
    if version.minor >= 15 { _ = try input.byte() } else { _ = try input.integer() }
    createdAt = try Self.time(&input)
    database = try input.text() ?? ""
    serverVersion = try input.text() ?? ""
    programVersion = try input.text() ?? ""
    let count = try input.integer()
    guard 0...Self.mostEntries ~= count else { throw Unreadable(why: "it has \(count) entries") }
    for _ in 0..<count {
      entries.append(try Self.entry(&input, minor: version.minor, format: format))
    }
    try findTables()
  }

  /// A part's tag is its table's name, a space and its own: which of several spaces it is its dependencies tell.
  private mutating func findTables() throws(Unreadable) {
    var known: [Int: ArchiveEntry] = [:]
    for entry in entries {
      guard known.updateValue(entry, forKey: entry.id) == nil else {
        throw Unreadable(why: "two entries have the number \(entry.id)")
      }
    }
    for index in entries.indices where entries[index].isPart {
      let entry = entries[index]
      let owners = entry.dependencies.compactMap { known[$0] }.filter { other in
        other.mayHaveParts && entry.tag.begins(with: other.tag + " ")
          && (other.schema ?? "").isIdentical(to: entry.schema ?? "")
      }
      entries[index].table = owners.max { $0.tag.utf8.count < $1.tag.utf8.count }?.tag
    }
  }

  /// `struct tm`, from seconds to the year less 1900.
  private static func time(_ input: inout Input) throws(Unreadable) -> Timestamp? {
    var parts: [Int] = []
    for _ in 0..<6 { parts.append(try input.integer()) }
    _ = try input.integer()
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    return Timestamp(
      rfc3339: "\(1900 + parts[5])-\(two(parts[4] + 1))-\(two(parts[3]))T"
        + "\(two(parts[2])):\(two(parts[1])):\(two(parts[0]))Z")
  }

  private static func entry(
    _ input: inout Input, minor: UInt8, format: UInt8
  ) throws(Unreadable) -> ArchiveEntry {
    let id = try input.integer()
    _ = try input.integer()
    // The object's own numbers.
    try input.skipText()
    try input.skipText()
    let tag = try input.text() ?? ""
    let kind = try input.text() ?? ""
    _ = try input.integer()
    var filling: String?
    let definition = try input.text()
    if kind == "SEQUENCE SET" { filling = definition }
    // How it is dropped.
    try input.skipText()
    if kind == "TABLE DATA" { filling = try input.text() } else { try input.skipText() }
    let schema = try input.text()
    // Its tablespace and access method.
    try input.skipText()
    if minor >= 14 { try input.skipText() }
    if minor >= 16 { _ = try input.integer() }
    let owner = try input.text()
    // Whether it has OIDs.
    try input.skipText()
    var dependencies: [Int] = []
    while let text = try input.text() {
      guard let number = Int(text) else {
        throw Unreadable(why: "a dependency of entry \(id) is no number")
      }
      dependencies.append(number)
    }
    // Where its data are: `archCustom` is 1, and all others name a file.
    if format == 1 {
      _ = try input.bytes(1 + input.offsetSize)
    } else {
      try input.skipText()
    }
    guard id > 0, !kind.isEmpty else { throw Unreadable(why: "an entry has no number or no kind") }
    return ArchiveEntry(
      id: id, kind: kind, schema: schema.flatMap { $0.isEmpty ? nil : $0 }, tag: tag, owner: owner,
      filling: filling.flatMap { $0.isEmpty ? nil : $0 }, dependencies: dependencies,
      definition: kind == "SEQUENCE SET" ? nil : definition.flatMap { $0.isEmpty ? nil : $0 })
  }

  private struct Unreadable: Error { let why: String }

  /// The bytes of a file, in order, as `pg_dump` writes numbers and texts.
  private struct Input {
    private let descriptor: Int32
    private var buffer: [UInt8] = []
    private var position = 0
    /// How much of the file is left beyond the buffer.
    private var left: Int
    var integerSize = 4
    var offsetSize = 8

    init(_ path: String) throws(Unreadable) {
      var status = stat()
      guard stat(path, &status) == 0 else { throw Unreadable(why: Errno.last.description) }
      let isFolder = status.st_mode & S_IFMT == S_IFDIR
      descriptor = open(isFolder ? "\(path)/toc.dat" : path, O_RDONLY | O_CLOEXEC)
      guard descriptor >= 0, fstat(descriptor, &status) == 0 else {
        throw Unreadable(why: Errno.last.description)
      }
      left = Int(status.st_size)
      try skipHeaderOfTar()
    }

    func close() { Glibc.close(descriptor) }

    /// `toc.dat` is the first file of an archive in the tar format, behind 512 bytes that name it.
    private mutating func skipHeaderOfTar() throws(Unreadable) {
      try fill(512)
      guard buffer.starts(with: Array("toc.dat".utf8) + [0]) else { return }
      position = 512
    }

    private mutating func fill(_ count: Int) throws(Unreadable) {
      guard buffer.count - position < count else { return }
      buffer.removeFirst(position)
      position = 0
      while buffer.count < count, left > 0 {
        let wanted = min(left, max(1 << 16, count - buffer.count))
        let chunk = [UInt8](unsafeUninitializedCapacity: wanted) { area, filled in
          var got = Glibc.read(descriptor, area.baseAddress, wanted)
          while got < 0, errno == EINTR { got = Glibc.read(descriptor, area.baseAddress, wanted) }
          filled = max(0, got)
        }
        guard !chunk.isEmpty else { break }
        left -= chunk.count
        buffer += chunk
      }
    }

    mutating func bytes(_ count: Int) throws(Unreadable) -> [UInt8] {
      guard count <= buffer.count - position + left else {
        throw Unreadable(why: "it ends too soon")
      }
      try fill(count)
      guard buffer.count - position >= count else { throw Unreadable(why: "it ends too soon") }
      defer { position += count }
      return Array(buffer[position..<position + count])
    }

    mutating func byte() throws(Unreadable) -> UInt8 {
      try fill(1)
      guard position < buffer.count else { throw Unreadable(why: "it ends too soon") }
      defer { position += 1 }
      return buffer[position]
    }

    /// The sign in a byte, then the number, its lowest byte first.
    mutating func integer() throws(Unreadable) -> Int {
      let isNegative = try byte() != 0
      var number = 0
      for index in 0..<integerSize { number |= Int(try byte()) << (8 * index) }
      guard number <= Int(Int32.max) else { throw Unreadable(why: "a number is too large") }
      return isNegative ? -number : number
    }

    mutating func skipText() throws(Unreadable) {
      let length = try integer()
      if length > 0 { _ = try bytes(length) }
    }

    /// The length and the bytes; nil where the length is negative.
    mutating func text() throws(Unreadable) -> String? {
      let length = try integer()
      guard length >= 0 else { return nil }
      let bytes = try bytes(length)
      guard let text = String(validating: bytes, as: UTF8.self) else {
        throw Unreadable(why: "a text in it is not UTF-8: make it with `pg_dump --encoding=UTF8`")
      }
      return text
    }
  }
}
