import Foundation
import Glibc
import RunbookEngine
import RunbookModel
import RunbookStore

/// A file that a command writes: the one way in which pages, evidence and snapshots get to the disk.
///
/// A regular file is replaced as a whole, or not at all, and is its owner's alone from its first moment,
/// whatever the umask. A link is followed; another name of the same file keeps what it had. Whatever else is there, a device, a pipe or a standard stream,
/// is written into and stays what it is.
///
/// What the command itself reads is never written over, whatever name leads to it, and nothing is written into a
/// run's own folder but by the program's own hand.
struct OutputFile {
  /// As messages name it.
  let path: String
  /// What the command reads, by absolute paths.
  var inputs: [String] = []
  /// Whether it is one of a run's own files.
  var isOfRun = false

  /// - Returns: whether it is a regular file now.
  /// - Throws: `cannotWrite`.
  @discardableResult
  func write(_ text: String) throws(StoreError) -> Bool {
    try requireAllowed()
    let bytes = Array(text.utf8)
    var status = stat()
    guard stat(path, &status) == 0 else {
      guard errno == ENOENT else { throw failure(errno) }
      // Only a link that leads to nothing is seen by one of the two.
      if lstat(path, &status) == 0 {
        try write(bytes, O_CREAT | O_TRUNC)
      } else {
        try replace(path, with: bytes)
      }
      return true
    }
    if let stream = Console.stream(that: status) {
      try put(bytes, into: stream)
      return false
    }
    // Somebody has the file open: what they write to it comes before and after.
    let isDescriptor = path.begins(with: "/dev/fd/") || path.begins(with: "/proc/self/fd/")
    guard status.st_mode & S_IFMT == S_IFREG, !isDescriptor else {
      try write(bytes, isDescriptor ? O_APPEND : 0)
      return false
    }
    guard let whole = realpath(path, nil) else { throw failure(errno) }
    defer { free(whole) }
    try replace(String(cString: whole), with: bytes)
    return true
  }

  /// A larger file that is there is not looked into, and stays.
  private static let largestLookedInto: Int64 = 64 << 20

  /// Writes it by the name that the program gave it, in a folder in which others may put what they like: a link is not
  /// followed but replaced, and what was written into the file by hand is kept beside it.
  ///
  /// - Parameter isOwn: whether what is there may go.
  /// - Returns: what became of what was there, where it was not just replaced.
  /// - Throws: `cannotWrite`; then what is there is as it was.
  func replaceOwn(
    _ text: String, droppingWhere isOwn: ([UInt8]) -> Bool
  ) throws(StoreError) -> [String] {
    try requireAllowed()
    let slash = path.utf8.lastIndex(of: UInt8(ascii: "/"))
    let name = slash.map { String(path[path.utf8.index(after: $0)...]) } ?? path
    guard let folder = OutputFolder(inPlaceOf: slash.map { String(path[...$0]) } ?? ".") else {
      throw failure(errno)
    }
    let bytes = Array(text.utf8)
    var notices: [String] = []
    switch folder.type(of: name) {
    case nil: break
    case S_IFLNK:
      notices.append("\(path) was a link: it is a file now, and what it led to is as it was")
    case S_IFREG:
      guard let former = folder.read([name], limit: Self.largestLookedInto) else {
        throw StoreError(
          .cannotWrite, subject: path,
          "cannot write \(path): what is there cannot be read, and may hold what a person wrote into it"
        )
      }
      guard former != bytes, !isOwn(former) else { break }
      let kept = FormerReport.name(of: name, former)
      switch folder.add(kept, former) {
      case .added, .same:
        notices.append(
          "what was in \(path) is not what the run's journal gives: it is kept beside it, in \(kept)"
        )
      case .taken:
        throw StoreError(
          .cannotWrite, subject: path,
          "cannot write \(path): what is in it is not what the run's journal gives, and \(kept), in which that would be kept, is taken"
        )
      case .failed(let reason):
        throw StoreError(
          .cannotWrite, subject: path,
          "cannot write \(path): what is in it is not what the run's journal gives, and cannot be kept in \(kept): \(reason)"
        )
      }
    default:
      throw StoreError(
        .cannotWrite, subject: path, "cannot write \(path): it is no file, and is left as it is")
    }
    if let number = folder.replace(name, in: "", with: bytes) { throw failure(number) }
    return notices
  }

  /// Makes the folder that it is to be in, where that is missing.
  ///
  /// - Throws: `cannotWrite`; also, before anything is made, where it would not be written.
  func makeFolder() throws(StoreError) {
    try requireAllowed()
    guard let folder = path.index(ofLast: "/").map({ String(path[..<$0]) }), !folder.isEmpty else {
      return
    }
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    } catch {
      throw StoreError(
        .cannotWrite, subject: path, "cannot write \(path): \(error.localizedDescription)")
    }
  }

  /// Looks whether it could be written by now, in a folder that is there; nothing is made or changed.
  ///
  /// - Throws: `cannotWrite`.
  func foresee() throws(StoreError) {
    try requireAllowed()
    var status = stat()
    guard stat(path, &status) == 0 else {
      guard errno == ENOENT else { throw failure(errno) }
      return try requireFolder(path.index(ofLast: "/").map { String(path[..<$0]) } ?? ".")
    }
    switch status.st_mode & S_IFMT {
    case S_IFDIR: throw failure(EISDIR)
    case S_IFREG:
      guard let whole = realpath(path, nil) else { throw failure(errno) }
      defer { free(whole) }
      let file = String(cString: whole)
      try requireFolder(file.index(ofLast: "/").map { String(file[..<$0]) } ?? "/")
    default: guard access(path, W_OK) == 0 else { throw failure(errno) }
    }
  }

  /// The same where the folder that it is to be in is made first.
  ///
  /// - Throws: `cannotWrite`.
  func foreseeInFolder() throws(StoreError) {
    try requireAllowed()
    var folder = path
    while let slash = folder.index(ofLast: "/") {
      folder = slash == folder.startIndex ? "/" : String(folder[..<slash])
      var status = stat()
      if lstat(folder, &status) == 0 { return try requireFolder(folder) }
      guard [ENOENT, ENOTDIR].contains(errno) else { throw failure(errno) }
      guard folder.utf8.count > 1 else { break }
    }
  }

  private func requireFolder(_ folder: String) throws(StoreError) {
    let folder = folder.isEmpty ? "/" : folder
    var status = stat()
    guard stat(folder, &status) == 0 else { throw failure(errno) }
    guard status.st_mode & S_IFMT == S_IFDIR else { throw failure(ENOTDIR) }
    guard access(folder, W_OK | X_OK) == 0 else { throw failure(errno) }
  }

  /// - Throws: `cannotWrite`, where it would destroy what it must not.
  func requireAllowed() throws(StoreError) {
    var own = stat()
    if stat(path, &own) == 0, own.st_mode & S_IFMT == S_IFREG {
      for input in inputs {
        var other = stat()
        guard stat(input, &other) == 0, other.st_dev == own.st_dev, other.st_ino == own.st_ino
        else { continue }
        throw StoreError(
          .cannotWrite, subject: path,
          "cannot write \(path): it is what is read for it (\(input)), and would be lost")
      }
    }
    guard !isOfRun, let folder = runFolder else { return }
    throw StoreError(
      .cannotWrite, subject: path,
      "cannot write \(path): \(folder) is a run's own folder; name a file elsewhere")
  }

  /// The run's folder that the file is in, or in a folder of.
  private var runFolder: String? {
    guard var place = nearestPlace else { return nil }
    while true {
      if RunStore.isRunFolder(place) { return place }
      guard let slash = place.index(ofLast: "/"), slash != place.startIndex else { return nil }
      place = String(place[..<slash])
    }
  }

  /// The path, or the nearest folder on the way to it that is there, without links.
  private var nearestPlace: String? {
    var path = path
    while true {
      if let whole = realpath(path, nil) {
        defer { free(whole) }
        return String(cString: whole)
      }
      guard let slash = path.index(ofLast: "/") else { break }
      path = slash == path.startIndex ? "/" : String(path[..<slash])
    }
    guard let whole = realpath(".", nil) else { return nil }
    defer { free(whole) }
    return String(cString: whole)
  }

  private func write(_ bytes: [UInt8], _ flags: Int32) throws(StoreError) {
    // A pipe that nobody reads would be waited for, without a word.
    let file = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK | flags, 0o600)
    guard file >= 0 else {
      throw errno == ENXIO
        ? StoreError(
          .cannotWrite, subject: path,
          "cannot write \(path): nobody reads this pipe; start first what is to read it")
        : failure(errno)
    }
    defer { close(file) }
    let mode = fcntl(file, F_GETFL)
    guard mode >= 0, fcntl(file, F_SETFL, mode & ~O_NONBLOCK) == 0 else { throw failure(errno) }
    try put(bytes, into: file)
  }

  private func replace(_ target: String, with bytes: [UInt8]) throws(StoreError) {
    let folder = OutputFolder(descriptor: AT_FDCWD)
    let parts =
      target.utf8.lastIndex(of: UInt8(ascii: "/"))
      .map { (String(target[...$0]), String(target[target.utf8.index(after: $0)...])) }
      ?? ("", target)
    guard let errno = folder.replace(parts.1, in: parts.0, with: bytes) else { return }
    throw failure(errno)
  }

  private func put(_ bytes: [UInt8], into file: Int32) throws(StoreError) {
    // A terminal is shown it, and obeys nothing of it.
    let isShown = isatty(file) == 1
    let bytes =
      isShown ? Array(TerminalText.block(String(decoding: bytes, as: UTF8.self)).utf8) : bytes
    guard OutputFolder.put(bytes, into: file) else { throw failure(errno) }
  }

  private func failure(_ number: Int32) -> StoreError {
    StoreError(
      .cannotWrite, subject: path, "cannot write \(path): \(String(cString: strerror(number)))")
  }
}
