import Glibc
import RunbookModel

extension Surroundings {
  /// Lets root decide on a run of another account: from here on the process is that account's, so that
  /// nothing of root's is left in its state folder, and nothing in it is trusted further than it is there.
  ///
  /// Whose word is recorded was settled before.
  func workAsOwner(of folder: String, _ console: Console) throws {
    var status = stat()
    guard geteuid() == 0, stat(folder, &status) == 0, status.st_uid != 0,
      status.st_mode & S_IFMT == S_IFDIR
    else { return }
    guard let entry = getpwuid(status.st_uid) else {
      console.printError(
        "error: \(folder) belongs to an account that is not known (\(status.st_uid))")
      throw ExitStatus.badFile.code
    }
    let (name, group) = (String(cString: entry.pointee.pw_name), entry.pointee.pw_gid)
    guard initgroups(name, group) == 0, setgid(group) == 0, setuid(status.st_uid) == 0,
      geteuid() == status.st_uid, setuid(0) != 0
    else {
      let why = String(cString: strerror(errno))
      console.printError(
        "error: \(folder) belongs to '\(name)', and this process cannot work as that account: \(why)"
      )
      throw ExitStatus.badFile.code
    }
  }
}
