import RunbookEngine
package import RunbookModel
import RunbookSystem

/// Where a connection leads, as read from its URL.
///
/// It reads `postgres://` and `postgresql://`, SQLAlchemy's forms of them (`postgresql+psycopg://`,
/// `+psycopg2`, `+asyncpg`, …), and libpq's keywords (`host=… dbname=…`); what follows the scheme is
/// libpq's to read: https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING
package struct PostgresTarget: Sendable, Hashable {
  /// libpq's keywords with their values, as given.
  package let options: [ConnectionString.Option]
  /// What must not be shown or stored.
  package let secrets: [String]

  /// - Throws: `StepFailure` with the cause `invalid` for any other form. No message holds a part of
  ///   the URL that may be secret.
  package init(url: String) throws(StepFailure) {
    let trimmed = Self.trimmed(url)
    guard !trimmed.isEmpty else {
      throw StepFailure(
        .invalid, "the connection's url is empty",
        hint: "give postgresql://USER@HOST/DATABASE, or libpq's host=… dbname=…")
    }
    // libpq would read it as far as there.
    guard !trimmed.utf8.contains(0) else {
      throw StepFailure(.invalid, "the connection's url holds a zero byte")
    }
    let text = try Self.withPlainScheme(trimmed)
    guard LibPQ.isInstalled else {
      throw StepFailure(
        .invalid, "there is no libpq on this machine, which PostgreSQL is reached with",
        hint: "install it; Debian's package is libpq5")
    }
    guard let options = ConnectionString.options(of: text), !Self.isMisread(text, options) else {
      throw StepFailure(
        .invalid, "the connection's url is not one that libpq reads",
        hint: "percent-encode special characters in the user's name and the password; "
          + "after '?' only libpq's keywords are known")
    }
    self.options = options
    let written = Self.writtenPassword(of: text)
    let known = options.filter { Self.secretKeywords.contains($0.keyword) }.map(\.value)
    var secrets: [String] = []
    for secret in known + [written].compactMap({ $0 }) + Self.strayPasswords(in: options)
    where !secret.isEmpty && !secrets.contains(secret) {
      secrets.append(secret)
    }
    self.secrets = secrets
  }

  /// The same with one of libpq's keywords set otherwise.
  package func setting(_ keyword: String, to value: String) -> PostgresTarget {
    let former = options.first { $0.keyword == keyword }
    let option = ConnectionString.Option(
      keyword: keyword, variable: former?.variable, value: value)
    return PostgresTarget(
      options: options.filter { $0.keyword != keyword } + [option], secrets: secrets)
  }

  private init(options: [ConnectionString.Option], secrets: [String]) {
    self.options = options
    self.secrets = secrets
  }

  /// - Parameter options: as libpq reads them, none of a text that may hold a secret elsewhere.
  init(options: [ConnectionString.Option]) {
    self.init(
      options: options,
      secrets: options.filter { Self.secretKeywords.contains($0.keyword) }.map(\.value)
        .filter { !$0.isEmpty })
  }

  /// User, host, port and database, for people.
  package var display: String { withoutSecrets(place) }

  private var place: String {
    var text = value(of: "user").map { $0 + "@" } ?? ""
    text += value(of: "host") ?? value(of: "hostaddr") ?? "local socket"
    if let port = value(of: "port") { text += ":" + port }
    return text + "/" + (value(of: "dbname") ?? value(of: "user") ?? "")
  }

  /// The variables that lead libpq's programs (`psql`, `pg_dump`) to the same place, as far as the URL says it, the
  /// password included.
  package var environment: [String: String] {
    var environment: [String: String] = [:]
    for option in options {
      if let variable = option.variable { environment[variable] = option.value }
    }
    return environment
  }

  /// How long a connection may take to come about; libpq's `connect_timeout`, else ten seconds.
  package var connectTimeout: Duration {
    guard let text = value(of: "connect_timeout"), let seconds = Int64(text), seconds > 0 else {
      return .seconds(10)
    }
    return .seconds(min(seconds, 3600))
  }

  /// A text of libpq's or the server's with the secrets taken out.
  package func withoutSecrets(_ text: String) -> String {
    secrets.reduce(text) { $0.replacingAll($1, with: "***") }
  }

  package func value(of keyword: String) -> String? {
    options.first { $0.keyword == keyword && !$0.value.isEmpty }?.value
  }

  /// Passwords where none belongs: `user=me:hunter2`, `dbname=postgres://me:hunter2@db/app`.
  private static func strayPasswords(in options: [ConnectionString.Option]) -> [String] {
    options.flatMap { option -> [String] in
      switch option.keyword {
      case "user": option.value.halves(at: ":").map { [String($0.after)] } ?? []
      case "dbname": Credentials.values(in: option.value)
      default: []
      }
    }
  }

  /// Passwords in the file that the connection names: libpq takes the one that fits.
  fileprivate var filedSecrets: [String] {
    guard let path = value(of: "passfile"),
      let bytes = FileContent.bytes(of: path, most: Self.largestPassFile)
    else { return [] }
    return EnvironmentSecrets.passwords(inPassFile: String(decoding: bytes, as: UTF8.self))
  }

  private static let largestPassFile = 1 << 20

  /// Whether an unescaped `/` or `@` in a password ended the address or the password: then what follows stands
  /// in the host, the port and the database's name, which are shown.
  private static func isMisread(_ text: String, _ options: [ConnectionString.Option]) -> Bool {
    let port = options.first { $0.keyword == "port" }?.value ?? ""
    guard port.utf8.allSatisfy({ (48...57).contains($0) || $0 == 0x2C || $0 == 0x20 }) else {
      return true
    }
    guard text.begins(with: "postgresql://"), let start = text.range(ofFirst: "://") else {
      return false
    }
    let address = text[start.upperBound...].utf8.prefix { $0 != 0x3F }
    let at = UInt8(ascii: "@")
    let authority = address.prefix { $0 != 0x2F }
    let signs = authority.count { $0 == at }
    return signs > 1 || signs == 0 && address[authority.endIndex...].contains(at)
  }

  private static let secretKeywords: Set<String> = ["password", "sslpassword"]

  private static func trimmed(_ text: String) -> String {
    var rest = Substring(text)
    while rest.firstScalar?.isWhitespace == true { rest.unicodeScalars.removeFirst() }
    while rest.lastScalar?.isWhitespace == true { rest.unicodeScalars.removeLast() }
    return String(rest)
  }

  /// `postgresql+psycopg://…` as `postgresql://…`.
  private static func withPlainScheme(_ text: String) throws(StepFailure) -> String {
    guard let colon = text.index(ofFirst: ":"), text[colon...].begins(with: "://"),
      !text[..<colon].holds("=")
    else {
      guard text.holds("=") else {
        throw StepFailure(
          .invalid, "the connection's url is neither a URL nor libpq's keywords",
          hint: "give postgresql://USER@HOST/DATABASE, or libpq's host=… dbname=…")
      }
      return text
    }
    let scheme = text[..<colon].lowercased()
    let dialect = scheme.pieces(separatedBy: "+", omittingEmptySubsequences: false)
    guard let first = dialect.first, first == "postgres" || first == "postgresql",
      dialect.count <= 2
    else {
      throw StepFailure(
        .invalid, "the connection's url has a scheme that is not PostgreSQL's",
        hint: "postgres://, postgresql:// and SQLAlchemy's postgresql+psycopg:// are read")
    }
    return "postgresql" + text[colon...]
  }

  /// The password as it stands in a URL, before percent-decoding.
  private static func writtenPassword(of url: String) -> String? {
    guard let range = url.range(ofFirst: "://") else { return nil }
    let authority = url[range.upperBound...].prefixOfScalars { $0 != "/" && $0 != "?" }
    guard let at = authority.index(ofLast: "@") else { return nil }
    let account = authority[..<at]
    guard let colon = account.index(ofFirst: ":") else { return nil }
    return String(account[colon...].dropFirstScalars())
  }
}

/// Reads PostgreSQL connections for the planner.
package struct PostgresTargetReader {
  package init() {}

  package func read(url: String) throws(StepFailure) -> (display: String, secrets: [String]) {
    let target = try PostgresTarget(url: url)
    return (target.display, target.secrets + target.filedSecrets)
  }
}
