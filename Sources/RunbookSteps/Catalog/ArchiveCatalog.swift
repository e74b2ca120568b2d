import RunbookEngine
import RunbookModel

/// The catalogue of what a backup holds: its schema is restored into a server of its own for a moment.
struct ArchiveCatalog {
  let archive: Archive
  let environment: [String: String]
  let now: @Sendable () -> Timestamp

  /// What was found, and what of the archive could not be restored there.
  struct Answer: Sendable {
    var snapshot: CatalogSnapshot
    let troubles: [String]
  }

  private static let statementTimeout = Duration.seconds(120)

  /// - Parameters:
  ///   - name: for the server's folder; one at a time may have it.
  ///   - names: tables whose rows are counted, as runbooks name them, with those that refer to them; nil is all,
  ///     empty none.
  func read(name: String, counting names: [String]?) async throws(StepFailure) -> Answer {
    var answer = try await PostgresSandbox(environment: environment)
      .withTemporary(named: name) { (server) async throws(StepFailure) in
        let url = try await Self.prepare(archive, server, now)
        let troubles = try await restore(to: server)
        return Answer(snapshot: try await Self.snapshot(url, now), troubles: troubles)
      }
    let rows = try await rows(of: answer.snapshot, names)
    answer.snapshot = answer.snapshot.with(rows: rows, takenAt: archive.createdAt)
    return answer
  }

  private func rows(
    of snapshot: CatalogSnapshot, _ names: [String]?
  ) async throws(StepFailure) -> ExactMap<CatalogSnapshot.Rows> {
    var wanted = snapshot.tables
    if let names {
      wanted = ExactSet(
        wanted.filter { names.contains(where: TableName(identity: $0).isMeant) })
      wanted.formUnion(CatalogComparison.referring(to: wanted, in: snapshot))
    }
    let tables = Set(wanted.map { TableName(identity: $0) })
    let counted = archive.entries.filter { entry in
      guard entry.kind == "TABLE DATA", let schema = entry.schema else { return false }
      return tables.contains(TableName(schema: schema, name: entry.tag))
    }
    let counts = try await archive.contents(of: Set(counted.map(\.id))).counts
    return counts.mapValues { CatalogSnapshot.Rows(count: $0, counting: .exact) }
  }

  /// Makes the roles that the archive names: who owns and who may what is part of the catalogue.
  private static func prepare(
    _ archive: Archive, _ server: PostgresServer, _ now: @escaping @Sendable () -> Timestamp
  ) async throws(StepFailure) -> PostgresSession {
    let session = PostgresSession(
      connection: "the archive's own server", target: try PostgresTarget(url: server.url), now: now)
    let schema = archive.entries.filter { $0.section != .data }
    let script = try await archive.statements(for: Set(schema.map(\.id)))
    let roles: [String]
    do throws(PGQuery.Fault) {
      roles = try RoleNames.find(in: script.joined(separator: ";\n"))
    } catch {
      throw StepFailure(.invalid, "the archive's script cannot be read", detail: error.message)
    }
    let commands = roles.filter { $0 != "postgres" && !$0.begins(with: "pg_") }.compactMap {
      SQLCommand("CREATE ROLE \(SQLQuote.identifier($0))")
    }
    try await session.use(until: .now + statementTimeout) { (link) throws(StepFailure) in
      _ = try link.exchange([commands])
    }
    return session
  }

  private func restore(to server: PostgresServer) async throws(StepFailure) -> [String] {
    let target = try PostgresTarget(url: server.url)
    let output = try await ChildProcess.run(
      [archive.program, "--schema-only", "--dbname=sandbox", "--", archive.path],
      environment: Archive.environment.merging(target.environment) { $1 }, workingDirectory: "/",
      timeout: Self.statementTimeout)
    // What it could not do it says line by line, and goes on.
    let words = output.stderr.pieces(separatedBy: "\n").map(String.init)
    return words.filter {
      $0.begins(with: "pg_restore: error:") && !$0.ends(with: "already exists")
    }
  }

  private static func snapshot(
    _ session: PostgresSession, _ now: @escaping @Sendable () -> Timestamp
  ) async throws(StepFailure) -> CatalogSnapshot {
    let snapshot = try await session.use(until: .now + statementTimeout) {
      (link) throws(StepFailure) in
      try CatalogReader(
        link: link, counting: .none, statementTimeout: statementTimeout, name: "runbook", now: now
      ).read()
    }
    await session.close()
    return snapshot
  }
}
