import Glibc
import RunbookModel
import RunbookStore

/// The account whose word a process records: of the person, as far as the system tells.
///
/// | the process is      | its word is                                                                         |
/// | ------------------- | ----------------------------------------------------------------------------------- |
/// | any account's       | that account's, whatever `$SUDO_UID` says                                            |
/// | in a user namespace that has not all accounts | the same; it counts for no gate that takes two people     |
/// | root's, real user 0 | who logged in (`/proc/self/loginuid`, where it is set), else `$SUDO_UID`, else root  |
///
/// The kernel keeps the first one from being changed once it is set
/// (<https://man7.org/linux/man-pages/man8/pam_loginuid.8.html>); sudo sets the second one itself
/// (<https://www.sudo.ws/docs/man/sudo.man/#ENVIRONMENT>). Whoever is root can still say anything.
struct ResponsibleAccount: Sendable, Hashable {
  let name: String
  /// Nil where the account acts as itself.
  let via: String?
  /// Whether the system vouches for it: in a user namespace of its own a process is root, and any account, by itself.
  var isKnownToOthers = true

  static func current(_ environment: [String: String]) -> ResponsibleAccount {
    of(
      real: getuid(), effective: geteuid(), login: login, sudo: environment["SUDO_UID"],
      isNested: !TrustedPath.isInWholeNamespace,
      name: Self.entry)
  }

  /// An account's name, as words of people are recorded under.
  static func name(of number: UInt32) -> String { entry(number) ?? "uid \(number)" }

  private static func entry(_ number: UInt32) -> String? {
    getpwuid(number).map { String(cString: $0.pointee.pw_name) }
  }

  static func of(
    real: UInt32, effective: UInt32, login: UInt32?, sudo: String?, isNested: Bool = false,
    name: (UInt32) -> String?
  ) -> ResponsibleAccount {
    func known(_ number: UInt32) -> String { name(number) ?? "uid \(number)" }
    guard !isNested else {
      return ResponsibleAccount(name: known(effective), via: nil, isKnownToOthers: false)
    }
    guard real == 0 else { return ResponsibleAccount(name: known(effective), via: nil) }
    let bySudo = sudo.flatMap { UInt32($0) }
    guard let person = login ?? bySudo, person != 0 else {
      return ResponsibleAccount(name: known(effective), via: nil)
    }
    return ResponsibleAccount(
      name: known(person), via: bySudo == nil ? "as root" : "by sudo as root")
  }

  /// What the kernel has where nobody logged in is no account.
  private static let unset = UInt32.max

  private static var login: UInt32? {
    let file = open("/proc/self/loginuid", O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var bytes = [UInt8](repeating: 0, count: 32)
    let count = read(file, &bytes, bytes.count)
    let text = String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
    let number = UInt32(text.trimming { $0.isWhitespace })
    return number == unset ? nil : number
  }
}
