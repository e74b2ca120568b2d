private import CLibPQ
import RunbookEngine
import RunbookModel

/// What leads a script's programs to where a connection leads: libpq's variables of the environment, and nothing else
/// that it reads.
///
/// libpq takes what a connection does not say from a service, then from the environment, then from its own defaults
/// (`conninfo_add_defaults` in
/// https://github.com/postgres/postgres/blob/REL_15_STABLE/src/interfaces/libpq/fe-connect.c). So a service that
/// `PGSERVICE` names goes before every other variable: none is left to a script, and what one says is in the others. Where
/// services are looked for is left: a script that names one by itself finds it.
package enum ScriptTarget {
  /// - Parameter inherited: the variables of this process, by which libpq's are told here.
  /// - Returns: the inherited ones without any that leads somewhere, and those that lead to the target.
  static func environment(
    of target: PostgresTarget, beside inherited: [String: String]
  ) -> [String: String] {
    var environment = inherited.filter { !isLeading($0.key) }
    for option in options(of: target) {
      if let variable = option.variable { environment[variable] = option.value }
    }
    return environment
  }

  /// Where variables alone lead; nil where libpq cannot read them.
  static func target(of environment: [String: String]) -> PostgresTarget? {
    let options = keywords.compactMap { keyword, variable -> ConnectionString.Option? in
      guard let value = environment[variable], !value.isEmpty else { return nil }
      return ConnectionString.Option(keyword: keyword, variable: variable, value: value)
    }
    return PostgresTarget(options: options)
  }

  /// By which a client of PostgreSQL finds its server, or takes it for the one, in whatever version.
  static func isLeading(_ name: String) -> Bool {
    guard !ServiceVariables.all.contains(name) else { return false }
    return leading.contains(name)
      || ["PGSSL", "PGGSS", "PGOAUTH"].contains { name.begins(with: $0) }
      || keywords.contains { $0.variable.isIdentical(to: name) }
  }

  /// https://www.postgresql.org/docs/current/libpq-envars.html, what earlier versions had, and Debian's own
  /// (pg_wrapper(1)).
  private static let leading: Set = [
    "PGHOST", "PGHOSTADDR", "PGPORT", "PGDATABASE", "PGUSER", "PGPASSWORD", "PGPASSFILE",
    "PGSERVICE", "PGOPTIONS", "PGAPPNAME", "PGREQUIRESSL",
    "PGREQUIREPEER", "PGREQUIREAUTH", "PGCHANNELBINDING", "PGMINPROTOCOLVERSION",
    "PGMAXPROTOCOLVERSION", "PGKRBSRVNAME", "PGREALM", "PGTTY", "PGCONNECT_TIMEOUT",
    "PGTARGETSESSIONATTRS", "PGLOADBALANCEHOSTS", "PGCLUSTER",
  ]

  /// A service is none of them: what it says is in the others.
  private static let keywords: [(keyword: String, variable: String)] = {
    guard LibPQ.isInstalled, let first = PQconninfoParse("", nil) else { return [] }
    defer { PQconninfoFree(first) }
    return Self.options(from: first) { option in
      guard let variable = option.envvar else { return nil }
      let keyword = String(cString: option.keyword)
      return keyword.begins(with: "service") ? nil : (keyword, String(cString: variable))
    }
  }()

  /// What libpq makes of a target, as far as it is none of its own defaults, or leads somewhere. Where it cannot be
  /// told, as of a service that is not there, no connection comes about either: then it is what the target says.
  private static func options(of target: PostgresTarget) -> [ConnectionString.Option] {
    let said = target.options.filter { !$0.keyword.begins(with: "service") }
    guard var resolved = resolution(of: target, refusedFor: "channel_binding"),
      let other = resolution(of: target, refusedFor: "gssencmode")
    else { return said }
    resolved["channel_binding"] = other["channel_binding"]
    return keywords.compactMap { keyword, variable in
      guard let option = resolved[keyword], keyword != "application_name" else { return nil }
      let isSaid = said.contains { $0.keyword == keyword } || places.contains(keyword)
      guard !option.value.isEmpty, isSaid || !option.isDefault else { return nil }
      return ConnectionString.Option(keyword: keyword, variable: variable, value: option.value)
    }
  }

  private static let places: Set = ["host", "port", "dbname", "user"]

  /// All that libpq would connect with. It says so of a connection alone: this one it refuses, for a value that is
  /// none, before it has looked for a host.
  ///
  /// - Parameter keyword: is given that value.
  private static func resolution(
    of target: PostgresTarget, refusedFor keyword: String
  ) -> [String: (value: String, isDefault: Bool)]? {
    let given =
      target.options.map { (keyword: $0.keyword, value: $0.value) }
      + [(keyword: keyword, value: "runbook")]
    let connection = CStrings.pointers(given.map(\.keyword)) { keywords in
      CStrings.pointers(given.map(\.value)) { values in
        PQconnectStartParams(keywords, values, 0)
      }
    }
    guard let connection else { return nil }
    defer { PQfinish(connection) }
    guard PQstatus(connection) == CONNECTION_BAD, let first = PQconninfo(connection) else {
      return nil
    }
    defer { PQconninfoFree(first) }
    var found: [String: (value: String, isDefault: Bool)] = [:]
    for (keyword, value, usual) in options(
      from: first,
      { option -> (String, String, String?)? in
        guard let value = option.val else { return nil }
        return (
          String(cString: option.keyword), String(cString: value),
          option.compiled.map { String(cString: $0) }
        )
      })
    {
      found[keyword] = (value, usual?.isIdentical(to: value) == true)
    }
    // Without a service that it names nothing is found at all.
    guard found["user"] != nil || found["dbname"] != nil else { return nil }
    let isPlaced = ["host", "hostaddr"].contains { found[$0]?.value.isEmpty == false }
    if !isPlaced, let folder = PQhost(connection) {
      // Other programs may look for another server where no host is said.
      found["host"] = (String(cString: folder), false)
    }
    return found
  }

  private static func options<Result>(
    from first: UnsafeMutablePointer<PQconninfoOption>,
    _ body: (PQconninfoOption) -> Result?
  ) -> [Result] {
    var found: [Result] = []
    var next = first
    while next.pointee.keyword != nil {
      if let one = body(next.pointee) { found.append(one) }
      next += 1
    }
    return found
  }
}
