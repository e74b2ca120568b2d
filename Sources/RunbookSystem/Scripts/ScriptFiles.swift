import Glibc
import RunbookModel

/// What the files are that scripts name.
enum ScriptFiles {
  /// Whether programs write on in it by its name, so that it is another at each look: a log, a process's number.
  static func isWrittenOn(_ path: String) -> Bool {
    let name = path.pieces(separatedBy: "/").last.map(String.init) ?? path
    return name.isIdentical(to: "log")
      || [".log", ".pid"].contains { name.ends(with: $0) }
  }

  /// Programs that the system brings are bound by their bytes, and not read.
  static func isOfTheSystem(_ path: String) -> Bool {
    ["/usr/", "/bin/", "/sbin/", "/lib", "/opt/"].contains { path.begins(with: $0) }
  }

  /// Whether a word names a folder that is not the system's.
  static func isFolder(_ name: String, in folders: [String]) -> Bool {
    guard !name.isEmpty else { return false }
    return folders.contains { base in
      let path = name.resolved(in: base)
      var status = stat()
      return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
        && !ScriptFiles.isOfTheSystem(path) && !["/", "/tmp", "/dev"].contains(path)
    }
  }
}
