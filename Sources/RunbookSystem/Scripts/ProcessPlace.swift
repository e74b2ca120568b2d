import Glibc
package import RunbookModel

/// Where and as whom this process runs programs, besides what their environment holds: on another machine, with another
/// account's rights or another `umask` a script does something else.
package enum ProcessPlace {
  /// The machine: its name, and its number where it has one.
  package static var host: Surrounding {
    var names = utsname()
    uname(&names)
    let name = withUnsafeBytes(of: &names.nodename) { bytes in
      String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
    return Surrounding(
      name: "\(SealedPart.host)\(name)", content: TextFile.read("/etc/machine-id") ?? "")
  }

  package static var all: [Surrounding] { [host, account, fileMode] }

  /// With the groups and the rights beside them (capabilities(7)), which `sudo`, `setpriv` and services narrow.
  private static var account: Surrounding {
    let count = max(0, getgroups(0, nil))
    var groups = [gid_t](repeating: 0, count: Int(count))
    groups = Array(groups.prefix(Int(max(0, getgroups(count, &groups)))))
    let all = Set(groups).sorted().map(String.init).joined(separator: " ")
    return Surrounding(
      name:
        "\(SealedPart.account)uid \(geteuid()), gid \(getegid()), \(all.isEmpty ? "no groups" : "groups \(all)")",
      content: ["Uid", "Gid", "CapEff"].map(status).joined(separator: "\n"))
  }

  /// Who may do what with the files that it makes.
  private static var fileMode: Surrounding {
    Surrounding(name: "\(SealedPart.fileMode)\(status("Umask"))", content: "")
  }

  /// https://man7.org/linux/man-pages/man5/proc_pid_status.5.html
  private static func status(_ key: String) -> String {
    let lines = TextFile.read("/proc/self/status")?.pieces(separatedBy: "\n") ?? []
    guard let line = lines.first(where: { $0.begins(with: "\(key):") }) else { return "not known" }
    return String(line.dropping(prefix: "\(key):").trimming { $0 == "\t" || $0 == " " })
  }
}
