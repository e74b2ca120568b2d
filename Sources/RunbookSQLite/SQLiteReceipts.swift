import RunbookEngine
import RunbookModel

/// The tables in which a step's own transaction leaves the proof that it took effect, in the same file.
enum SQLiteReceipts {
  static let receiptTable = "runbook_receipt"
  static let leaseTable = "runbook_lease"
  static let tables: Set = [receiptTable, leaseTable]

  /// What makes them, and what the file's schema has to say of them, letter for letter.
  static let statements = [
    """
    CREATE TABLE runbook_receipt (
      run TEXT NOT NULL,
      step TEXT NOT NULL,
      attempt INTEGER NOT NULL,
      statements_sha256 TEXT NOT NULL,
      actor TEXT NOT NULL,
      affected INTEGER NOT NULL,
      row_count INTEGER NOT NULL,
      result TEXT,
      recorded_at TEXT NOT NULL,
      PRIMARY KEY (run, step)
    )
    """,
    """
    CREATE TABLE runbook_lease (
      run TEXT NOT NULL PRIMARY KEY,
      generation INTEGER NOT NULL
    )
    """,
  ]

  struct Standing: Sendable {
    let isMade: Bool
    /// Why they are not to be trusted, one a line.
    let faults: [String]

    @discardableResult
    func requireTrust() throws(StepFailure) -> Standing {
      guard faults.isEmpty else {
        throw StepFailure(
          .refused,
          "the tables for receipts are not to be trusted: \(faults.joined(separator: "; "))",
          detail: "whoever made them so would say which steps are done",
          hint: "find out who made them; where no run is under way, drop runbook_receipt and "
            + "runbook_lease; or say `receipts: none` for the connection")
      }
      return self
    }
  }

  /// What is there by their names: they have to be tables of just this form, with nothing hung on them.
  static func standing(_ handle: SQLiteHandle) throws(StepFailure) -> Standing {
    let rows = try handle.checked(
      """
      SELECT type, name, sql FROM sqlite_schema
      WHERE lower(tbl_name) IN ('runbook_receipt', 'runbook_lease')
        OR lower(name) IN ('runbook_receipt', 'runbook_lease') ORDER BY name
      """)
    var made = 0
    var faults: [String] = []
    for row in rows {
      let (type, name, sql) = (
        row[0].stringValue ?? "", row[1].stringValue ?? "", row[2].stringValue
      )
      if type == "table", statements.contains(where: { sql?.isIdentical(to: $0) == true }) {
        made += 1
      } else if type == "index", sql == nil, name.begins(with: "sqlite_autoindex_") {
        continue
      } else if type == "table" || type == "view" {
        faults.append("the \(type) \(name) is not made as this program makes it")
      } else {
        faults.append("there is the \(type) \(name)")
      }
    }
    return Standing(isMade: made == statements.count, faults: faults)
  }

  /// Makes those that are missing.
  static func make(on handle: SQLiteHandle, of file: SQLiteFile) throws(StepFailure) {
    try file.begin(.writing, on: handle)
    try file.requireSameContent(handle)
    let standing = try standing(handle).requireTrust()
    if !standing.isMade {
      let names = try handle.checked(
        "SELECT name FROM sqlite_schema WHERE name IN ('runbook_receipt', 'runbook_lease')"
      ).compactMap { $0.first?.stringValue }
      for (table, statement) in zip([receiptTable, leaseTable], statements)
      where !names.contains(table) {
        try handle.checked(statement)
      }
    }
    try handle.checked("COMMIT")
  }

  /// A transaction of this program's own, about the run and no step.
  static func write(
    on handle: SQLiteHandle, of file: SQLiteFile, _ body: () throws(StepFailure) -> Void
  ) throws(StepFailure) {
    try file.begin(.writing, on: handle)
    guard try standing(handle).requireTrust().isMade else { throw missing }
    try body()
    try handle.checked("COMMIT")
  }

  static var missing: StepFailure {
    StepFailure(.invalid, "the tables for receipts are not there")
  }

  /// The lease's row that counts attempts, and the one that marks the run's end; no run has such an id.
  static func attemptsKey(_ run: RunID) -> String { "\(run) attempts" }
  static func endKey(_ run: RunID) -> String { "\(run)\(endSuffix)" }
  private static let endSuffix = " ended"

  /// What a lease's row says.
  static func generation(of key: String, on handle: SQLiteHandle) throws(StepFailure) -> Int64? {
    try handle.checked(
      "SELECT generation FROM main.runbook_lease WHERE run = ?1", [.string(key)]
    ).first?.first?.intValue
  }

  /// Stores a generation where it is higher than what is there.
  static func raise(
    _ key: String, to generation: Int64, on handle: SQLiteHandle
  ) throws(StepFailure) {
    try handle.checked(
      """
      INSERT INTO main.runbook_lease (run, generation) VALUES (?1, ?2)
      ON CONFLICT (run) DO UPDATE SET generation = max(generation, excluded.generation)
      """, [.string(key), .int(generation)])
    guard handle.changes == 1 else {
      throw StepFailure(
        .refused, "the lease is not kept in the database",
        detail: "its row was neither stored nor raised")
    }
  }

  static func lost(
    of proof: RunProof, run: RunID, on handle: SQLiteHandle
  ) throws(StepFailure) -> LostProof? {
    let steps = try handle.checked(
      "SELECT step FROM main.runbook_receipt WHERE run = ?1", [.string(run.rawValue)]
    ).compactMap { $0.first?.stringValue }
    return proof.lost(
      generation: try generation(of: run.rawValue, on: handle), steps: Set(steps),
      noted: try generation(of: attemptsKey(run), on: handle) ?? 0)
  }

  /// The receipt of a step, as `ReceiptRow` reads it.
  static func look(
    _ run: RunID, _ step: StepID, on handle: SQLiteHandle
  ) throws(StepFailure) -> [Value]? {
    try handle.checked(
      """
      SELECT attempt, statements_sha256, affected, row_count, recorded_at, result, actor, NULL
      FROM main.runbook_receipt WHERE run = ?1 AND step = ?2
      """, [.string(run.rawValue), .string(step.rawValue)]
    ).first
  }

  static func record(
    _ context: AttemptContext, _ digest: Digest, affected: Int64, rowCount: Int64,
    result: String?, on handle: SQLiteHandle
  ) throws(StepFailure) {
    try handle.checked(
      """
      INSERT INTO main.runbook_receipt
        (run, step, attempt, statements_sha256, actor, affected, row_count, result, recorded_at)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
      """,
      [
        .string(context.run.rawValue), .string(context.step.rawValue),
        .int(Int64(context.attempt)), .string(digest.hex), .string(context.actor.displayName),
        .int(affected), .int(rowCount), result.map(Value.string) ?? .null,
        .string(context.now().description),
      ])
    guard handle.changes == 1 else {
      throw StepFailure(
        .refused, "the receipt was not stored, and the transaction was rolled back")
    }
  }

  /// Other runs that changed something within the last hour, or since a run began, or have noted that a step begins.
  static func others(
    besides run: RunID, since start: Timestamp?, now: Timestamp, on handle: SQLiteHandle
  ) throws(StepFailure) -> [OtherRun] {
    let rows = try handle.checked(
      """
      SELECT r.run, max(r.recorded_at), r.actor,
        EXISTS (SELECT 1 FROM main.runbook_lease e WHERE e.run = r.run || '\(endSuffix)')
      FROM main.runbook_receipt r WHERE r.run <> ?1 GROUP BY r.run ORDER BY r.run
      """, [.string(run.rawValue)])
    return rows.compactMap { row in
      guard let name = row[0].stringValue, let text = row[1].stringValue,
        let time = Timestamp(rfc3339: text)
      else { return nil }
      let hasEnded = row[3].intValue == 1
      let isSince = start.map { $0 <= time } ?? false
      // One that has ended before this one began its detection has seen.
      guard isSince || !hasEnded && now.since(time) < .seconds(3600) else { return nil }
      let end = hasEnded ? "it has ended since" : "it may be at work yet"
      return OtherRun(
        run: RunID(rawValue: name),
        summary:
          "run \(name) of \(row[2].stringValue ?? "somebody") last changed it at \(time); \(end)",
        since: time, isByTrace: true, hasEnded: hasEnded ? true : nil)
    }
  }
}

extension SQLiteHandle {
  /// A statement of this program's own, whose refusal is a step's.
  @discardableResult
  func checked(_ sql: String, _ values: [Value] = []) throws(StepFailure) -> [[Value]] {
    do throws(SQLiteError) {
      return try ask(sql, values)
    } catch {
      throw StepFailure(error)
    }
  }
}
