private import Glibc
import RunbookEngine
import RunbookModel

/// Folders and files that only their owner can read, whatever the umask is.
enum PrivateFolder {
  /// Makes a folder and those above it that are missing; each is durable when this returns.
  ///
  /// - Throws: `cannotWrite`, also when `isNew` is asked for and the folder is there already.
  static func make(_ path: String, isNew: Bool = false) throws(StoreError) {
    let parent = parent(of: path)
    if parent != path, !exists(parent) { try make(parent) }
    guard mkdir(path, 0o700) == 0 else {
      // Another process may have made it in between.
      if errno == EEXIST, !isNew { return }
      throw failure("the folder cannot be made", path)
    }
    guard chmod(path, 0o700) == 0 else {
      throw failure("the folder cannot be made private", path)
    }
    try force(parent)
  }

  /// Makes an empty file of mode 0600; it must not exist.
  static func makeFile(_ path: String) throws(StoreError) {
    let descriptor = Glibc.open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw failure("the file cannot be made", path) }
    defer { close(descriptor) }
    guard fchmod(descriptor, 0o600) == 0 else {
      throw failure("the file cannot be made private", path)
    }
  }

  /// Makes a file of mode 0600 with these bytes, which are durable when this returns; it must not exist.
  static func makeFile(_ path: String, _ bytes: [UInt8]) throws(StoreError) {
    try makeFile(path)
    let descriptor = Glibc.open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW)
    guard descriptor >= 0 else { throw failure("the file cannot be opened", path) }
    defer { close(descriptor) }
    guard write(descriptor, bytes, bytes.count) == bytes.count, fsync(descriptor) == 0 else {
      throw failure("the file cannot be written", path)
    }
  }

  /// Gives a file its name, in place of one that has it.
  static func rename(_ draft: String, to path: String) throws(StoreError) {
    guard Glibc.rename(draft, path) == 0 else {
      throw failure("the file cannot be given its name", path)
    }
  }

  /// Makes a folder's list of names durable.
  static func force(_ path: String) throws(StoreError) {
    let descriptor = Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else {
      // A parent that may be passed through but not read cannot be forced; it is not of our making.
      if errno == EACCES { return }
      throw failure("the folder cannot be opened", path)
    }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 || errno == EINVAL else {
      throw failure("the folder cannot be made durable", path)
    }
  }

  private static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  private static func parent(of path: String) -> String {
    guard let slash = path.index(ofLast: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  private static func failure(_ what: String, _ path: String) -> StoreError {
    StoreError(.cannotWrite, subject: path, "\(what): \(String(cString: strerror(errno)))")
  }
}
