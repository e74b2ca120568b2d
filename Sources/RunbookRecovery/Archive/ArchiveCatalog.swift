import RunbookEngine
package import RunbookModel
package import RunbookPostgres

/// The catalogue of what a backup holds: its schema is restored into a server of its own for a moment.
package struct ArchiveCatalog {
  package let archive: Archive
  package let servers: any TemporaryServers
  package let now: @Sendable () -> Timestamp

  /// What was found, and what of the archive could not be restored there.
  package struct Answer: Sendable {
    package var snapshot: CatalogSnapshot
    package let troubles: [String]
    /// Tables of the archive that could not be made there.
    package var unmade: [TableName] = []
  }

  private static let statementTimeout = Duration.seconds(120)

  /// - Parameters:
  ///   - name: for the server's folder; one at a time may have it.
  ///   - names: tables whose rows are counted, as runbooks name them, with those that refer to them; nil is all,
  ///     empty none.
  package func read(name: String, counting names: [String]?) async throws(StepFailure) -> Answer {
    let schema = try await ArchiveSchema(of: archive, now: now)
    var answer = try await servers.withTemporary(named: name) {
      (server) async throws(StepFailure) in
      let restored = try await schema.restore(on: server)
      let snapshot = try await Self.snapshot(restored.session, now)
      return Answer(
        snapshot: snapshot.renaming(bootstrap: restored.bootstrap), troubles: restored.troubles)
    }
    let made = Set(answer.snapshot.tables.map { TableName(identity: $0) })
    answer.unmade = archive.entries.filter { $0.kind == "TABLE" || $0.kind == "FOREIGN TABLE" }
      .compactMap { entry in
        guard let schema = entry.schema, schema != "runbook" else { return nil }
        let name = TableName(schema: schema, name: entry.tag)
        return made.contains(name) ? nil : name
      }
    let rows = try await rows(of: answer.snapshot, names)
    answer.snapshot = answer.snapshot.with(rows: rows, takenAt: archive.createdAt)
    return answer
  }

  private func rows(
    of snapshot: CatalogSnapshot, _ names: [String]?
  ) async throws(StepFailure) -> ExactMap<CatalogSnapshot.Rows> {
    let tree = TableTree(snapshot.objects)
    var wanted = snapshot.tables
    if let names {
      let asked = wanted.filter { names.contains(where: TableName(identity: $0).isMeant) }
      wanted = tree.withPartitions(ExactSet(asked))
      wanted.formUnion(tree.withPartitions(CatalogComparison.referring(to: wanted, in: snapshot)))
    }
    let tables = Dictionary(wanted.map { (TableName(identity: $0), $0) }) { first, _ in first }
    let counted = archive.entries.filter { entry in
      guard entry.kind == "TABLE DATA", let schema = entry.schema else { return false }
      return tables[TableName(schema: schema, name: entry.tag)] != nil
    }
    let counts = try await archive.contents(of: Set(counted.map(\.id)), as: tables).counts
    var rows = counts.mapValues { CatalogSnapshot.Rows(count: $0, counting: .exact) }
    for table in wanted where rows[table] == nil && !tree.isPartitioned(table) {
      rows[table] = CatalogSnapshot.Rows(
        count: nil, counting: .exact, reason: "the backup has no rows of it")
    }
    for table in wanted where tree.isPartitioned(table) {
      rows[table] = tree.sum(of: table, in: rows)
    }
    // It says which of them held something, and not what.
    let filled = Set(
      archive.entries.filter { $0.kind == "MATERIALIZED VIEW DATA" }
        .map { TableName(schema: $0.schema ?? "", name: $0.tag) })
    for view in snapshot.objects where view.isMaterialized && !wanted.isEmpty {
      rows[view.identity] =
        filled.contains(TableName(identity: view.identity))
        ? CatalogSnapshot.Rows(
          count: nil, counting: .exact, reason: "the backup has no contents of it")
        : CatalogSnapshot.Rows(count: 0, counting: .exact, reason: CatalogQuery.unfilled)
    }
    return rows
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

extension CatalogSnapshot {
  /// What a range's own functions belong to is the server's first superuser, whoever makes the range: that is
  /// `postgres` nearly everywhere.
  fileprivate func renaming(bootstrap: String) -> CatalogSnapshot {
    let (owner, grantee) = ("owner \(bootstrap) ", " to \(bootstrap)")
    let renamed = objects.map { object in
      let isOwned = object.definition.begins(with: owner)
      let isGranted = object.kind == "grant" && object.identity.ends(with: grantee)
      guard isOwned || isGranted else { return object }
      return CatalogObject(
        kind: object.kind,
        identity: isGranted
          ? object.identity.dropping(suffix: grantee) + " to postgres" : object.identity,
        table: object.table, uses: object.uses,
        definition: isOwned
          ? "owner postgres " + object.definition.dropping(prefix: owner) : object.definition,
        remake: object.remake)
    }
    return CatalogSnapshot(
      database: database, serverVersion: serverVersion, takenAt: takenAt, objects: renamed,
      rows: rows, positions: positions)
  }
}
