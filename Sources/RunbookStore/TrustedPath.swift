private import Glibc
import RunbookEngine
import RunbookModel

/// Whether nobody else can change what lies at a path, as sshd's `StrictModes` asks it of a key
/// (<https://man.openbsd.org/sshd_config#StrictModes>): a journal says what was approved and what is run
/// next, so that whoever can write one runs programs as whoever resumes it.
///
/// Every folder on the way belongs to this account or to root, and nobody else may write to it, or it is
/// sticky, as `/tmp` is, and only the last must not be. The way is walked by descriptors; what passes
/// cannot be put aside by others afterwards. A group that nobody but the owner is in is no other.
enum TrustedPath {
  /// - Returns: whether there is a folder.
  /// - Throws: `cannotRead` with what is wrong, whose it is, and how it is mended.
  static func checkFolder(_ path: String) throws(StoreError) -> Bool {
    var walk = Walk(path)
    defer { walk.end() }
    return try walk.go()
  }

  /// Checks what lies directly in a folder that was checked.
  static func checkFiles(in folder: String) throws(StoreError) {
    guard let listing = opendir(folder) else { throw unreadable(folder, errno) }
    defer { closedir(listing) }
    while let item = readdir(listing) {
      let name = withUnsafeBytes(of: item.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      guard name != ".", name != ".." else { continue }
      var status = stat()
      // One that went away meanwhile is nobody's.
      guard fstatat(dirfd(listing), name, &status, AT_SYMLINK_NOFOLLOW) == 0 else { continue }
      let path = "\(folder)/\(name)"
      guard status.st_mode & S_IFMT == S_IFREG || status.st_mode & S_IFMT == S_IFDIR else {
        throw StoreError(
          .cannotRead, subject: path, "\(path) is neither a file nor a folder: remove it")
      }
      try check(status, path, isOnTheWay: false)
    }
  }

  /// `O_PATH` of open(2), which Glibc's module lacks: a folder need not be readable to be passed through.
  private static let asPath: CInt = 0o1000_0000

  private struct Walk {
    private let path: String
    private var names: [String]
    private var folder: CInt
    private var here = ""
    private var links = 0

    init(_ path: String) {
      self.path = path
      names = Walk.names(of: path).reversed()
      folder = Walk.root()
    }

    private static func root() -> CInt { open("/", TrustedPath.asPath | O_DIRECTORY | O_CLOEXEC) }

    private static func names(of path: String) -> [String] {
      path.utf8.split(separator: UInt8(ascii: "/")).map { String(decoding: $0, as: UTF8.self) }
        .filter { $0 != "." }
    }

    func end() { if folder >= 0 { close(folder) } }

    mutating func go() throws(StoreError) -> Bool {
      while let name = names.popLast() {
        let next = openat(folder, name, TrustedPath.asPath | O_NOFOLLOW | O_CLOEXEC)
        guard next >= 0 else {
          if errno == ENOENT { return false }
          throw unreadable(path, errno)
        }
        var status = stat()
        fstat(next, &status)
        if status.st_mode & S_IFMT == S_IFLNK {
          defer { close(next) }
          try follow(next, status, name)
          continue
        }
        close(folder)
        folder = next
        here = name == ".." ? String(here.dropping(suffix: "/\(lastName)")) : "\(here)/\(name)"
        guard status.st_mode & S_IFMT == S_IFDIR else {
          throw StoreError(.cannotRead, subject: path, "\(here) is no folder (Not a directory)")
        }
        try check(status, here, isOnTheWay: !names.isEmpty)
      }
      return true
    }

    private var lastName: String { Walk.names(of: here).last ?? "" }

    private mutating func follow(
      _ link: CInt, _ status: stat, _ name: String
    ) throws(StoreError) {
      try check(status, "\(here)/\(name)", isOnTheWay: true)
      links += 1
      var bytes = [UInt8](repeating: 0, count: 4096)
      let count = readlinkat(link, "", &bytes, bytes.count)
      guard links <= 40, count > 0, count < bytes.count else { throw unreadable(path, ELOOP) }
      let target = String(decoding: bytes.prefix(count), as: UTF8.self)
      names += Walk.names(of: target).reversed()
      if target.begins(with: "/") {
        close(folder)
        folder = Walk.root()
        here = ""
      }
    }
  }

  private static func check(
    _ status: stat, _ path: String, isOnTheWay: Bool
  ) throws(StoreError) {
    guard status.st_uid == 0 || status.st_uid == geteuid() else {
      let owner = account(status.st_uid)
      throw StoreError(
        .cannotRead, subject: path,
        "\(path) belongs to \(owner), who could change what is run and approved here; each account "
          + "keeps its own runs: name another folder with --state or $RUNBOOK_STATE, or work as \(owner)"
      )
    }
    // The mode of a link means nothing.
    guard status.st_mode & S_IFMT != S_IFLNK else { return }
    let mode = status.st_mode
    let isSticky = isOnTheWay && mode & S_ISVTX != 0
    let others = mode & S_IWOTH != 0
    let group = mode & S_IWGRP != 0 && !isPrivate(status.st_gid, of: status.st_uid)
    guard isSticky || !(others || group) else {
      throw StoreError(
        .cannotRead, subject: path,
        "\(path) can be written to by \(others ? "everybody" : "its group"), who could change what is "
          + "run and approved here: chmod go-w '\(path)', once you know that nothing in it was changed"
      )
    }
  }

  /// Whether nobody but its owner is in a group: the one that many systems make for each account. An access
  /// list (acl(5)) that the owner gave the folder is not looked at.
  private static func isPrivate(_ group: gid_t, of owner: uid_t) -> Bool {
    guard let account = getpwuid(owner), account.pointee.pw_gid == group else { return false }
    let name = String(cString: account.pointee.pw_name)
    guard let entry = getgrgid(group), String(cString: entry.pointee.gr_name) == name else {
      return false
    }
    var member = entry.pointee.gr_mem
    while let text = member?.pointee {
      if String(cString: text) != name { return false }
      member = member?.advanced(by: 1)
    }
    return true
  }

  private static func account(_ number: uid_t) -> String {
    getpwuid(number).map { "the account '\(String(cString: $0.pointee.pw_name))'" }
      ?? "the account \(number)"
  }

  static func unreadable(_ path: String, _ number: CInt) -> StoreError {
    var status = stat()
    let owner = stat(path, &status) == 0 ? ", which belongs to \(account(status.st_uid))," : ""
    return StoreError(
      .cannotRead, subject: path,
      "\(path)\(owner) cannot be read by this account: \(String(cString: strerror(number)))")
  }
}
