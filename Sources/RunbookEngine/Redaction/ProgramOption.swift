/// An option of a program, or of several whose names begin alike, that is given a credential.
struct ProgramOption {
  enum Form {
    /// The next word, the rest of the option's own, or either.
    case next, joined, both
  }

  /// What of the value is the credential.
  enum Part {
    case whole
    case behind(String)
    case cookie
  }

  let program: String
  let name: String
  let form: Form
  let part: Part

  private init(_ program: String, _ name: String, _ form: Form, _ part: Part = .whole) {
    self.program = program
    self.name = name
    self.form = form
    self.part = part
  }

  static let all: [ProgramOption] =
    [
      ProgramOption("mysql", "-p", .joined), ProgramOption("mariadb", "-p", .joined),
      ProgramOption("sshpass", "-p", .both), ProgramOption("redis-cli", "-a", .next),
      ProgramOption("ldap", "-w", .next), ProgramOption("mongo", "-p", .next),
      // `docker login -p x`, `az login -p x`.
      ProgramOption("login", "-p", .next), ProgramOption("smbclient", "-U", .both, .behind("%")),
      ProgramOption("mosquitto_", "-P", .both), ProgramOption("sqlcmd", "-P", .both),
      ProgramOption("isql", "-P", .both), ProgramOption("tsql", "-P", .both),
      ProgramOption("bcp", "-P", .both), ProgramOption("zip", "-P", .next),
      ProgramOption("unzip", "-P", .next), ProgramOption("7z", "-p", .joined),
      ProgramOption("snmp", "-A", .next), ProgramOption("snmp", "-X", .next),
      ProgramOption("ipmitool", "-P", .next), ProgramOption("openssl", "-k", .next),
      ProgramOption("openssl", "-K", .next), ProgramOption("curl", "-b", .next, .cookie),
      ProgramOption("curl", "--cookie", .both, .cookie),
      ProgramOption("lftp", "-u", .next, .behind(",")),
    ]
    + ["-pass", "-passin", "-passout"].map {
      ProgramOption("openssl", $0, .next, .behind("pass:"))
    }
    + ["-u", "--user", "--proxy-user"].map { ProgramOption("curl", $0, .both, .behind(":")) }
    + ["-a", "--auth"].flatMap { option in
      ["http", "xh"].map { ProgramOption($0, option, .both, .behind(":")) }
    }
}
