private import Glibc
public import RunbookEngine
import RunbookModel

/// Whether nobody else can change what lies at a path, as sshd's `StrictModes` asks it of a key
/// (<https://man.openbsd.org/sshd_config#StrictModes>): a journal says what was approved and what is run
/// next, so that whoever can write one runs programs as whoever resumes it.
///
/// Every folder on the way belongs to this account or to root, and nobody else may write to it, or it is
/// sticky, as `/tmp` is, and only the last must not be. The way is walked by descriptors; what passes
/// cannot be put aside by others afterwards. A group that nobody but the owner is in is no other. Where the
/// way leads through the account's home, the folders above it do not matter, as to sshd: whoever can put them
/// aside has the account.
public enum TrustedPath {
  /// Checks a folder that is open, by itself.
  ///
  /// - Throws: `cannotRead` where others can change what is in it.
  public static func check(open folder: CInt, _ path: String) throws(StoreError) {
    var status = stat()
    guard fstat(folder, &status) == 0 else { throw unreadable(path, errno) }
    try check(status, path, isOnTheWay: false, what: "what is kept here")
  }

  /// - Parameter home: of this account; nil where it has none.
  /// - Returns: whether there is a folder.
  /// - Throws: `cannotRead` with what is wrong, whose it is, and how it is mended.
  static func checkFolder(_ path: String, home: String? = home) throws(StoreError) -> Bool {
    var walk = Walk(path, home: home)
    defer { walk.end() }
    return try walk.go()
  }

  /// The account's own folder, where the system knows one that is there: without links.
  private static let home: String? = {
    guard let account = getpwuid(geteuid()), let path = realpath(account.pointee.pw_dir, nil) else {
      return nil
    }
    defer { free(path) }
    return String(cString: path)
  }()

  /// Checks all that lies in a folder that was checked, and in the folders in it.
  static func checkFiles(in folder: String) throws(StoreError) {
    try checkFiles(in: folder, openat(AT_FDCWD, folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC))
  }

  /// The program itself makes folders of folders, and none in those.
  private static let greatestDepth = 4

  private static func checkFiles(
    in folder: String, _ descriptor: CInt, depth: Int = 1
  ) throws(StoreError) {
    guard descriptor >= 0, let listing = fdopendir(descriptor) else {
      throw unreadable(folder, errno)
    }
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
      guard status.st_mode & S_IFMT == S_IFDIR else { continue }
      guard depth < greatestDepth else {
        throw StoreError(.cannotRead, subject: path, "\(path) is no folder of a run's: remove it")
      }
      try checkFiles(
        in: path, openat(dirfd(listing), name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC),
        depth: depth + 1)
    }
  }

  /// `O_PATH` of open(2), which Glibc's module lacks: a folder need not be readable to be passed through.
  private static let asPath: CInt = 0o1000_0000

  private struct Walk {
    private let path: String
    private let home: String?
    private var names: [String]
    private var folder: CInt
    private var here = ""
    private var links = 0
    /// What is wrong with a folder above the home, as long as the way has not come to the home.
    private var pending: StoreError?

    init(_ path: String, home: String?) {
      self.path = path
      self.home = home
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
          guard errno == ENOENT else { throw unreadable(path, errno) }
          if let pending { throw pending }
          return false
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
        try checkHere(status)
      }
      if let pending { throw pending }
      return true
    }

    private mutating func checkHere(_ status: stat) throws(StoreError) {
      if home == here { pending = nil }
      do throws(StoreError) {
        try check(status, here, isOnTheWay: !names.isEmpty)
      } catch {
        guard home?.begins(with: here + "/") == true else { throw error }
        pending = error
      }
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
    _ status: stat, _ path: String, isOnTheWay: Bool, what: String = "what is run and approved here"
  ) throws(StoreError) {
    // This account may be an unknown one itself: then its files and others' look the same.
    guard isKnown(status.st_uid, in: accountMap) else {
      throw StoreError(
        .cannotRead, subject: path,
        "\(path) belongs to an account that this user namespace does not know (\(status.st_uid) stands "
          + "for all of them), so that it cannot be told who could change \(what): name a folder below "
          + "your home with --state or $RUNBOOK_STATE")
    }
    guard status.st_uid == 0 || status.st_uid == geteuid() else {
      let owner = account(status.st_uid)
      throw StoreError(
        .cannotRead, subject: path,
        "\(path) belongs to \(owner), who could change \(what); each account keeps its own runs: name yours "
          + "with --state or $RUNBOOK_STATE. \(guestWords(owner))")
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
        "\(path) can be written to by \(others ? "everybody" : "its group"), who could change \(what)"
          + ": chmod go-w '\(path)', once you know that nothing in it was changed"
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
    setpwent()
    defer { endpwent() }
    while let other = getpwent() {
      if other.pointee.pw_gid == group, other.pointee.pw_uid != owner { return false }
    }
    return true
  }

  /// Whether a number is that of an account, and not what a user namespace shows in place of all that it has
  /// no number for (<https://man7.org/linux/man-pages/man7/user_namespaces.7.html>, "Unmapped user IDs").
  ///
  /// - Parameter map: lines of the first number here, the first outside, and how many; nil is everything, and an
  ///   empty one, of a namespace that was given none, nobody.
  static func isKnown(_ account: UInt32, in map: String?) -> Bool {
    guard let map else { return true }
    let lines = map.pieces(separatedBy: "\n").map { line in
      line.pieces(whereSeparator: \.isWhitespace).compactMap { UInt64($0) }
    }
    return lines.contains {
      $0.count == 3 && UInt64(account) >= $0[0] && UInt64(account) - $0[0] < $0[2]
    }
  }

  /// Whether this process sees the machine's accounts as they are, and none that its user gave to itself.
  public static let isInWholeNamespace = isWhole(accountMap)

  static func isWhole(_ map: String?) -> Bool {
    guard let map else { return true }
    let lines = map.pieces(separatedBy: "\n")
      .map { $0.pieces(whereSeparator: \.isWhitespace).compactMap { UInt64($0) } }
      .filter { !$0.isEmpty }
    return lines == [[0, 0, UInt64(UInt32.max)]]
  }

  private static let accountMap = contents(of: "/proc/self/uid_map")

  private static func contents(of path: String) -> String? {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = read(file, &bytes, bytes.count)
    return count < 0 ? nil : String(decoding: bytes.prefix(count), as: UTF8.self)
  }

  private static func account(_ number: uid_t) -> String {
    getpwuid(number).map { "the account '\(String(cString: $0.pointee.pw_name))'" }
      ?? "the account \(number)"
  }

  static func unreadable(_ path: String, _ number: CInt) -> StoreError {
    var status = stat()
    let isThere = stat(path, &status) == 0
    let owner = isThere ? ", which belongs to \(account(status.st_uid))," : ""
    let isOthers = number == EACCES && isThere && status.st_uid != geteuid()
    return StoreError(
      .cannotRead, subject: path,
      "\(path)\(owner) cannot be read by this account: \(String(cString: strerror(number)))"
        + (isOthers ? ". \(guestWords(account(status.st_uid)))" : ""))
  }

  /// What another account may do with somebody's runs all the same, and how.
  private static func guestWords(_ owner: String) -> String {
    "What others may do in it works with sudo and --state: \(commandsForOwner.joined(separator: ", ")); all else "
      + "works from \(owner) alone"
  }

  /// The commands by which root decides on another account's run, or looks at it.
  public static let commandsForOwner = ["approve", "note", "resolve", "runs", "status"]
}
