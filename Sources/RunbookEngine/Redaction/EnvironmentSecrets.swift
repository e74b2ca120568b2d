private import RunbookModel

/// Values of environment variables that are secret by what their variable is called, or by what is in
/// them.
///
/// A shell step that prints its environment must not put them into the journal, whether the runbook reads
/// them or not.
public enum EnvironmentSecrets {
  /// - Returns: values of variables that are a credential by their name, such as `GITHUB_TOKEN`,
  ///   `PGPASSWORD` and `STRIPE_KEY`, whatever they look like; and passwords in URLs, in a connection's
  ///   words and in JSON, in any variable. In no order.
  public static func values(of environment: [String: String]) -> [String] {
    environment.flatMap { name, value -> [String] in
      credential(name, value) + Credentials.values(in: value)
    }.filter { !$0.isEmpty }
  }

  private static func credential(_ name: String, _ value: String) -> [String] {
    guard CredentialName(name).isCredential(value) else { return [] }
    var found = Credentials.values(ofCredential: value)
    if pairs.contains(where: { name.uppercased().holds($0) }), let pair = value.halves(at: ":") {
      found.append(String(pair.after))
    }
    return found
  }

  /// Words in names of what is a user's name and a password.
  private static let pairs = ["BASIC", "USERPWD", "AUTH", "CREDENTIAL", "CREDS"]

  /// Passwords in the files that libpq reads by itself, and in those that they lead to:
  /// https://www.postgresql.org/docs/current/libpq-pgpass.html, …/libpq-pgservice.html
  ///
  /// - Parameter contents: of a file by its path; nil where it cannot be read.
  public static func values(
    inFilesOf environment: [String: String], contents: (String) -> String?
  ) -> [String] {
    let home = environment["HOME"] ?? ""
    // The last one is where Debian's libpq looks.
    let services = [
      environment["PGSERVICEFILE"] ?? "\(home)/.pg_service.conf",
      "\(environment["PGSYSCONFDIR"] ?? "/etc/postgresql-common")/pg_service.conf",
    ].flatMap { lines(contents($0)) }
    let others = services.compactMap { line in
      line.halves(at: "=").flatMap { pair in
        pair.before.trimmed.isIdentical(to: "passfile") ? String(pair.after.trimmed) : nil
      }
    }
    let passwords = [environment["PGPASSFILE"] ?? "\(home)/.pgpass"] + others
    return passwords.flatMap { self.passwords(inPassFile: contents($0)) }
      + services.flatMap { Credentials.values(in: $0) }
  }

  /// Those of a file of passwords.
  public static func passwords(inPassFile text: String?) -> [String] {
    lines(text).compactMap(password(inPassLine:))
  }

  private static func lines(_ text: String?) -> [String] {
    (text ?? "").pieces { $0 == "\n" || $0 == "\r" }.map(String.init)
  }

  /// `host:port:database:user:password`, in which `\:` and `\\` stand for the sign alone.
  private static func password(inPassLine line: String) -> String? {
    guard line.firstScalar != "#" else { return nil }
    var fields = [""]
    var isEscaped = false
    for scalar in line.unicodeScalars {
      if !isEscaped, scalar == "\\" {
        isEscaped = true
      } else if !isEscaped, scalar == ":", fields.count < 5 {
        fields.append("")
      } else {
        fields[fields.count - 1].unicodeScalars.append(scalar)
        isEscaped = false
      }
    }
    return fields.count == 5 && !fields[4].isEmpty ? fields[4] : nil
  }
}

extension Substring {
  fileprivate var trimmed: Substring {
    var rest = dropScalars { $0 == " " || $0 == "\t" }
    while rest.lastScalar == " " || rest.lastScalar == "\t" { rest.unicodeScalars.removeLast() }
    return rest
  }
}
