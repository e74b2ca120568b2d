import RunbookEngine
package import RunbookModel
import RunbookSystem

/// A server that this program has made itself: how it is reached, and how whoever answers proves to be it.
///
/// libpq takes from the environment, from a service and from a file of passwords whatever a connection does not say:
/// `PGHOSTADDR` goes before a socket. An empty value counts as none
/// (https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PARAMKEYWORDS). So all is said that leads
/// somewhere or keeps a connection from coming about, and nothing is asked of a server but who it is until it has
/// told the number that stands in the files of the server that is meant.
package struct OwnServer: Sendable, Hashable {
  /// Of the server and all that belongs to it.
  package let folder: String

  package init(folder: String) { self.folder = folder }

  package var data: String { "\(folder)/data" }
  /// The folder of its socket.
  package var socket: String { "\(folder)/socket" }

  /// libpq's keywords, with what the target says of itself.
  package func options(of target: PostgresTarget) -> [(keyword: String, value: String)] {
    var options: [(keyword: String, value: String)] = []
    var said: Set<String> = ["host", "hostaddr", "service", "servicefile", "passfile"]
    for option in target.options where !option.value.isEmpty {
      if said.insert(option.keyword).inserted { options.append((option.keyword, option.value)) }
    }
    // An address goes before a host, and only in a list may one be empty: the socket stands there twice.
    options.append(("host", "\(socket),\(socket)"))
    options.append(("hostaddr", ","))
    options.append(("passfile", "\(folder)/no-passwords"))
    if let port, said.insert("port").inserted { options.append(("port", port)) }
    for (keyword, value) in Self.usual where said.insert(keyword).inserted {
      options.append((keyword, value))
    }
    return options
  }

  /// As libpq knows them: an earlier one refuses a keyword that it does not know.
  private static let usual = [
    ("user", "postgres"), ("dbname", "sandbox"), ("password", "none"), ("port", "5432"),
    ("options", " "),
    ("connect_timeout", "10"),
    ("sslmode", "disable"), ("sslnegotiation", "postgres"), ("gssencmode", "disable"),
    ("channel_binding", "disable"), ("require_auth", "none"), ("target_session_attrs", "any"),
    ("load_balance_hosts", "disable"), ("replication", "false"),
  ].filter { ConnectionString.options(of: "\($0.0)='\($0.1)'") != nil }

  /// What the server wrote down when it was started.
  private var port: String? {
    let lines =
      TextFile.read("\(data)/postmaster.pid")?
      .pieces(separatedBy: "\n", omittingEmptySubsequences: false) ?? []
    return lines.count > 3 && UInt16(lines[3]) != nil ? String(lines[3]) : nil
  }

  /// What `initdb` has named it: the first eight bytes of its control file
  /// (https://github.com/postgres/postgres/blob/REL_15_STABLE/src/include/catalog/pg_control.h).
  private var systemIdentifier: String? {
    guard let bytes = ProcessTable.read("\(data)/global/pg_control"), bytes.count > 8 else {
      return nil
    }
    return String(bytes.withUnsafeBytes { $0.loadUnaligned(as: UInt64.self) })
  }

  /// - Throws: `refused` for any other server, and where it cannot be told.
  package func require(_ answer: ConnectionIdentity, connection: String) throws(StepFailure) {
    guard let own = systemIdentifier, let there = answer.systemIdentifier,
      there.isIdentical(to: own)
    else {
      throw StepFailure(
        .refused, "\(connection) is not the server that was started in \(folder)",
        detail: "\(answer.summary) answered; nothing was run there",
        hint: "libpq's own variables may lead elsewhere: unset those that begin with PG")
    }
  }
}
