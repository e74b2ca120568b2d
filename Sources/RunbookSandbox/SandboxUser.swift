package import Glibc
import RunbookEngine
package import RunbookModel
import RunbookSystem

/// Whose processes a sandbox's are: this process's user, unless that is root, which PostgreSQL refuses.
package struct SandboxUser: Sendable, Hashable {
  package let uid: uid_t
  package let gid: gid_t
  /// nil when nothing is dropped.
  package let name: String?

  /// - Throws: `unreachable` when this is root and there is nobody to drop to.
  static func current() throws(StepFailure) -> SandboxUser {
    guard geteuid() == 0 else { return SandboxUser(uid: geteuid(), gid: getegid(), name: nil) }
    guard let user = account("postgres") ?? account("nobody") else {
      throw StepFailure(
        .unreachable, "PostgreSQL refuses to run as root, and there is no user to run it as",
        hint: "there is neither `postgres` nor `nobody`: run as another user than root")
    }
    return user
  }

  /// The command as this user, with no other group and no privilege left.
  ///
  /// - Throws: `unreachable` when root cannot drop to the user, as setpriv(1) is missing.
  package func command(_ command: [String]) throws(StepFailure) -> [String] {
    guard name != nil else { return command }
    guard let setpriv = ProgramPath.find("setpriv") else {
      throw StepFailure(
        .unreachable, "the sandbox's server cannot be started as another user than root",
        hint: "setpriv is missing: `apt-get install util-linux`")
    }
    return [setpriv, "--reuid=\(uid)", "--regid=\(gid)", "--clear-groups", "--"] + command
  }

  private static func account(_ name: String) -> SandboxUser? {
    var record = passwd()
    var found: UnsafeMutablePointer<passwd>?
    var buffer = [CChar](repeating: 0, count: 16_384)
    guard getpwnam_r(name, &record, &buffer, buffer.count, &found) == 0, found != nil,
      record.pw_uid != 0
    else { return nil }
    return SandboxUser(uid: record.pw_uid, gid: record.pw_gid, name: name)
  }
}
