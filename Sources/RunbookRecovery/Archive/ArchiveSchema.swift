import RunbookEngine
package import RunbookModel
package import RunbookPostgres

/// Makes what an archive holds but rows in a server of its own, as a role that may do nothing else there.
///
/// An archive that somebody passes on is not trusted: what its statements call, now or when an index is built, must
/// not become the account that the server runs as, by `COPY … FROM PROGRAM`, an untrusted language or a library. So
/// they are run by a role that is no superuser, that owns the database, and that is a member of all roles which the
/// archive names. A superuser runs what only one may, as far as nothing is evaluated by it: see `SchemaStatement`.
/// Once it has its session nobody can connect as a superuser any more, and whoever reads the result is none.
package struct ArchiveSchema {
  private let archive: Archive
  private let statements: [SchemaStatement]
  private let now: @Sendable () -> Timestamp

  package struct Restored {
    /// Of a role that may do nothing but look.
    package let session: PostgresSession
    /// What the server's first superuser is called, who owns what no statement makes by itself.
    package let bootstrap: String
    /// What could not be made.
    package let troubles: [String]
  }

  private static let deadline = Duration.seconds(300)
  /// Statements that are sent in one go.
  private static let chunk = 100

  /// - Throws: `invalid` for statements that `pg_dump` does not write.
  package init(of archive: Archive, now: @escaping @Sendable () -> Timestamp)
    async throws(StepFailure)
  {
    self.archive = archive
    self.now = now
    statements = try await archive.statements(for: Self.entries(of: archive)).compactMap(
      SchemaStatement.init)
  }

  package func restore(on server: TemporaryServer) async throws(StepFailure) -> Restored {
    let names = RoleNames.Own(besides: roles)
    let deadline = ContinuousClock.now + Self.deadline
    let superuser = try await makeRoles(names, on: server, until: deadline)
    let restorer = try session(of: names.restorer, on: server)
    var troubles: [String] = []
    for stage in SchemaStatement.Stage.allCases {
      var rest = statements.filter { $0.stage == stage }[...]
      while let first = rest.first {
        let next = rest.prefix(Self.chunk).prefix { $0.needsSuperuser == first.needsSuperuser }
        rest = rest.dropFirst(next.count)
        troubles += try await run(
          next.map(\.text), in: first.needsSuperuser ? superuser : restorer, until: deadline)
      }
      try await end(stage, names, superuser, restorer, until: deadline)
    }
    await restorer.close()
    await superuser.close()
    return Restored(
      session: try session(of: names.reader, on: server), bootstrap: names.bootstrap,
      troubles: troubles)
  }

  /// Without what is not compared, and leads to other servers.
  private static func entries(of archive: Archive) -> Set<Int> {
    let left: Set<String> = ["SUBSCRIPTION", "SUBSCRIPTION TABLE", "MATERIALIZED VIEW DATA"]
    let out = Set(
      archive.entries.filter { $0.section == .data || left.contains($0.kind) }.map(\.id))
    let schema = archive.entries.filter { entry in
      !out.contains(entry.id)
        && !(entry.isRemark && entry.dependencies.contains(where: out.contains))
    }
    return Set(schema.map(\.id))
  }

  /// Those that own something or may do something.
  private var roles: ExactSet {
    var roles = ExactSet(archive.entries.compactMap(\.owner))
    for statement in statements where statement.mayNameRoles {
      roles.formUnion((try? RoleNames.find(in: statement.text)) ?? [])
    }
    return ExactSet(roles.filter { !$0.isEmpty && !$0.begins(with: "pg_") })
  }

  private func session(
    of user: String, on server: TemporaryServer
  ) throws(StepFailure) -> PostgresSession {
    // As `pg_restore` sets them for what it writes.
    let options = [
      "check_function_bodies=off", "search_path=", "xmloption=content",
      "client_min_messages=warning",
    ]
    let target = try PostgresTarget(url: server.url)
      .setting("user", to: user)
      .setting("options", to: options.map { "-c \($0)" }.joined(separator: " "))
    return PostgresSession(
      connection: "the archive's own server", target: target, now: now, own: server.own)
  }

  /// The archive's roles, with `postgres` among them where it names that, are no superusers. Each may own objects in
  /// every schema, as `holders`, until all are made.
  ///
  /// - Returns: the session of the only superuser, whom nothing can connect as any more.
  private func makeRoles(
    _ names: RoleNames.Own, on server: TemporaryServer, until deadline: ContinuousClock.Instant
  ) async throws(StepFailure) -> PostgresSession {
    let first = try session(of: "postgres", on: server)
    try await make(
      ["CREATE ROLE \(names.administrator) SUPERUSER LOGIN"], in: first, until: deadline)
    await first.close()
    let superuser = try session(of: names.administrator, on: server)
    try await make(
      [
        "ALTER ROLE postgres RENAME TO \(names.bootstrap)",
        "ALTER ROLE \(names.bootstrap) NOLOGIN", "ALTER ROLE \(names.administrator) NOLOGIN",
        "CREATE ROLE \(names.reader) LOGIN", "CREATE ROLE \(names.restorer) LOGIN",
        "CREATE ROLE \(names.holders)", "ALTER DATABASE sandbox OWNER TO \(names.restorer)",
        "GRANT CREATE ON DATABASE sandbox TO \(names.holders)",
      ], in: superuser, until: deadline)
    // One that cannot be made is missed where it is named.
    let roles = names.others.sorted().map(SQLQuote.identifier)
    _ = try await run(
      roles.map { "CREATE ROLE \($0) IN ROLE \(names.holders) ROLE \(names.restorer)" },
      in: superuser, until: deadline)
    return superuser
  }

  /// What the next stage needs.
  private func end(
    _ stage: SchemaStatement.Stage, _ names: RoleNames.Own, _ superuser: PostgresSession,
    _ restorer: PostgresSession, until deadline: ContinuousClock.Instant
  ) async throws(StepFailure) {
    switch stage {
    case .schemas:
      // One that it has not made is not its to grant.
      let schemas = archive.entries.filter { $0.kind == "SCHEMA" }.map(\.tag) + ["public"]
      _ = try await run(
        schemas.map { "GRANT CREATE ON SCHEMA \(SQLQuote.identifier($0)) TO \(names.holders)" },
        in: restorer, until: deadline)
    case .extensions:
      let wrappers = try await superuser.use(until: deadline) { (link) throws(StepFailure) in
        try link.answers(to: [
          SQLCommand("SELECT fdwname::pg_catalog.text FROM pg_catalog.pg_foreign_data_wrapper")
        ]).first?.resultSet?.rows.compactMap { $0.first?.stringValue } ?? []
      }
      try await make(
        wrappers.map {
          "GRANT USAGE ON FOREIGN DATA WRAPPER \(SQLQuote.identifier($0)) "
            + "TO \(names.restorer), \(names.holders)"
        }, in: superuser, until: deadline)
    case .objects:
      // Takes away what `holders` were granted, for it owns nothing.
      try await make(["DROP OWNED BY \(names.holders)"], in: superuser, until: deadline)
    case .eventTriggers: break
    }
  }

  private func make(
    _ statements: [String], in session: PostgresSession, until deadline: ContinuousClock.Instant
  ) async throws(StepFailure) {
    let troubles = try await run(statements, in: session, until: deadline)
    guard let trouble = troubles.first else { return }
    throw StepFailure(.refused, "the archive's own server is not ready", detail: trouble)
  }

  /// Each by itself: one that is refused stops no other.
  ///
  /// - Returns: what was refused, but for what is there: the schema `public`, and what an extension has made.
  private func run(
    _ statements: [String], in session: PostgresSession, until deadline: ContinuousClock.Instant
  ) async throws(StepFailure) -> [String] {
    guard !statements.isEmpty else { return [] }
    let outcomes = try await session.use(until: deadline) { (link) throws(StepFailure) in
      try link.exchange(statements.map { [SQLCommand($0)] })
    }
    return zip(statements, outcomes).compactMap { statement, outcome in
      guard case .failed(let error)? = outcome.first,
        !error.message.ends(with: "already exists")
      else { return nil }
      return "\(error.message): \(statement.prefixOfScalars { $0 != "\n" }.prefixOfScalars(200))"
    }
  }
}
