import RunbookEngine
package import RunbookModel
import RunbookPostgres
package import RunbookSystem

/// What a sandbox holds, as a drill finds it out by itself: whatever the runbook's own steps say.
package struct SandboxInspection: Sendable {
  private let snapshot: CatalogSnapshot

  private static let timeout = Duration.seconds(120)

  /// Looks at a sandbox's database, over a connection of its own.
  ///
  /// - Parameters:
  ///   - url: of the sandbox's database; any other one is refused.
  ///   - former: columns that it does not know do not make a row another one.
  /// - Throws: `refused` or `unreachable` by the server, `interrupted` when its task is cancelled.
  package init(
    of url: String, since former: SandboxInspection? = nil, confinement: Confinement,
    now: @escaping @Sendable () -> Timestamp
  ) async throws(StepFailure) {
    let session = PostgresSession(
      connection: "the sandbox", target: try PostgresTarget(url: url), now: now,
      confinement: confinement)
    let timeout = Self.timeout
    let result: Result<CatalogSnapshot, StepFailure>
    do throws(StepFailure) {
      result = .success(
        try await session.use(until: .now + timeout) { (link) throws(StepFailure) in
          try CatalogReader(
            link: link, counting: .contents, statementTimeout: timeout, name: "runbook drill",
            now: now, former: former?.snapshot
          ).read()
        })
    } catch {
      result = .failure(error)
    }
    await session.close()
    snapshot = try result.get()
  }

  /// - Parameter stored: as `text` gave it.
  /// - Throws: `invalid` when it is not that.
  package init(stored: String) throws(StepFailure) {
    do {
      snapshot = try CatalogSnapshot(try Value(json: stored))
    } catch let error as CatalogSnapshotError {
      throw StepFailure(.invalid, error.message)
    } catch {
      throw StepFailure(.invalid, "it is no JSON")
    }
  }

  /// For a file.
  package var text: String { snapshot.value.json + "\n" }

  /// - Parameter digest: of the file that holds all of it.
  package func baseline(digest: Digest) -> DrillBaseline {
    let counts = snapshot.rows.values.map(\.count)
    let isWhole = !counts.contains(nil)
    return DrillBaseline(
      objects: snapshot.objects.count, tables: snapshot.tables.count,
      rows: isWhole ? counts.reduce(0) { $0 + ($1 ?? 0) } : nil, digest: digest)
  }

  /// - Parameter before: the same sandbox before it was broken.
  package func compared(with before: SandboxInspection) -> DrillComparison {
    let comparison = CatalogComparison(
      expected: before.snapshot, actual: snapshot, names: nil)
    let missing = Set(comparison.missing.map(\.key))
    let now = Dictionary(snapshot.objects.map { ($0.key, $0.definition) }) { first, _ in first }
    var changed: [CatalogObject] = []
    var moved: [CatalogObject] = []
    for object in comparison.objects where !missing.contains(object.key) {
      guard let definition = now[object.key], !definition.isIdentical(to: object.definition)
      else { continue }
      if object.hasOnlyMoved(to: definition) {
        moved.append(object)
      } else {
        changed.append(object)
      }
    }
    let rows = before.snapshot.rows.inOrder.map { rowsNow($0.key, $0.value) }
    return DrillComparison(
      objects: comparison.objects.count, equalObjects: comparison.equalCount,
      missing: comparison.missing.map(\.words), changed: changed.map(\.words),
      moved: moved.map(\.words), added: comparison.added.map(\.words),
      tables: rows.filter { $0.lost > 0 || $0.new > 0 },
      rowsBefore: rows.reduce(0) { $0 + $1.before }, rowsLost: rows.reduce(0) { $0 + $1.lost },
      rowsNew: rows.reduce(0) { $0 + $1.new })
  }

  /// By all that the rows hold, else, for tables that are too large for it, by their number.
  private func rowsNow(
    _ table: String, _ before: CatalogSnapshot.Rows
  ) -> DrillComparison.Rows {
    let now = snapshot.rows[table]
    let (were, are) = (before.count ?? 0, now?.count ?? 0)
    var (lost, new) = (max(0, were - are), max(0, are - were))
    if let change = before.change(
      to: now ?? CatalogSnapshot.Rows(count: 0, counting: .exact, keys: []))
    {
      (lost, new) = (change.gone, change.new)
    }
    return DrillComparison.Rows(
      table: TableName(identity: table).shown, before: were, now: are, lost: lost, new: new)
  }
}

extension CatalogObject {
  fileprivate var words: String { "\(kind) \(identity)" }

  /// A column's definition begins with its place: `3: text NOT NULL`.
  fileprivate func hasOnlyMoved(to definition: String) -> Bool {
    kind == "column"
      && definition.dropScalars { $0 != ":" }
        .isIdentical(to: self.definition.dropScalars { $0 != ":" })
  }
}
